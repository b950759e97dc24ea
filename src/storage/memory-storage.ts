/**
 * Durable memory that is not (`--ephemeral`): everything is taken, nothing is kept beyond the
 * process. It keeps the order and the timing that `Storage` promises. Of the snapshots, the newest
 * is kept, and those that are being read.
 */
import { assert } from '../base/assert.js';
import { crc32c } from '../base/crc32c.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import type { LogPosition } from '../raft/messages.js';
import { ImageCutter } from './image-cutter.js';
import { snapshotBlockBytes } from './snapshot-format.js';
import { StorageError } from './storage.js';
import type {
  RecoveredState,
  SnapshotReader,
  SnapshotWriter,
  Storage,
  StorageWrite,
} from './storage.js';

interface MemorySnapshot {
  readonly position: LogPosition;
  readonly configuration: Uint8Array;
  /** Of `snapshotBlockBytes` each, but for the last. */
  readonly blocks: readonly Uint8Array[];
  readonly imageBytes: number;
  readonly imageChecksum: number;
}

export class MemoryStorage implements Storage {
  /** Resolves when all `done` so far have been called. */
  #told: Promise<void> = Promise.resolve();
  #newest: MemorySnapshot | undefined;
  #closed = false;

  /** What a server starts with that remembers nothing. `incarnation`: as for the log on disk. */
  static recovered(incarnation: string): RecoveredState {
    const start: LogPosition = { index: asLogIndex(0), term: asTerm(0) };
    return {
      hardState: {
        term: asTerm(0),
        votedFor: undefined,
        standing: 'joining',
        incarnation,
        known: new Map(),
      },
      snapshot: start,
      configuration: new Uint8Array(),
      logBase: start,
      entries: [],
      isNew: true,
      notices: [],
    };
  }

  append(_write: StorageWrite, done: (error?: StorageError) => void): void {
    assert(!this.#closed, 'nothing is appended once the storage is closed');
    this.#told = this.#told.then(() => done());
  }

  createSnapshot(position: LogPosition, configuration: Uint8Array): SnapshotWriter {
    return new MemorySnapshotWriter({ position, configuration }, (snapshot) => {
      if (this.#closed) throw new StorageError('the storage is closed');
      if (snapshot.position.index >= (this.#newest?.position.index ?? 0)) this.#newest = snapshot;
    });
  }

  openSnapshot(): Promise<SnapshotReader | undefined> {
    const newest = this.#newest;
    return Promise.resolve(newest === undefined ? undefined : new MemorySnapshotReader(newest));
  }

  /** The log is not kept in the first place. */
  compact(): void {
    return;
  }

  /** There is nothing to do in a quiet moment. */
  rest(): void {
    return;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#told;
  }
}

class MemorySnapshotWriter implements SnapshotWriter {
  readonly #place: Pick<MemorySnapshot, 'position' | 'configuration'>;
  readonly #onCommit: (snapshot: MemorySnapshot) => void;
  readonly #cutter = new ImageCutter({ blockBytes: snapshotBlockBytes });
  #blocks: Uint8Array[] = [];
  #imageBytes = 0;
  #imageChecksum = 0;
  #isEnded = false;

  constructor(
    place: Pick<MemorySnapshot, 'position' | 'configuration'>,
    onCommit: (snapshot: MemorySnapshot) => void,
  ) {
    this.#place = place;
    this.#onCommit = onCommit;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await Promise.resolve();
    this.#checkOpen();
    this.#imageBytes += bytes.length;
    this.#imageChecksum = crc32c(bytes, this.#imageChecksum);
    for (const block of this.#cutter.cut(bytes)) this.#blocks.push(block);
  }

  async commit(): Promise<void> {
    await Promise.resolve();
    this.#checkOpen();
    const rest = this.#cutter.rest();
    if (rest !== undefined) this.#blocks.push(rest);
    this.#isEnded = true;
    this.#onCommit({
      ...this.#place,
      blocks: this.#blocks,
      imageBytes: this.#imageBytes,
      imageChecksum: this.#imageChecksum,
    });
  }

  async abandon(): Promise<void> {
    await Promise.resolve();
    this.#isEnded = true;
    this.#blocks = [];
  }

  #checkOpen(): void {
    if (this.#isEnded) throw new StorageError('the snapshot was given up');
  }
}

class MemorySnapshotReader implements SnapshotReader {
  #snapshot: MemorySnapshot | undefined;
  readonly position: LogPosition;
  readonly configuration: Uint8Array;
  readonly imageBytes: number;
  readonly imageChecksum: number;

  constructor(snapshot: MemorySnapshot) {
    this.#snapshot = snapshot;
    this.position = snapshot.position;
    this.configuration = snapshot.configuration;
    this.imageBytes = snapshot.imageBytes;
    this.imageChecksum = snapshot.imageChecksum;
  }

  async read(offset: number, bytesMax: number): Promise<Uint8Array> {
    await Promise.resolve();
    const snapshot = this.#snapshot;
    assert(snapshot !== undefined, 'nothing is read of a snapshot that was closed');
    assert(offset >= 0 && bytesMax >= 1, () => `${bytesMax} bytes at ${offset} of an image`);
    const block = snapshot.blocks[Math.floor(offset / snapshotBlockBytes)] ?? new Uint8Array();
    const from = offset % snapshotBlockBytes;
    return block.subarray(from, from + bytesMax);
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.#snapshot = undefined;
  }
}
