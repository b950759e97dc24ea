/**
 * The production storage with a listener: what it is asked to make durable and what it claims to
 * be, for the model of the checkers. It changes nothing.
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

  constructor(storage: Storage, listener: StorageListener) {
    this.#storage = storage;
    this.#listener = listener;
  }

  append(write: StorageWrite, done: (error?: StorageError) => void): void {
    this.#listener.used();
    this.#listener.issued(write);
    this.#storage.append(write, (error) => {
      if (error === undefined) this.#listener.acknowledged(write);
      done(error);
    });
  }

  createSnapshot(position: LogPosition): SnapshotWriter {
    this.#listener.used();
    this.#listener.snapshotBegun(position);
    const writer = this.#storage.createSnapshot(position);
    return {
      write: (bytes) => writer.write(bytes),
      commit: async () => {
        await writer.commit();
        this.#listener.snapshotCommitted(position);
      },
      abandon: () => writer.abandon(),
    };
  }

  openSnapshot(): Promise<SnapshotReader | undefined> {
    this.#listener.used();
    return this.#storage.openSnapshot();
  }

  compact(through: LogIndex): void {
    this.#listener.used();
    this.#storage.compact(through);
  }

  rest(): void {
    this.#listener.used();
    this.#storage.rest();
  }

  close(): Promise<void> {
    this.#listener.used();
    return this.#storage.close();
  }
}
