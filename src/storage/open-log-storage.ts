/** Opens a server's durable memory: begins a new one, or recovers what an earlier process left. */
import { assert } from '../base/assert.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import type { HardState } from '../raft/effects.js';
import type { Disk } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { hardStateAsideName, hardStateName } from './file-names.js';
import { loadHardState, saveHardState } from './hard-state-file.js';
import { LogStorage } from './log-storage.js';
import { recoverLog } from './recover-log.js';
import type { LastSegment, RecoveredLog } from './recover-log.js';
import { refillAdvice } from './refill-advice.js';
import { SegmentWriter } from './segment-writer.js';
import { StorageDamagedError } from './storage.js';
import type { RecoveredState, Storage } from './storage.js';

const firstSegment: LastSegment = { sequence: 1, firstFrame: 1, goodBytes: 0 };

const defaultSegmentBytesMax = 64 * 1024 * 1024;

export interface LogStorageOptions {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** A segment that holds this much is left for a new one; 64 MiB when not given. */
  readonly segmentBytesMax?: number;
}

export interface OpenedStorage {
  readonly storage: Storage;
  readonly recovered: RecoveredState;
}

/**
 * Everything in `recovered` is durable when this resolves. Throws `StorageDamagedError` when
 * something acknowledged is gone, with one line that names file and offset, and `StorageError`
 * when the disk refuses.
 */
export async function openLogStorage(options: LogStorageOptions): Promise<OpenedStorage> {
  const { disk, identity, segmentBytesMax = defaultSegmentBytesMax } = options;
  assert(segmentBytesMax > 0, `a segment holds some bytes, not ${segmentBytesMax}`);
  // A killed process may have left names that are not durable; nothing may be built on them.
  await disk.syncFolder();
  const found = await loadHardState(disk, identity);
  const log = await recoverLog(disk, identity);
  const hardState = found ?? { term: asTerm(0), votedFor: undefined };
  checkTogether(found, log);
  if ((await disk.list()).includes(hardStateAsideName)) await disk.remove(hardStateAsideName);
  if (found === undefined) await saveHardState(disk, identity, hardState);
  const segment = await openSegment(options, log);
  const { entries, notices, lastFrame } = log;
  const lastIndex = asLogIndex(entries.length);
  const parts = { disk, identity, segmentBytesMax, segment, lastFrame, lastIndex };
  const storage = new LogStorage(parts);
  const isNew = hardState.term === 0 && entries.length === 0;
  return { storage, recovered: { hardState, entries, isNew, notices } };
}

/** The hard state is written first of all, and before every entry of its term. */
function checkTogether(hardState: HardState | undefined, log: RecoveredLog): void {
  if (hardState === undefined && log.last !== undefined) {
    throw new StorageDamagedError(
      `${hardStateName} (term and vote) is missing beside a log; ${refillAdvice}`,
    );
  }
  const term = hardState?.term ?? 0;
  const logTerm = log.entries.at(-1)?.term ?? 0;
  if (logTerm > term) {
    throw new StorageDamagedError(
      `${hardStateName} says term ${term}, but the log has reached term ${logTerm}; ` +
        refillAdvice,
    );
  }
  // The first segment was durable before any term was written.
  const isBegun = log.last !== undefined && (log.last.sequence > 1 || log.last.goodBytes > 0);
  if (term > 0 && !isBegun) {
    throw new StorageDamagedError(
      `the log is missing beside ${hardStateName}, which says term ${term}; ${refillAdvice}`,
    );
  }
}

async function openSegment(
  { disk, identity }: LogStorageOptions,
  { last, lastFrame, marked }: RecoveredLog,
): Promise<SegmentWriter> {
  const { sequence, firstFrame, goodBytes } = last ?? firstSegment;
  const place = { disk, identity, sequence, firstFrame };
  const create = goodBytes === 0;
  const segment = await (create
    ? SegmentWriter.create(place)
    : SegmentWriter.reopen(place, goodBytes));
  if (!marked && lastFrame > 0) await segment.appendSyncMark(lastFrame);
  return segment;
}
