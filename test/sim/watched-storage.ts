/**
 * The production storage with a listener: what it is asked to make durable and what it claims to
 * be, for the model of the checkers. It changes nothing but the size of what is read at once.
 */
import type { LogIndex } from '../../src/base/ids.js';
import type { LogPosition } from '../../src/raft/messages.js';
import type {
  SnapshotReader,
  SnapshotWriter,
  Storage,
  StorageError,
  StorageWrite,
} from '../../src/storage/storage.js';

export interface StorageListener {
  /** Something was asked of it: promises may go on. */
  used(): void;
  issued(write: StorageWrite): void;
  acknowledged(write: StorageWrite): void;
  snapshotBegun(position: LogPosition): void;
  /** A snapshot was said to be durable. */
  snapshotCommitted(position: LogPosition): void;
}

export class WatchedStorage implements Storage {
  readonly #storage: Storage;
  readonly #listener: StorageListener;
  readonly #readBytesMax: number;

  /** `readBytesMax`: a snapshot is read in pieces of so many bytes, however much is asked for. */
  constructor(storage: Storage, listener: StorageListener, readBytesMax: number) {
    this.#storage = storage;
    this.#listener = listener;
    this.#readBytesMax = readBytesMax;
  }

  append(write: StorageWrite, done: (error?: StorageError) => void): void {
    this.#listener.used();
    this.#listener.issued(write);
    this.#storage.append(write, (error) => {
      if (error === undefined) this.#listener.acknowledged(write);
      done(error);
    });
  }

  createSnapshot(position: LogPosition, configuration: Uint8Array): SnapshotWriter {
    this.#listener.used();
    this.#listener.snapshotBegun(position);
    const writer = this.#storage.createSnapshot(position, configuration);
    return {
      write: (bytes) => writer.write(bytes),
      commit: async () => {
        await writer.commit();
        this.#listener.snapshotCommitted(position);
      },
      abandon: () => writer.abandon(),
    };
  }

  async openSnapshot(): Promise<SnapshotReader | undefined> {
    this.#listener.used();
    const reader = await this.#storage.openSnapshot();
    if (reader === undefined) return undefined;
    const { position, configuration, imageBytes, imageChecksum } = reader;
    return {
      ...{ position, configuration, imageBytes, imageChecksum },
      read: (offset, bytesMax) => {
        this.#listener.used();
        return reader.read(offset, Math.min(bytesMax, this.#readBytesMax));
      },
      close: () => reader.close(),
    };
  }

  compact(through: LogIndex): void {
    this.#listener.used();
    this.#storage.compact(through);
  }

  rest(onFailed: (error: StorageError) => void): void {
    this.#listener.used();
    this.#storage.rest(onFailed);
  }

  close(): Promise<void> {
    this.#listener.used();
    return this.#storage.close();
  }
}
