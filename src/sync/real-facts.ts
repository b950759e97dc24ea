/** What `lstat` says of a file, in the words of the sync. */
import type { BigIntStats } from 'node:fs';
import type { FileFacts } from './folder.js';

/** In the root of the folder: the sync's own files. */
export const workFolderName = '.surfraft';

const permissionBits = 0o777n;
const nsPerMs = 1_000_000n;

export type FoundKind = 'a file' | 'a folder' | 'a symbolic link' | 'a special file';

export function kindOf(stats: BigIntStats): FoundKind {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  return stats.isSymbolicLink() ? 'a symbolic link' : 'a special file';
}

export function factsOf(stats: BigIntStats): FileFacts {
  const { size, mtimeNs, ctimeNs, ino, mode } = stats;
  return {
    sizeBytes: Number(size),
    changedAtMs: Number(ctimeNs / nsPerMs),
    permissions: Number(mode & permissionBits),
    stamp: `${size.toString()}-${mtimeNs.toString()}-${ctimeNs.toString()}-${ino.toString()}`,
  };
}
