/** When a snapshot is due, how much of the log stays behind it, and the steps in which it moves. */
import type { ServerId } from '../base/ids.js';
import { phaseOf } from '../base/phase.js';

export interface SnapshotLimits {
  /**
   * A snapshot is due once so many bytes were logged since the last as its image has, but never
   * fewer nor more than these. So, up to images of the greater size, for each byte that is logged
   * two of images are written at most, and the disk holds a bounded multiple of the state.
   */
  readonly logBytesMin: number;
  readonly logBytesMax: number;
  /** Entries that stay in the log behind a snapshot, for followers that were away for a moment. */
  readonly tailEntries: number;
  /** Bytes of those entries. */
  readonly tailBytes: number;
}

export const defaultSnapshotLimits: SnapshotLimits = {
  logBytesMin: 16 * 1024 * 1024,
  logBytesMax: 128 * 1024 * 1024,
  tailEntries: 10_000,
  tailBytes: 4 * 1024 * 1024,
};

/** Bytes logged since the last snapshot after which the next is due. */
export function dueBytes(limits: SnapshotLimits, imageBytes: number): number {
  return Math.min(Math.max(imageBytes, limits.logBytesMin), limits.logBytesMax);
}

/**
 * By so many logged bytes the first snapshot of a process is taken before it is due: the servers of
 * a cluster log the same bytes, and would else take all their snapshots at the same moments. Less
 * than half of the fewest bytes between two.
 */
export function firstEarlyBytes({ logBytesMin }: SnapshotLimits, serverId: ServerId): number {
  return Math.floor((phaseOf(serverId) * logBytesMin) / 2);
}

/** What a follower that is being sent a snapshot may keep in the log, in bytes. */
export function heldBytesMax(limits: SnapshotLimits): number {
  return 2 * limits.logBytesMax;
}

/** Bytes of an image that are copied, or written, in one turn: a millisecond or two of work. */
export const takeStepBytes = 128 * 1024;
/** The first step, and twice as much each time: not compiled yet, 128 KiB would take 15 ms. */
export const firstTakeStepBytes = 4 * 1024;
export const receiveStepBytes = 64 * 1024;

/** Bytes of an image in one InstallSnapshot. */
export const pieceBytesMax = 512 * 1024;
