/**
 * Reads the log of a folder. The front segments may be gone, any of them: what compaction gave up
 * was covered by a snapshot. So reading begins with the last run of segments that has no gap, and
 * whether a snapshot reaches the place where that run begins is for the caller to judge.
 */
import { asLogIndex, asTerm } from '../base/ids.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import type { Entry } from '../raft/messages.js';
import type { Damage } from './damage.js';
import type { DiskReader } from './disk.js';
import { segmentName, segmentSequence } from './file-names.js';
import { LogReader } from './log-reader.js';
import type { LogBase, SegmentSummary, UnprovenFrame } from './log-reader.js';
import { decodeSegmentHeader, segmentHeaderBytes } from './segment-format.js';
import { StorageDamagedError } from './storage.js';

export interface LogReading {
  readonly base: LogBase;
  readonly entries: readonly Entry[];
  readonly lastFrame: number;
  readonly unproven: UnprovenFrame | undefined;
  /** The segments that were read, in order. With damage: those before it, and perhaps its own. */
  readonly segments: readonly SegmentSummary[];
  readonly notices: readonly string[];
  /** Sequence of the first segment that was read, or should have been. */
  readonly front: number;
  /** The first damage; nothing behind it was read. */
  readonly damage: LogDamage | undefined;
}

export interface LogDamage extends Damage {
  /** Sequence of the segment that is damaged or missing. */
  readonly sequence: number;
}

/** The sequences of the segments in a folder, in order. */
export function segmentSequences(names: readonly string[]): readonly number[] {
  return names.map(segmentSequence).filter((sequence) => sequence !== undefined);
}

/**
 * Reads the segments with these sequences. When the last one says that another one followed, that
 * one is missing, which is damage unless it is known to be lost.
 */
export async function readLog(
  disk: DiskReader,
  identity: FolderIdentity,
  sequences: readonly number[],
  isNextLost = false,
): Promise<LogReading> {
  const run = await lastRun(disk, identity, sequences);
  const reader = new LogReader(identity);
  let damage: LogDamage | undefined;
  for (const sequence of run) {
    const bytes = (await disk.read(segmentName(sequence))) ?? new Uint8Array();
    try {
      reader.readSegment(sequence, bytes, sequence === run.at(-1));
      if (sequence === run.at(-1) && !isNextLost) reader.checkEnd();
    } catch (error) {
      if (!(error instanceof StorageDamagedError)) throw error;
      const file = error.message.slice(0, error.message.indexOf(' '));
      damage = { file, text: error.message, sequence: segmentSequence(file) ?? sequence };
      break;
    }
  }
  const { base, entries, lastFrame, unproven, segments, notices } = reader;
  const front = run[0] ?? 1;
  return { base, entries, lastFrame, unproven, segments, notices, front, damage };
}

/** What a folder without segments holds. */
export const emptyLog: LogReading = {
  base: { index: asLogIndex(0), term: asTerm(0) },
  entries: [],
  lastFrame: 0,
  unproven: undefined,
  segments: [],
  notices: [],
  front: 1,
  damage: undefined,
};

/**
 * The last sequences without a gap. Segments of version 1 do not say where they begin: without the
 * very first of them they are what compaction, which gives up all of them, left over.
 */
async function lastRun(
  disk: DiskReader,
  identity: FolderIdentity,
  sequences: readonly number[],
): Promise<readonly number[]> {
  const gap = sequences.findLastIndex((sequence, at) => sequence !== (sequences[at - 1] ?? 0) + 1);
  const run = sequences.slice(Math.max(0, gap));
  if (run[0] === undefined || run[0] === 1) return run;
  for (const [at, sequence] of run.entries()) {
    const bytes = await disk.readRange(segmentName(sequence), 0, segmentHeaderBytes);
    const header = decodeSegmentHeader(identity, sequence, bytes ?? new Uint8Array());
    if (header === undefined || header.previous !== undefined) return run.slice(at);
  }
  return run;
}
