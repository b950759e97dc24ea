/** What the parts that carry out a plan share, and how the work on one file can end. */
import type { SyncCluster } from './sync-cluster.js';
import type { BlockSender } from './block-sender.js';
import type { FileFacts, SyncFolder } from './folder.js';
import type { ByteBudget } from './in-parallel.js';
import type { FileState } from './plan.js';
import type { SeenFile } from './seen-files.js';

export interface Work {
  readonly folder: SyncFolder;
  readonly cluster: SyncCluster;
  readonly blockBytes: number;
  readonly nowMs: () => number;
  /** The files as the scan saw them. */
  readonly facts: ReadonlyMap<string, FileFacts>;
  readonly sender: BlockSender;
  /** For the bytes of blocks on their way, here or there; shared by all files in hand. */
  readonly memory: ByteBudget;
  /** Of the blocks that came so far. */
  readonly longest: { blockBytes: number };
  readonly transfers: Transfers;
}

/** Counted as they happen. */
export interface Transfers {
  blocksSent: number;
  blocksReceived: number;
  bytesSent: number;
  bytesReceived: number;
}

/** What the work on one file came to. Files that fail reject, with `FolderError` for example. */
export type FileOutcome =
  /** The index is to say `state`; `seen` is what the file was seen to be. */
  | {
      readonly kind: 'done';
      readonly state: FileState;
      readonly seen: SeenFile | undefined;
      /** Whether a user would notice: not when the bytes were the same already. */
      readonly isChange: boolean;
      /** Where the local bytes are kept, if they had to be. */
      readonly copy: string | undefined;
    }
  /** It changed meanwhile, here or in the cluster: to be looked at again. */
  | { readonly kind: 'again'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

export const changedHere: FileOutcome = {
  kind: 'again',
  reason: 'it keeps changing while it is synced',
};

export const changedThere: FileOutcome = {
  kind: 'again',
  reason: 'others keep changing it in the cluster',
};

export function done(
  state: FileState,
  more: Partial<Extract<FileOutcome, { readonly kind: 'done' }>> = {},
): FileOutcome {
  return { kind: 'done', state, seen: undefined, isChange: true, copy: undefined, ...more };
}
