/**
 * A server's durable memory on disk: an append-only log in segments, a small file for term and
 * vote, and snapshots. Nothing in the log is ever overwritten: entries that replace others are
 * appended, too, and recovery lets the later ones win.
 *
 * Invariant: one write is in flight at a time, so frame n is durable before frame n + 1 is
 * written. Recovery rests on it (see `segment-format.ts`).
 */
import { assert } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';
import type { LogIndex } from '../base/ids.js';
import type { HardState } from '../raft/effects.js';
import type { LogPosition } from '../raft/messages.js';
import type { BegunLog, OlderSegment } from './begin-log.js';
import type { Disk } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { segmentName } from './file-names.js';
import { saveHardState } from './hard-state-file.js';
import { SegmentWriter } from './segment-writer.js';
import type { FillLimits } from './segment-writer.js';
import { SnapshotStore } from './snapshot-store.js';
import { StorageError } from './storage.js';
import type { SnapshotReader, SnapshotWriter, Storage, StorageWrite } from './storage.js';
import { WriteBatch } from './write-batch.js';
import type { WriteDone } from './write-batch.js';

/** Writes share one frame until it holds this much; what waits beyond it gets the next one. */
export const frameEntryBytesEnough = 4 * 1024 * 1024;

export interface LogStorageParts extends BegunLog {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** A segment that holds this much is left for a new one. */
  readonly segmentBytesMax: number;
  /** How the open segment is filled ahead. */
  readonly fillSteps: FillSteps;
  /** The newest snapshot on disk; index 0 when there is none. */
  readonly snapshot: LogPosition;
  /** As it is on disk. */
  readonly hardState: HardState;
}

/** How the open segment is filled ahead. */
export type FillSteps = Omit<FillLimits, 'segmentBytesMax'>;

interface QueuedWrite {
  readonly write: StorageWrite;
  readonly done: WriteDone;
}

/** Made by `openLogStorage`. The caller bounds the queue, by the calls it lets wait. */
export class LogStorage implements Storage {
  readonly #disk: Disk;
  readonly #identity: FolderIdentity;
  readonly #fillLimits: FillLimits;
  readonly #snapshots: SnapshotStore;
  #hardState: HardState;
  #segment: SegmentWriter;
  /** Whole segments before the open one, in order. */
  #older: readonly OlderSegment[];
  /** Highest index among the entries of the open segment that matter; 0 without one. */
  #highestIndex: number;
  /** Where the log ends that is written. */
  #end: LogPosition;
  #lastFrame: number;
  /** Whether the last frame has its sync mark; there is nothing to mark before the first. */
  #marked = true;
  /** Last index of the log once everything queued is written. */
  #lastIndex: number;
  readonly #queue = new Fifo<QueuedWrite>();
  /** A quiet moment has come since the last mark. */
  #restWanted = false;
  #onFailed: ((error: StorageError) => void) | undefined;
  /** Entries through here are wanted no longer. */
  #unwanted = 0;
  #compactWanted = false;
  #running: Promise<void> | undefined;
  #failure: StorageError | undefined;
  #closed = false;

  constructor(parts: LogStorageParts) {
    this.#disk = parts.disk;
    this.#identity = parts.identity;
    this.#fillLimits = { ...parts.fillSteps, segmentBytesMax: parts.segmentBytesMax };
    this.#hardState = parts.hardState;
    this.#segment = parts.segment;
    this.#segment.fillAhead(this.#fillLimits);
    this.#older = parts.older;
    this.#lastFrame = parts.lastFrame;
    const { index, term } = parts.entries.at(-1) ?? parts.base;
    this.#end = { index, term };
    this.#lastIndex = index;
    this.#highestIndex = parts.highestIndex;
    this.#snapshots = new SnapshotStore({
      disk: parts.disk,
      identity: parts.identity,
      newest: parts.snapshot.index,
      onCommit: () => {
        this.#wantCompaction();
      },
    });
  }

  append(write: StorageWrite, done: WriteDone): void {
    assert(!this.#closed, 'nothing is appended once the storage is closed');
    this.#lastIndex = write.reset?.index ?? this.#lastIndex;
    const first = write.entries[0]?.index ?? 1;
    assert(first <= this.#lastIndex + 1, () => `entry ${first} leaves no gap in the log`);
    this.#lastIndex = write.entries.at(-1)?.index ?? this.#lastIndex;
    this.#queue.push({ write, done });
    this.#running ??= this.#run();
  }

  createSnapshot(position: LogPosition, configuration: Uint8Array): SnapshotWriter {
    return this.#snapshots.create(position, configuration);
  }

  openSnapshot(): Promise<SnapshotReader | undefined> {
    return this.#snapshots.open();
  }

  compact(through: LogIndex): void {
    this.#unwanted = Math.max(this.#unwanted, through);
    this.#wantCompaction();
  }

  rest(onFailed: (error: StorageError) => void): void {
    if (this.#closed) return;
    this.#onFailed = onFailed;
    if (this.#marked && this.#failure === undefined) return;
    this.#restWanted = true;
    this.#running ??= this.#run();
  }

  /** Never rejects once a write has failed: its writer was told, and more cannot be done. */
  async close(): Promise<void> {
    assert(!this.#closed, 'the storage is closed once');
    this.#closed = true;
    await this.#snapshots.close();
    await this.#running;
    const hadFailed = this.#failure !== undefined;
    try {
      if (!hadFailed) await this.#settle();
    } finally {
      await this.#attempt(() => this.#segment.close());
    }
    if (!hadFailed && this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    // What is appended in the same turn of the event loop shares the first frame.
    await Promise.resolve();
    while (this.#queue.size > 0 || this.#restWanted || this.#compactWanted) {
      if (this.#queue.size > 0) {
        const batch = this.#takeBatch();
        batch.end(this.#failure ?? (await this.#attempt(() => this.#write(batch))));
      } else if (this.#restWanted) {
        this.#restWanted = false;
        // Behind the part of a write that failed, a mark would make that part look acknowledged.
        if (this.#failure === undefined) await this.#attempt(() => this.#mark());
        this.#tellFailure();
      }
      if (this.#compactWanted) await this.#giveUpSegments();
    }
    this.#running = undefined;
  }

  #takeBatch(): WriteBatch {
    const batch = new WriteBatch();
    while (batch.bytes < frameEntryBytesEnough) {
      const queued = this.#queue.shift();
      if (queued === undefined) break;
      batch.add(queued.write, queued.done);
    }
    return batch;
  }

  /** The first error is final: what a write or fsync that failed left behind is unknown. */
  async #attempt(action: () => Promise<void>): Promise<StorageError | undefined> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#failure ??= error;
    }
    return this.#failure;
  }

  /** Term and vote go first: no entry may be on disk whose term is not. */
  async #write({ hardState, reset, entries }: WriteBatch): Promise<void> {
    if (hardState !== undefined) await this.#saveHardState(hardState);
    if (entries.length === 0 && reset === undefined) return;
    if (this.#segment.size >= this.#fillLimits.segmentBytesMax) await this.#roll();
    await this.#segment.append(this.#lastFrame + 1, { reset, entries });
    this.#lastFrame += 1;
    this.#marked = false;
    if (reset !== undefined) this.#forgetBefore(reset);
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#end = { index: last.index, term: last.term };
    this.#highestIndex = Math.max(this.#highestIndex, last.index);
  }

  /** What older frames said of entries behind a new beginning of the log matters no more. */
  #forgetBefore(reset: LogPosition): void {
    this.#end = reset;
    this.#highestIndex = Math.min(this.#highestIndex, reset.index);
    this.#older = this.#older.map(({ sequence, lastIndex }) => ({
      sequence,
      lastIndex: Math.min(lastIndex, reset.index),
    }));
  }

  async #roll(): Promise<void> {
    const full = this.#segment;
    this.#segment = await SegmentWriter.create(this.#disk, {
      identity: this.#identity,
      sequence: full.sequence + 1,
      firstFrame: this.#lastFrame + 1,
      previous: this.#end,
    });
    try {
      await full.seal(this.#lastFrame);
    } finally {
      await full.close();
    }
    // Whoever filled a segment fills the next one, too: it begins with the longest steps.
    const stepBytesMin = this.#fillLimits.stepBytesMax;
    this.#segment.fillAhead({ ...this.#fillLimits, heldBytesMin: 0, stepBytesMin });
    this.#older = [...this.#older, { sequence: full.sequence, lastIndex: this.#highestIndex }];
    this.#highestIndex = 0;
    this.#compactWanted = true;
  }

  #wantCompaction(): void {
    if (this.#closed || this.#failure !== undefined) return;
    this.#compactWanted = true;
    this.#running ??= this.#run();
  }

  /**
   * Removes the oldest segments, as far as a snapshot covers them. Their names may come back after
   * a power failure, any of them; recovery copes.
   */
  async #giveUpSegments(): Promise<void> {
    this.#compactWanted = false;
    const limit = Math.min(this.#unwanted, this.#snapshots.newest);
    while (this.#failure === undefined) {
      const [oldest, ...others] = this.#older;
      if (oldest === undefined || oldest.lastIndex > limit) return;
      await this.#attempt(() => this.#disk.remove(segmentName(oldest.sequence)));
      this.#older = others;
    }
    this.#tellFailure();
  }

  /** Nobody waits for what is done at rest, or given up: its failure is told all the same. */
  #tellFailure(): void {
    if (this.#failure !== undefined) this.#onFailed?.(this.#failure);
  }

  /** The last frame is marked, and all of the open segment is durable. */
  async #settle(): Promise<void> {
    await this.#mark();
    await this.#segment.settle();
  }

  /**
   * Says on disk that the last frame was durable, in two places: behind it, so that a bit that
   * flips in it later is known as damage, and beside term and vote, so that its loss is known.
   * The next sync makes the mark durable; until then its loss does no harm.
   */
  async #mark(): Promise<void> {
    if (this.#marked) return;
    await this.#segment.appendSyncMark(this.#lastFrame);
    await this.#saveHardState(this.#hardState);
    this.#marked = true;
  }

  async #saveHardState(hardState: HardState): Promise<void> {
    await saveHardState(this.#disk, this.#identity, hardState, this.#lastFrame);
    this.#hardState = hardState;
  }
}
