/**
 * Opens what stands inside one folder, and nothing else. A path may lead through links, but what is
 * opened must lie inside: the check is made on the open file, so that nothing can be exchanged
 * between the check and the use. Special files are never opened: a pipe would wait for its writer.
 */
import { constants, type BigIntStats } from 'node:fs';
import { open, readdir, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { decodeUtf8 } from '../base/utf8.js';
import { SourceUnavailable, type PathParts } from './file-source.js';

export type Opened =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly stats: BigIntStats }
  | { readonly kind: 'folder'; readonly handle: FileHandle }
  | { readonly kind: 'absent' };

/** Errors that say that there is nothing, or nothing for us. */
const absentCodes = new Set([
  ...['EACCES', 'ELOOP', 'ENAMETOOLONG', 'ENODEV', 'ENOENT', 'ENOTDIR', 'ENXIO', 'EPERM'],
]);

const absent: Opened = { kind: 'absent' };
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export class BaseFolder {
  readonly #path: string;
  /** Where the folder really is; it may be a link that is changed. */
  #realPath: string | undefined;

  /** `path`: an existing folder, whether or not with a final slash. */
  constructor(path: string) {
    this.#path = path;
  }

  pathOf(parts: PathParts): string {
    return join(this.#path, ...parts);
  }

  /** What a path leads to at present, wherever that is. Rejects with `SourceUnavailable`. */
  async stats(parts: PathParts): Promise<BigIntStats | undefined> {
    return unlessAbsent(() => stat(this.pathOf(parts), { bigint: true }));
  }

  /** Whoever gets a handle closes it. Rejects with `SourceUnavailable`. */
  async open(parts: PathParts): Promise<Opened> {
    const stats = await this.stats(parts);
    if (stats === undefined || !(stats.isFile() || stats.isDirectory())) return absent;
    const handle = await unlessAbsent(() => open(this.pathOf(parts), openFlags));
    if (handle === undefined) return absent;
    try {
      const opened = await this.#check(handle, parts);
      if (opened.kind === 'absent') await handle.close();
      return opened;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Names in an open folder, whatever they stand for; those that are not UTF-8 are left out. */
  async list(folder: FileHandle, parts: PathParts): Promise<readonly ListedName[]> {
    const path = procPath(folder) ?? this.pathOf(parts);
    const entries = await unlessAbsent(() =>
      readdir(path, { encoding: 'buffer', withFileTypes: true }),
    );
    return (entries ?? []).flatMap((entry): readonly ListedName[] => {
      const name = decoded(entry.name);
      if (name === undefined) return [];
      if (entry.isDirectory()) return [{ name, type: 'folder' }];
      if (entry.isFile()) return [{ name, type: 'file' }];
      return entry.isSymbolicLink() ? [{ name, type: 'link' }] : [];
    });
  }

  async #check(handle: FileHandle, parts: PathParts): Promise<Opened> {
    const stats = await unlessAbsent(() => handle.stat({ bigint: true }));
    if (stats === undefined) return absent;
    const realPath = await unlessAbsent(() => realPathOf(handle, this.pathOf(parts)));
    if (realPath === undefined || !(await this.#isInside(realPath))) return absent;
    if (stats.isFile()) return { kind: 'file', handle, stats };
    return stats.isDirectory() ? { kind: 'folder', handle } : absent;
  }

  async #isInside(realPath: string): Promise<boolean> {
    if (this.#realPath !== undefined && isInside(realPath, this.#realPath)) return true;
    this.#realPath = await unlessAbsent(() => realpath(this.#path));
    return this.#realPath !== undefined && isInside(realPath, this.#realPath);
  }
}

export interface ListedName {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link';
}

/** The same folder by its open file, where the system has such names. */
function procPath(handle: FileHandle): string | undefined {
  return process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : undefined;
}

/**
 * Where the open file is. Only Linux tells; elsewhere the path is followed once more, which leaves
 * a moment in which a link could be exchanged by somebody who may write to the folder.
 */
function realPathOf(handle: FileHandle, path: string): Promise<string> {
  const own = procPath(handle);
  return own === undefined ? realpath(path) : readlink(own);
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function decoded(name: Uint8Array): string | undefined {
  try {
    return decodeUtf8(name);
  } catch {
    return undefined;
  }
}

/** Undefined when there is nothing; what else goes wrong becomes `SourceUnavailable`. */
export async function unlessAbsent<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (absentCodes.has(code)) return undefined;
    throw new SourceUnavailable(`the file system refuses: ${message}`);
  }
}
