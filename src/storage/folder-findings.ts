/**
 * What stands in a folder, and whether its parts belong together: hard state, log, snapshot. This
 * is where it is decided what is damage and what a crash at any moment may leave.
 */
import type { LogIndex, Term } from '../base/ids.js';
import { asTerm } from '../base/ids.js';
import type { LogPosition } from '../raft/messages.js';
import { damageAt } from './damage.js';
import type { Damage } from './damage.js';
import { hardStateName, segmentName } from './file-names.js';
import type { HardStateFinding } from './hard-state-file.js';
import type { LogReading } from './read-log.js';
import type { DamagedSnapshot, RecoveredSnapshot } from './recover-snapshot.js';

export interface FolderFindings {
  readonly hardState: HardStateFinding;
  readonly snapshot: RecoveredSnapshot;
  readonly log: LogReading;
}

/** All damage in a folder; none when everything acknowledged is there. */
export function damageIn(findings: FolderFindings): readonly Damage[] {
  const { hardState, snapshot, log } = findings;
  const found: Damage[] = [];
  if (hardState.kind === 'damaged') found.push(hardState.damage);
  if (hardState.kind === 'missing' && hasData(findings)) {
    found.push(hardStateDamage('is missing beside a log'));
  }
  if (log.damage !== undefined) found.push(log.damage);
  if (!isBridged(findings)) found.push(...snapshot.damaged.map(({ damage }) => damage));
  if (found.length === 0 && !connects(log, snapshot.position)) {
    const file = segmentName(Math.max(1, log.front - 1));
    found.push({ file, text: `${file} is damaged at offset 0: the file is missing` });
  }
  if (hardState.kind === 'found') {
    found.push(...disagreements(hardState.hardState.term, findings));
    found.push(...lostFrames(hardState.durableFrame, findings));
  }
  return found;
}

/** Where the log begins: the snapshot reaches there, so nothing between the two is missing. */
export function connects({ base }: LogReading, snapshot: LogPosition): boolean {
  if (base.term === undefined) return base.index < snapshot.index;
  return base.index <= snapshot.index;
}

/** Whether the log holds the entry that the snapshot ends with, or begins right behind it. */
export function holds({ base, entries }: LogReading, snapshot: LogPosition): boolean {
  if (base.index === snapshot.index) return base.term === snapshot.term;
  return entries[snapshot.index - base.index - 1]?.term === snapshot.term;
}

/** Whether anything says where the log stands: a segment with a torn header does not. */
export function isBegun({ segments }: LogReading): boolean {
  return segments.some(({ header }) => header !== undefined);
}

/** Whether nothing is lost with newer snapshots: what they held stands in the log. */
function isBridged({ snapshot, log }: FolderFindings): boolean {
  if (log.damage !== undefined || !connects(log, snapshot.position)) return false;
  if (snapshot.damaged.length > 0 && !holds(log, snapshot.position)) return false;
  return snapshot.damaged.every(({ index }) => index <= lastIndexOf(log));
}

/** The highest term that anything in the folder speaks of. */
export function highestTerm({ hardState, snapshot, log }: FolderFindings): Term {
  const found = hardState.kind === 'found' ? hardState.hardState.term : 0;
  return asTerm(Math.max(found, snapshot.position.term, logTerm(log)));
}

export function lastIndexOf({ base, entries }: LogReading): LogIndex {
  return entries.at(-1)?.index ?? base.index;
}

/** Damaged snapshots that nothing is lost with, in words for the log. */
export function bridgedNotices(damaged: readonly DamagedSnapshot[]): readonly string[] {
  return damaged.map(({ damage }) => `${damage.text}; the log still has what it held`);
}

function hasData({ snapshot, log }: FolderFindings): boolean {
  return log.segments.length > 0 || snapshot.position.index > 0 || snapshot.damaged.length > 0;
}

/** The hard state is written first of all, and before every entry of its term. */
function disagreements(term: Term, { snapshot, log }: FolderFindings): readonly Damage[] {
  if (log.damage !== undefined) return [];
  if (logTerm(log) > term) {
    const text = `says term ${term}, but the log has reached term ${logTerm(log)}`;
    return [hardStateDamage(text)];
  }
  // The first segment was durable before any term was written.
  if (isBegun(log) || (term === 0 && snapshot.position.index === 0)) return [];
  const text = `the log is missing beside ${hardStateName}, which says term ${term}`;
  return [{ file: segmentName(log.front), text }];
}

/** Frames that were durable once, and that nothing in the log itself misses. */
function lostFrames(durableFrame: number, { log }: FolderFindings): readonly Damage[] {
  const last = log.segments.at(-1);
  if (log.damage !== undefined || last === undefined || log.lastFrame >= durableFrame) return [];
  const missing = `frame ${log.lastFrame + 1} was acknowledged and is missing`;
  return [damageAt(segmentName(last.sequence), last.goodEnd, missing)];
}

function logTerm({ base, entries }: LogReading): number {
  return entries.at(-1)?.term ?? base.term ?? 0;
}

function hardStateDamage(text: string): Damage {
  return { file: hardStateName, text: `${hardStateName} (term and vote) ${text}` };
}
