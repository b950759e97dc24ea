/**
 * The promise that a server's durable memory makes to the replica. Two implementations keep it:
 * the log on disk and the one in memory (`--ephemeral`); `test/contract/` runs one suite on both.
 */
import type { LogIndex } from '../base/ids.js';
import type { HardState } from '../raft/effects.js';
import type { Entry, LogPosition } from '../raft/messages.js';

/** One write of the core: new term and vote, a new beginning of the log, new entries. */
export interface StorageWrite {
  readonly hardState: HardState | undefined;
  /** The log is emptied and begins anew behind this position, before `entries` are appended. */
  readonly reset: LogPosition | undefined;
  /** When not empty they replace the log from their first index on. */
  readonly entries: readonly Entry[];
}

/** What a server finds when it starts. */
export interface RecoveredState {
  /** Term 0, no vote and `joining` for a new server. */
  readonly hardState: HardState;
  /**
   * What the state machine has been restored to; index 0 when there is no snapshot. Invariant:
   * logBase.index ≤ snapshot.index ≤ index of the last entry (of `logBase` without entries).
   */
  readonly snapshot: LogPosition;
  /** Who belonged to the cluster there, opaque here; empty for its founders. */
  readonly configuration: Uint8Array;
  /** The entry before the first that the log still has; both 0 for a whole log. */
  readonly logBase: LogPosition;
  /** The log; consecutive indexes behind `logBase`. */
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

/**
 * A snapshot while it is written, aside: until `commit` has resolved, the one before is the newest.
 * All of its operations reject with `StorageError` when the disk refuses; what was written is then
 * of no use, and `abandon` frees it. An error here does not fail the storage.
 */
export interface SnapshotWriter {
  /** Appends to the image; one call at a time. Resolves when the next may come. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once the image is durable, and the older snapshots are gone or will go. */
  commit(): Promise<void>;
  /** Gives it up; of no effect after `commit`. */
  abandon(): Promise<void>;
}

export interface SnapshotReader {
  readonly position: LogPosition;
  /** As it was handed to `createSnapshot`. */
  readonly configuration: Uint8Array;
  readonly imageBytes: number;
  /** CRC-32C of the image. */
  readonly imageChecksum: number;
  /**
   * At most `bytesMax` bytes of the image from `offset` on, at least one before its end; checked.
   * Rejects with `StorageError`, or with `StorageDamagedError` when they are not what was written.
   */
  read(offset: number, bytesMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
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
   * Begins a snapshot of the state through `position`, with the configuration in force there.
   * Several may be written at once; the one with the highest index of those committed is kept.
   */
  createSnapshot(position: LogPosition, configuration: Uint8Array): SnapshotWriter;

  /**
   * The newest snapshot that was committed, undefined when there is none. It stays readable until
   * it is closed, whatever is committed in the meantime. Rejects with `StorageError`.
   */
  openSnapshot(): Promise<SnapshotReader | undefined>;

  /**
   * Entries through `index` are wanted no longer. Gives up what can be given up cheaply, behind
   * the writes that are queued; never an entry that no committed snapshot covers. Returns at once.
   */
  compact(through: LogIndex): void;

  /**
   * Tells that nothing has been appended for a moment: time for what would be too dear with every
   * write. Returns at once. `onFailed` is called, never before that, when the storage has failed,
   * or does so in work of its own that no writer waits for.
   */
  rest(onFailed: (error: StorageError) => void): void;

  /** Waits for the queued writes, then gives the files back. */
  close(): Promise<void>;
}
