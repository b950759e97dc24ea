/** Tells the storage when nothing has been written for a moment, once for each such moment. */
import type { Storage } from '../storage/storage.js';
import { ticksOf } from './timing.js';

/** Longer than the pause between two batches under load, shorter than a person's patience. */
const quietMs = 100;

export class QuietWatch {
  readonly #storage: Pick<Storage, 'rest'>;
  #ticksSinceWrite = 0;

  constructor(storage: Pick<Storage, 'rest'>) {
    this.#storage = storage;
  }

  wrote(): void {
    this.#ticksSinceWrite = 0;
  }

  tick(): void {
    this.#ticksSinceWrite += 1;
    if (this.#ticksSinceWrite === ticksOf(quietMs)) this.#storage.rest();
  }
}
