/**
 * By what a file on disk is told from others and from itself at other times, without reading it:
 * device, inode, size, and the times of its last changes.
 */
import type { BigIntStats } from 'node:fs';

/** Equal as long as the file is the same one and has not been written to. */
export type FileIdentity = string;

/**
 * A clock of the system's is behind by up to so much when it stamps a file: two changes so close to
 * each other may carry the same time.
 */
const stampMs = 50;

/** File systems that keep whole seconds keep even ones at worst. */
const coarseStampMs = 2_000;

export function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/**
 * Until when, in milliseconds since 1970, the file could be changed and keep its identity. The time
 * of the last change of the inode decides: it is the system's own, nobody can set it.
 */
export function unsettledUntilMs({ ctimeNs }: BigIntStats): number {
  const isCoarse = ctimeNs % 1_000_000_000n === 0n;
  return Number(ctimeNs / 1_000_000n) + (isCoarse ? coarseStampMs : stampMs);
}

/**
 * Whether an open file has not been written to between two looks at it. A name that it lost or
 * gained meanwhile, as by being deleted or replaced, changes its identity, but not its bytes.
 */
export function isUnwritten(before: BigIntStats, after: BigIntStats): boolean {
  if (identityOf(before) === identityOf(after)) return true;
  const isRenamed = before.nlink !== after.nlink;
  return isRenamed && before.size === after.size && before.mtimeNs === after.mtimeNs;
}
