/**
 * A server's durable memory on disk: an append-only log in segments, and a small file for term and
 * vote. Nothing in the log is ever overwritten: entries that replace others are appended, too, and
 * recovery lets the later ones win.
 *
 * Invariant: one write is in flight at a time, so frame n is durable before frame n + 1 is
 * written. Recovery rests on it (see `segment-format.ts`).
 */
import { assert } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';
import type { LogIndex } from '../base/ids.js';
import type { Disk } from './disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { saveHardState } from './hard-state-file.js';
import { SegmentWriter } from './segment-writer.js';
import { StorageError } from './storage.js';
import type { Storage, StorageWrite } from './storage.js';
import { WriteBatch } from './write-batch.js';
import type { WriteDone } from './write-batch.js';

/** Writes share one frame until it holds this much; what waits beyond it gets the next one. */
export const frameEntryBytesEnough = 4 * 1024 * 1024;

export interface LogStorageParts {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** A segment that holds this much is left for a new one. */
  readonly segmentBytesMax: number;
  readonly segment: SegmentWriter;
  /** Number of the last frame in the log, which has its sync mark; 0 when there is none. */
  readonly lastFrame: number;
  readonly lastIndex: LogIndex;
}

interface QueuedWrite {
  readonly write: StorageWrite;
  readonly done: WriteDone;
}

/** Made by `openLogStorage`. The caller bounds the queue, by the calls it lets wait. */
export class LogStorage implements Storage {
  readonly #disk: Disk;
  readonly #identity: FolderIdentity;
  readonly #segmentBytesMax: number;
  #segment: SegmentWriter;
  #lastFrame: number;
  /** Whether the last frame has its sync mark; there is nothing to mark before the first. */
  #marked = true;
  /** Last index of the log once everything queued is written. */
  #lastIndex: number;
  readonly #queue = new Fifo<QueuedWrite>();
  /** A quiet moment has come since the last mark. */
  #restWanted = false;
  #running: Promise<void> | undefined;
  #failure: StorageError | undefined;
  #closed = false;

  constructor(parts: LogStorageParts) {
    this.#disk = parts.disk;
    this.#identity = parts.identity;
    this.#segmentBytesMax = parts.segmentBytesMax;
    this.#segment = parts.segment;
    this.#lastFrame = parts.lastFrame;
    this.#lastIndex = parts.lastIndex;
  }

  append(write: StorageWrite, done: WriteDone): void {
    assert(!this.#closed, 'nothing is appended once the storage is closed');
    const first = write.entries[0]?.index ?? 1;
    assert(first <= this.#lastIndex + 1, `entry ${first} leaves no gap in the log`);
    this.#lastIndex = write.entries.at(-1)?.index ?? this.#lastIndex;
    this.#queue.push({ write, done });
    this.#running ??= this.#run();
  }

  rest(): void {
    if (this.#marked || this.#closed || this.#failure !== undefined) return;
    this.#restWanted = true;
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    assert(!this.#closed, 'the storage is closed once');
    this.#closed = true;
    await this.#running;
    try {
      if (this.#failure === undefined) await this.#settle();
    } finally {
      await this.#segment.close();
    }
  }

  async #run(): Promise<void> {
    // What is appended in the same turn of the event loop shares the first frame.
    await Promise.resolve();
    while (this.#queue.size > 0 || this.#restWanted) {
      if (this.#queue.size > 0) {
        const batch = this.#takeBatch();
        batch.end(this.#failure ?? (await this.#attempt(() => this.#write(batch))));
      } else {
        this.#restWanted = false;
        // Behind the part of a write that failed, a mark would make that part look acknowledged.
        if (this.#failure === undefined) await this.#attempt(() => this.#mark());
      }
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
      this.#failure = error;
    }
    return this.#failure;
  }

  /** Term and vote go first: no entry may be on disk whose term is not. */
  async #write({ hardState, entries }: WriteBatch): Promise<void> {
    if (hardState !== undefined) await saveHardState(this.#disk, this.#identity, hardState);
    if (entries.length === 0) return;
    if (this.#segment.size >= this.#segmentBytesMax) await this.#roll();
    await this.#segment.appendEntries(this.#lastFrame + 1, entries);
    this.#lastFrame += 1;
    this.#marked = false;
  }

  async #roll(): Promise<void> {
    await this.#settle();
    const full = this.#segment;
    this.#segment = await SegmentWriter.create({
      disk: this.#disk,
      identity: this.#identity,
      sequence: full.sequence + 1,
      firstFrame: this.#lastFrame + 1,
    });
    await full.close();
  }

  /** The segment's last frame is marked, and all of the segment is durable. */
  async #settle(): Promise<void> {
    await this.#mark();
    await this.#segment.sync();
  }

  /**
   * Says on disk that the last frame was durable, so that a bit that flips in it later is known as
   * damage. The next sync makes the mark durable; until then its loss does no harm.
   */
  async #mark(): Promise<void> {
    if (this.#marked) return;
    await this.#segment.appendSyncMark(this.#lastFrame);
    this.#marked = true;
  }
}
