/**
 * Makes the log that was found one that can be gone on with: it begins where the snapshot ends or
 * before, everything in it is durable, and the newest segment is open for the next frame.
 *
 * The last frame may be readable and yet not durable, on a disk whose last fsync failed. Unless
 * something behind it proves otherwise it is written again, into a new segment; its old place is
 * given up afterwards, so that it is never gone for a moment.
 */
import { must } from '../base/assert.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { Disk } from './disk.js';
import { holds } from './folder-findings.js';
import type { SegmentSummary } from './log-reader.js';
import type { LogReading } from './read-log.js';
import { SegmentWriter } from './segment-writer.js';

export interface LogStart {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** What was found; it connects to the snapshot. */
  readonly log: LogReading;
  /** What the state machine has been restored to. */
  readonly snapshot: LogPosition;
  /** Sequence of the next segment, should one be needed. */
  readonly nextSequence: number;
  /** Whether a segment of this folder may hold nothing that anybody relies on. */
  readonly isNew: boolean;
}

export interface BegunLog {
  readonly base: LogPosition;
  readonly entries: readonly Entry[];
  readonly segment: SegmentWriter;
  /** Number of the last frame, which is durable and marked; 0 before the first. */
  readonly lastFrame: number;
  /** Highest index among the entries in the open segment that matter; 0 without one. */
  readonly highestIndex: number;
  /** The segments before the one that is open. */
  readonly older: readonly OlderSegment[];
}

/** A segment, and what must be covered by a snapshot before it may go. */
export interface OlderSegment {
  readonly sequence: number;
  readonly lastIndex: number;
}

/** Throws `StorageError`; no file is then open. */
export async function beginLog(start: LogStart): Promise<BegunLog> {
  const { log, snapshot } = start;
  const { lastFrame, unproven, segments } = log;
  const { base, entries, isReset } = resolve(log, snapshot);
  const reused = reusable(start);
  const segment = await openSegment(start, reused);
  const older = segments.filter(({ sequence }) => sequence !== segment.sequence);
  const framesNow = lastFrame + (isReset ? 1 : 0);
  try {
    if (unproven !== undefined) await segment.append(unproven.number, unproven);
    if (reused === undefined || reused.frames === 0) await sealOlder(start, older);
    if (isReset) await segment.append(framesNow, { reset: base, entries: [] });
    if (isReset || unproven !== undefined) await segment.appendSyncMark(framesNow);
  } catch (error) {
    await segment.close();
    throw error;
  }
  return {
    base,
    entries,
    segment,
    lastFrame: framesNow,
    highestIndex: Math.max(reused?.lastIndex ?? 0, unproven?.entries.at(-1)?.index ?? 0),
    older: olderSegments(older, isReset ? base : undefined),
  };
}

/**
 * Where the log begins, given the snapshot. A log that has the snapshot's last entry is kept with
 * all that stands before it; one that ends before, or has another entry there, begins anew behind
 * the snapshot (paper, section 7).
 */
function resolve(
  log: LogReading,
  snapshot: LogPosition,
): Pick<BegunLog, 'base' | 'entries'> & { readonly isReset: boolean } {
  const { base, entries, segments } = log;
  if (segments.length === 0) return { base: snapshot, entries: [], isReset: false };
  if (!holds(log, snapshot)) return { base: snapshot, entries: [], isReset: true };
  if (base.term !== undefined) {
    return { base: { index: base.index, term: base.term }, entries, isReset: false };
  }
  return { base: snapshot, entries: entries.slice(snapshot.index - base.index), isReset: false };
}

/** The last segment, when frames may be appended to it as it is. */
function reusable({ log, isNew }: LogStart): SegmentSummary | undefined {
  const last = log.segments.at(-1);
  if (last?.header?.previous === undefined || log.unproven !== undefined) return undefined;
  if (last.isSealed) return undefined;
  // Without frames, that the header can be read does not say by itself that it is durable.
  const before = log.segments.at(-2);
  const isHeaderDurable = before === undefined ? !isNew : before.isSealed;
  return last.frames > 0 || isHeaderDurable ? last : undefined;
}

async function openSegment(
  start: LogStart,
  reused: SegmentSummary | undefined,
): Promise<SegmentWriter> {
  const { disk, identity, log } = start;
  if (reused !== undefined) {
    const { sequence, goodEnd, header } = reused;
    const { seed } = must(header, 'frames stand behind a header');
    return SegmentWriter.reopen(disk, { sequence, goodEnd, seed });
  }
  const last = log.segments.at(-1);
  const isEmpty = last !== undefined && last.frames === 0 && last.header?.previous !== undefined;
  const isTorn = last !== undefined && last.header === undefined;
  const sequence = (isEmpty && !last.isSealed) || isTorn ? last.sequence : start.nextSequence;
  const { unproven } = log;
  const firstFrame = unproven?.number ?? log.lastFrame + 1;
  const previous = unproven?.before ?? endOf(start);
  return SegmentWriter.create(disk, { identity, sequence, firstFrame, previous });
}

function endOf({ log, snapshot }: LogStart): LogPosition {
  if (log.segments.length === 0) return snapshot;
  const { index, term } = log.entries.at(-1) ?? log.base;
  return { index, term: must(term, 'only entries make the term of the base unknown') };
}

/**
 * A segment that another one follows ends in a seal, so that the loss of all that follow is seen.
 * The seal is written anew when the next one has just been made: it may not have become durable.
 */
async function sealOlder(start: LogStart, older: readonly SegmentSummary[]): Promise<void> {
  const nextFrame = start.log.unproven?.number ?? start.log.lastFrame + 1;
  for (const [at, summary] of older.entries()) {
    const next = older[at + 1];
    if (next !== undefined && (summary.isSealed || next.header?.previous === undefined)) continue;
    await sealAt(start.disk, summary, next?.header?.firstFrame ?? nextFrame);
  }
}

/** Cuts a segment off behind the last frame before `nextFrame`, and seals it there. */
async function sealAt(disk: Disk, summary: SegmentSummary, nextFrame: number): Promise<void> {
  const { sequence, header, frames, lastFrame, lastFrameStart, goodEnd } = summary;
  const { seed } = must(header, 'only the last segment may lack a header');
  const isAgainInNext = frames > 0 && lastFrame === nextFrame;
  const end = isAgainInNext ? lastFrameStart : goodEnd;
  const segment = await SegmentWriter.reopen(disk, { sequence, goodEnd: end, seed });
  try {
    await segment.seal(nextFrame - 1);
  } finally {
    await segment.close();
  }
}

/** Segments of version 1 cannot be read without those before them: they go together. */
function olderSegments(
  summaries: readonly SegmentSummary[],
  reset: LogPosition | undefined,
): readonly OlderSegment[] {
  const old = summaries.filter(({ header }) => header?.previous === undefined);
  const lastOldIndex = Math.max(0, ...old.map(({ lastIndex }) => lastIndex));
  return summaries.map(({ sequence, header, lastIndex }) => ({
    sequence,
    lastIndex: Math.min(
      header?.previous === undefined ? lastOldIndex : lastIndex,
      reset?.index ?? Number.MAX_SAFE_INTEGER,
    ),
  }));
}
