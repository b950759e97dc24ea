/** Tells the storage when nothing has been written for a moment, once for each such moment. */
import type { Storage, StorageError } from '../storage/storage.js';
import { ticksOf } from './timing.js';

/** Longer than the pause between two batches under load, shorter than a person's patience. */
const quietMs = 100;

export class QuietWatch {
  readonly #storage: Pick<Storage, 'rest'>;
  readonly #onFailed: (error: StorageError) => void;
  #ticksSinceWrite = 0;

  /** `onFailed` is told when the storage fails in such a moment. */
  constructor(storage: Pick<Storage, 'rest'>, onFailed: (error: StorageError) => void) {
    this.#storage = storage;
    this.#onFailed = onFailed;
  }

  wrote(): void {
    this.#ticksSinceWrite = 0;
  }

  tick(): void {
    this.#ticksSinceWrite += 1;
    if (this.#ticksSinceWrite === ticksOf(quietMs)) this.#storage.rest(this.#onFailed);
  }
}
