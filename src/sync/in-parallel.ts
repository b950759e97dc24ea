/**
 * Several things at a time, but never more than is good: of items, and of bytes in memory.
 */
import { assert } from '../base/assert.js';

/**
 * Works on the items in order, `limit` of them at a time. After the first failure no further one is
 * begun; it is thrown when those in hand have ended.
 */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next] as T;
      next += 1;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Bytes that may be in memory at once; whoever wants more waits for its turn. */
export class ByteBudget {
  readonly #max: number;
  /** A few at most: there is one for each file in hand. */
  readonly #waiting: { readonly bytes: number; go(): void }[] = [];
  #used = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** More than there is at all is granted when nothing else is in use. Give `release` the same. */
  async take(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ bytes, go: resolve });
    });
  }

  /** The same without waiting; false when it is not its turn. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    assert(bytes <= this.#used, 'only what was taken is given back');
    this.#used -= bytes;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#fits(first.bytes)) return;
      this.#used += first.bytes;
      this.#waiting.shift();
      first.go();
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#max;
  }
}
