/**
 * The promise that a server's durable memory makes to the replica. Two implementations keep it:
 * the log on disk and the one in memory (`--ephemeral`); `test/contract/` runs one suite on both.
 */
import type { HardState } from '../raft/effects.js';
import type { Entry } from '../raft/messages.js';

/** One write of the core: new term and vote, new entries, or both. */
export interface StorageWrite {
  readonly hardState: HardState | undefined;
  /** When not empty they replace the log from their first index on. */
  readonly entries: readonly Entry[];
}

/** What a server finds when it starts. */
export interface RecoveredState {
  /** Term 0 and no vote for a new server. */
  readonly hardState: HardState;
  /** The whole log; consecutive indexes from 1. */
  readonly entries: readonly Entry[];
  /** Whether the folder held nothing of this server before. */
  readonly isNew: boolean;
  /** What recovery had to mend, in words for the log ("cut 211 torn bytes off …"). */
  readonly notices: readonly string[];
}

/** An operating-system error of the disk: full, failed, read-only, gone. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Acknowledged bytes are damaged or missing. The server must not start from what is left. */
export class StorageDamagedError extends Error {
  override readonly name = 'StorageDamagedError';
}

export interface Storage {
  /**
   * Queues the write and returns at once. `done` is called once it is durable (fsync), or with the
   * reason why it never will be. Writes become durable in call order, and `done` is called in call
   * order, never before `append` has returned. All that waits shares one write and one fsync
   * (group commit). After the first error every later write fails too: what an fsync that failed
   * left behind is unknown, so nothing is retried.
   */
  append(write: StorageWrite, done: (error?: StorageError) => void): void;

  /**
   * Tells that nothing has been appended for a moment: time for what would be too dear with every
   * write. Returns at once.
   */
  rest(): void;

  /** Waits for the queued writes, then gives the files back. */
  close(): Promise<void>;
}
