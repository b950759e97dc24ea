/**
 * Durable memory that is not (`--ephemeral`): everything is taken, nothing is kept beyond the
 * process. It keeps the order and the timing that `Storage` promises.
 */
import { assert } from '../base/assert.js';
import { asTerm } from '../base/ids.js';
import type { RecoveredState, Storage, StorageError, StorageWrite } from './storage.js';

export class MemoryStorage implements Storage {
  /** What a server starts with that remembers nothing. */
  static readonly recovered: RecoveredState = {
    hardState: { term: asTerm(0), votedFor: undefined },
    entries: [],
    isNew: true,
    notices: [],
  };

  /** Resolves when all `done` so far have been called. */
  #told: Promise<void> = Promise.resolve();
  #closed = false;

  append(_write: StorageWrite, done: (error?: StorageError) => void): void {
    assert(!this.#closed, 'nothing is appended once the storage is closed');
    this.#told = this.#told.then(() => done());
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
