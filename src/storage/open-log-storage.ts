/**
 * Opens a server's durable memory: begins a new one, or recovers what an earlier process left, or
 * mends what it can of a damaged one.
 */
import { assert } from '../base/assert.js';
import { asTerm } from '../base/ids.js';
import type { StateRestore } from '../base/state-machine.js';
import type { HardState } from '../raft/effects.js';
import { beginLog } from './begin-log.js';
import type { Disk } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { refusalOf } from './damage.js';
import { damagedName, isLeftover, segmentName } from './file-names.js';
import { bridgedNotices, damageIn, highestTerm } from './folder-findings.js';
import type { FolderFindings } from './folder-findings.js';
import { loadHardState, saveHardState } from './hard-state-file.js';
import { LogStorage } from './log-storage.js';
import type { FillSteps } from './log-storage.js';
import { refuseNewerEntries } from './newer-format.js';
import { readLog, segmentSequences } from './read-log.js';
import { recoverSnapshot } from './recover-snapshot.js';
import { repairFolder } from './repair-folder.js';
import type { RepairedFolder } from './repair-folder.js';
import type { RecoveredState, Storage } from './storage.js';

const defaultSegmentBytesMax = 8 * 1024 * 1024;
/**
 * A new server takes little; one that writes much has, while one step is filled, zeros left for
 * some hundred of its writes. In steps twice as long those that run beside one wait twice as long.
 */
const defaultFillSteps: FillSteps = {
  heldBytesMin: 64 * 1024,
  stepBytesMin: 64 * 1024,
  stepBytesMax: 256 * 1024,
};

export interface LogStorageOptions {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** A segment that holds this much is left for a new one; 8 MiB when not given. */
  readonly segmentBytesMax?: number;
  /** How the open segment is filled with zeros ahead of what is appended. */
  readonly fillSteps?: FillSteps;
  /** 32 random hexadecimal digits, for a hard state that is made anew. */
  readonly incarnation: string;
  /** Begins to take in an image; for each snapshot that is tried. */
  readonly restore: () => StateRestore;
  /** Whether an entry is of a format that only a newer program knows; none is, if left out. */
  readonly isOfNewerFormat?: (payload: Uint8Array) => boolean;
  /** Whether a folder with damage is made one that the other servers refill, or refused. */
  readonly repair: boolean;
}

export interface OpenedStorage {
  readonly storage: Storage;
  readonly recovered: RecoveredState;
}

/**
 * Everything in `recovered` is durable when this resolves. Without `repair` it throws
 * `StorageDamagedError` when something acknowledged is gone, with one line that names file and
 * offset; always when a newer program has written what is there, and `StorageError` when the disk
 * refuses. It may be called again on the same disk once the storage that it opened before is
 * closed.
 */
export async function openLogStorage(options: LogStorageOptions): Promise<OpenedStorage> {
  const { disk, identity, segmentBytesMax = defaultSegmentBytesMax } = options;
  const { fillSteps = defaultFillSteps } = options;
  assert(segmentBytesMax > 0, () => `a segment holds some bytes, not ${segmentBytesMax}`);
  // A killed process may have left names that are not durable; nothing may be built on them.
  await disk.syncFolder();
  const findings = await findAll(options);
  const folder = await soundFolder(options, findings);
  const { hardState, log, nextSequence } = folder;
  const { position: snapshot, configuration, older: olderSnapshots } = findings.snapshot;
  const isNew = hardState.term === 0 && log.entries.length === 0 && snapshot.index === 0;
  await removeAll(disk, [...olderSnapshots, ...(await uselessNames(disk, log.front))]);
  const begun = await beginLog({ disk, identity, log, snapshot, nextSequence, isNew });
  const { base: logBase, entries } = begun;
  const storage = new LogStorage({
    ...begun,
    ...{ disk, identity, segmentBytesMax, fillSteps, snapshot, hardState },
  });
  const notices = [...folder.notices, ...log.notices];
  return {
    storage,
    recovered: { hardState, snapshot, configuration, logBase, entries, isNew, notices },
  };
}

async function findAll(options: LogStorageOptions): Promise<FolderFindings> {
  const { disk, identity, restore, isOfNewerFormat } = options;
  const hardState = await loadHardState(disk, identity);
  const log = await readLog(disk, identity, segmentSequences(await disk.list()));
  if (isOfNewerFormat !== undefined) refuseNewerEntries(log.entries, isOfNewerFormat);
  const snapshot = await recoverSnapshot(disk, identity, restore);
  return { hardState, log, snapshot };
}

/** A folder to start from, whose hard state is durable. Throws `StorageDamagedError`. */
async function soundFolder(
  { disk, identity, incarnation, repair }: LogStorageOptions,
  findings: FolderFindings,
): Promise<RepairedFolder> {
  const damage = damageIn(findings);
  if (damage[0] !== undefined) {
    if (!repair) throw refusalOf(damage[0]);
    return repairFolder({ disk, identity, incarnation, findings, damage });
  }
  const { log, snapshot } = findings;
  const hardState = await settleHardState({ disk, identity, incarnation }, findings);
  // Nothing is lost with these snapshots; out of the way they are not read again.
  for (const { name } of snapshot.damaged) await disk.rename(name, damagedName(name));
  if (snapshot.damaged.length > 0) await disk.syncFolder();
  const nextSequence = (log.segments.at(-1)?.sequence ?? 0) + 1;
  return { hardState, log, nextSequence, notices: bridgedNotices(snapshot.damaged) };
}

/** The hard state of a folder without damage, as found or a new one; durable. */
async function settleHardState(
  { disk, identity, incarnation }: Pick<LogStorageOptions, 'disk' | 'identity' | 'incarnation'>,
  findings: FolderFindings,
): Promise<HardState> {
  if (findings.hardState.kind !== 'found') {
    const made: HardState = {
      term: asTerm(0),
      votedFor: undefined,
      standing: 'joining',
      incarnation,
      known: new Map(),
    };
    await saveHardState(disk, identity, made, 0);
    return made;
  }
  const { hardState, durableFrame } = findings.hardState;
  // A snapshot that was received may be durable before the term is that it speaks of.
  const term = highestTerm(findings);
  const isBehind = term > hardState.term;
  const settled = isBehind ? { ...hardState, term, votedFor: undefined } : hardState;
  // Also when nothing changes: on a disk that failed it may be readable and yet not durable.
  await saveHardState(disk, identity, settled, durableFrame);
  return settled;
}

/** What was not written to its end, and segments that were given up before the crash. */
async function uselessNames(disk: Disk, front: number): Promise<readonly string[]> {
  const names = await disk.list();
  const given = segmentSequences(names).filter((sequence) => sequence < front);
  return [...names.filter(isLeftover), ...given.map(segmentName)];
}

async function removeAll(disk: Disk, names: readonly string[]): Promise<void> {
  for (const name of names) await disk.remove(name);
}
