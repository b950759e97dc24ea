/**
 * Says what stands in a folder, file by file, and what is wrong with it. Nothing is changed, and a
 * server may be writing there meanwhile: what it was just doing is not taken for damage.
 */
import type { FolderIdentity } from '../base/folder-identity.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import type { LogIndex } from '../base/ids.js';
import type { HardState } from '../raft/effects.js';
import type { LogPosition } from '../raft/messages.js';
import type { DiskReader } from './disk.js';
import { hardStateName, isDamagedAside, isLeftover, segmentName } from './file-names.js';
import { snapshotIndex } from './file-names.js';
import { damageIn, lastIndexOf } from './folder-findings.js';
import { loadHardState } from './hard-state-file.js';
import type { HardStateFinding } from './hard-state-file.js';
import type { SegmentSummary } from './log-reader.js';
import { readLog, segmentSequences } from './read-log.js';
import type { LogReading } from './read-log.js';
import { openOwnSnapshot } from './recover-snapshot.js';
import type { RecoveredSnapshot } from './recover-snapshot.js';
import { StorageDamagedError } from './storage.js';

/** Files come and go under a server; damage that is found so often is not that. */
const looksMax = 3;
/** While segments were given up during a look it says nothing of damage; but not for ever. */
const restlessLooksMax = 20;

export interface SegmentReport {
  readonly name: string;
  readonly bytes: number;
  /** Writes that stand in it. */
  readonly frames: number;
  /** The least and the highest index among its entries; both 0 without one. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly damage: string | undefined;
}

export interface SnapshotReport {
  readonly name: string;
  readonly bytes: number;
  /** Position and image size; undefined when it is damaged. */
  readonly position: LogPosition | undefined;
  readonly imageBytes: number | undefined;
  readonly damage: string | undefined;
}

export interface FolderReport {
  /** Undefined when there is none that can be read. */
  readonly hardState: HardState | undefined;
  readonly segments: readonly SegmentReport[];
  /** Newest first. */
  readonly snapshots: readonly SnapshotReport[];
  /** Where the log begins (the entry before its first) and ends, as far as it can be read. */
  readonly logBase: LogIndex;
  readonly lastIndex: LogIndex;
  /** Names of files that were not written to their end: of no use, removed at the next start. */
  readonly leftovers: readonly string[];
  /** Names of damaged files that were put out of the way. */
  readonly aside: readonly string[];
  /** One line for each thing that is wrong; none when everything acknowledged is there. */
  readonly damage: readonly string[];
}

/** Throws `StorageError` when the disk refuses to be read. */
export async function inspectFolder(
  disk: DiskReader,
  identity: FolderIdentity,
): Promise<FolderReport> {
  for (let looks = 0, restless = 0; ;) {
    const sequences = segmentSequences(await disk.list());
    const report = await look(disk, identity);
    if (report.damage.length === 0) return report;
    const left = new Set(segmentSequences(await disk.list()));
    if (sequences.every((sequence) => left.has(sequence))) looks += 1;
    else restless += 1;
    if (looks === looksMax || restless === restlessLooksMax) return report;
  }
}

/** What is written first is read last: hard state, log, snapshot is the order of a server. */
async function look(disk: DiskReader, identity: FolderIdentity): Promise<FolderReport> {
  const sequences = segmentSequences(await disk.list());
  const log = await readLog(disk, identity, sequences);
  const segments = await reportSegments(disk, identity, { sequences, log });
  const snapshots = await reportSnapshots(disk, identity);
  const finding = await findHardState(disk, identity);
  const damage = damageIn({ hardState: finding, snapshot: recoverable(snapshots), log });
  const names = await disk.list();
  return {
    hardState: finding.kind === 'found' ? finding.hardState : undefined,
    segments,
    snapshots,
    logBase: log.base.index,
    lastIndex: lastIndexOf(log),
    leftovers: names.filter(isLeftover),
    aside: names.filter(isDamagedAside),
    damage: damage.map(({ text }) => text),
  };
}

/** A hard state that only a newer program can read is told of like a damaged one. */
async function findHardState(
  disk: DiskReader,
  identity: FolderIdentity,
): Promise<HardStateFinding> {
  try {
    return await loadHardState(disk, identity);
  } catch (error) {
    if (!(error instanceof StorageDamagedError)) throw error;
    return { kind: 'damaged', damage: { file: hardStateName, text: error.message } };
  }
}

interface ReadSegments {
  readonly sequences: readonly number[];
  readonly log: LogReading;
}

/** Those that the log was not read from, because of damage or of a snapshot, each on its own. */
async function reportSegments(
  disk: DiskReader,
  identity: FolderIdentity,
  { sequences, log }: ReadSegments,
): Promise<readonly SegmentReport[]> {
  const reports: SegmentReport[] = [];
  for (const sequence of sequences) {
    const name = segmentName(sequence);
    const whole = log.segments.find((summary) => summary.sequence === sequence);
    const isDamaged = log.damage?.file === name;
    if (whole !== undefined || isDamaged) {
      const damage = isDamaged ? log.damage.text : undefined;
      reports.push(segmentReport(name, whole, damage));
      continue;
    }
    const alone = await readLog(disk, identity, [sequence], true);
    reports.push(segmentReport(name, alone.segments[0], alone.damage?.text));
  }
  return reports;
}

function segmentReport(
  name: string,
  summary: SegmentSummary | undefined,
  damage: string | undefined,
): SegmentReport {
  const { bytes = 0, frames = 0, firstIndex = 0, lastIndex = 0 } = summary ?? {};
  return { name, bytes, frames, firstIndex, lastIndex, damage };
}

async function reportSnapshots(
  disk: DiskReader,
  identity: FolderIdentity,
): Promise<readonly SnapshotReport[]> {
  const reports: SnapshotReport[] = [];
  const names = (await disk.list()).filter((name) => snapshotIndex(name) !== undefined);
  for (const name of names.reverse()) {
    const bytes = await disk.size(name);
    if (bytes === undefined) continue;
    const report = { name, bytes, position: undefined, imageBytes: undefined, damage: undefined };
    try {
      const reader = await openOwnSnapshot(disk, identity, name);
      await reader.verify(() => undefined);
      reports.push({ ...report, position: reader.position, imageBytes: reader.imageBytes });
    } catch (error) {
      if (!(error instanceof StorageDamagedError)) throw error;
      reports.push({ ...report, damage: error.message });
    }
  }
  return reports;
}

/** What a start would make of the snapshots. */
function recoverable(reports: readonly SnapshotReport[]): RecoveredSnapshot {
  const good = reports.findIndex(({ position }) => position !== undefined);
  const newer = good === -1 ? reports : reports.slice(0, good);
  return {
    position: reports[good]?.position ?? { index: asLogIndex(0), term: asTerm(0) },
    configuration: new Uint8Array(),
    damaged: newer.map(({ name, damage }) => ({
      name,
      index: snapshotIndex(name) ?? 0,
      damage: { file: name, text: damage ?? '' },
    })),
    older: reports.slice(newer.length + 1).map(({ name }) => name),
  };
}
