/**
 * The folder as a sync needs it. `RealFolder` implements it on disk; tests put faults in between.
 *
 * Names are those of the cluster: parts with `/` between them. What the file system refuses rejects
 * with `FolderError`; nothing else rejects. Nothing outside the folder is ever read or written: no
 * call follows a symbolic link below it, and none opens a special file.
 */

import type { NameFolding } from './name-twins.js';

/** The file system refused; the message is for people and names the file. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

export interface FileFacts {
  readonly sizeBytes: number;
  /** When anything of the file changed last; a program cannot set it. */
  readonly changedAtMs: number;
  /** The nine bits for owner, group and others. */
  readonly permissions: number;
  /** Of size, times and inode: another one whenever the file may have become another. */
  readonly stamp: string;
}

export type FolderEntry =
  | { readonly kind: 'file'; readonly name: string; readonly facts: FileFacts }
  /** A link or something special: nothing at or below it is known. */
  | { readonly kind: 'hidden'; readonly name: string; readonly reason: string }
  /** What the file system refused to show: neither is anything known of that. */
  | { readonly kind: 'unreadable'; readonly name: string; readonly reason: string }
  /** The name is no UTF-8; what is told here is only what a person can be shown of it. */
  | { readonly kind: 'misnamed'; readonly name: string; readonly reason: string };

export type Look =
  | { readonly kind: 'file'; readonly facts: FileFacts }
  | { readonly kind: 'absent' }
  /** Something else is there, or on the way to it. */
  | { readonly kind: 'blocked'; readonly reason: string };

export interface OpenFile {
  /** As it was when it was opened. */
  readonly facts: FileFacts;
  /** Fills `into` from `position` on; fewer bytes only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A new file in the work folder, which has no name for others yet. */
export interface AsideFile {
  write(bytes: Uint8Array): Promise<void>;
  /** It is durable, with these permissions, when this resolves; nothing is written any more. */
  finish(): Promise<void>;
  /** Removes it, unless it was placed. Does not reject. */
  discard(): Promise<void>;
}

export type Placed =
  | { readonly kind: 'done' }
  /** The file is no longer what was expected; nothing was done. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'blocked'; readonly reason: string };

/** The sync's own files. */
export type StateFile = 'index' | 'seen';

export interface SyncFolder {
  /** Makes the work folder if need be. */
  prepare(): Promise<void>;
  /** Removes what a killed run left behind. Only the holder of the folder's lock may. */
  clean(): Promise<void>;
  /**
   * What the file system does not tell apart; found out once. Of a folder that is not prepared it
   * is taken to tell all names apart, as nothing may be written there.
   */
  folding(): Promise<NameFolding>;
  /** Every file below the folder, in no order; folders and the work folder are not named. */
  list(): Promise<readonly FolderEntry[]>;
  look(name: string): Promise<Look>;
  /** Undefined when `look` would not see a file. */
  open(name: string): Promise<OpenFile | undefined>;
  /** `permissions` undefined: those that the process gives to new files. */
  createAside(permissions: number | undefined): Promise<AsideFile>;
  /**
   * Gives a finished file its name, in one step and durably, if what is there is still what was
   * `expected` (undefined: nothing). Missing folders are made.
   */
  place(aside: AsideFile, name: string, expected: FileFacts | undefined): Promise<Placed>;
  /** Removes the file, if it is still what was expected, and folders that are empty by that. */
  remove(name: string, expected: FileFacts): Promise<Placed>;
  /** Undefined when there is none. */
  readState(which: StateFile): Promise<string | undefined>;
  /** In one step and durably. */
  writeState(which: StateFile, text: string): Promise<void>;
}
