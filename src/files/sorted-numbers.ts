/**
 * The numbers of keyed records in the order of their keys' code points, four bytes each, in chunks
 * of bounded size: adding one and finding a place cost two binary searches, whatever the number of
 * records, so that no call ever pauses the server to sort.
 */
import { must } from '../base/assert.js';
import type { KeyedRecords } from '../base/keyed-records.js';
import type { TextKey } from '../base/text-key.js';

/** A chunk that is full is cut in half. */
const chunkNumbersMax = 512;

interface Chunk {
  readonly numbers: Uint32Array;
  count: number;
}

export class SortedNumbers {
  readonly #records: KeyedRecords;
  /** Invariant: no chunk is empty, unless it is the only one; the keys of all numbers ascend. */
  readonly #chunks: Chunk[] = [newChunk()];
  /**
   * Where the last number was added. Names are often given in their order: then the next one has
   * its place right behind, which two comparisons show instead of twenty.
   */
  #lastChunkAt = 0;
  #lastAt = -1;

  constructor(records: KeyedRecords) {
    this.#records = records;
  }

  /** Adds the number of a record that has this key. */
  add(key: TextKey, number: number): void {
    const isNext = this.#isBehindLast(key);
    const chunkAt = isNext ? this.#lastChunkAt : this.#chunkFor(key);
    const chunk = this.#chunk(chunkAt);
    const at = isNext ? this.#lastAt + 1 : this.#countNotAfter(chunk, key);
    this.#lastChunkAt = chunkAt;
    this.#lastAt = at;
    chunk.numbers.copyWithin(at + 1, at, chunk.count);
    chunk.numbers[at] = number;
    chunk.count += 1;
    if (chunk.count === chunkNumbersMax) {
      const behind = newChunk();
      behind.count = chunk.count >> 1;
      chunk.count -= behind.count;
      behind.numbers.set(chunk.numbers.subarray(chunk.count));
      this.#chunks.splice(chunkAt + 1, 0, behind);
      if (at >= chunk.count) {
        this.#lastChunkAt = chunkAt + 1;
        this.#lastAt = at - chunk.count;
      }
    }
  }

  /** Whether `key` has its place right behind the number that was added last. */
  #isBehindLast(key: TextKey): boolean {
    const chunk = this.#chunk(this.#lastChunkAt);
    const at = this.#lastAt;
    if (at < 0 || this.#records.compareKey(key, numberAt(chunk, at)) < 0) return false;
    if (at + 1 < chunk.count) {
      return this.#records.compareKey(key, numberAt(chunk, at + 1)) < 0;
    }
    const next = this.#chunks[this.#lastChunkAt + 1];
    return next === undefined || this.#records.compareKey(key, numberAt(next, 0)) < 0;
  }

  /** The numbers whose keys come behind `key`, ascending. None may be added while they are read. */
  *after(key: TextKey): Generator<number, void> {
    let chunkAt = this.#chunkFor(key);
    let at = this.#countNotAfter(this.#chunk(chunkAt), key);
    for (; chunkAt < this.#chunks.length; chunkAt++, at = 0) {
      const chunk = this.#chunk(chunkAt);
      for (; at < chunk.count; at++) yield numberAt(chunk, at);
    }
  }

  /** The last chunk that begins with `key` or before it; the first one when none does. */
  #chunkFor(key: TextKey): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#records.compareKey(key, numberAt(this.#chunk(middle), 0)) >= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  /** How many of a chunk's numbers have this key or one before it. */
  #countNotAfter(chunk: Chunk, key: TextKey): number {
    let low = 0;
    let high = chunk.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records.compareKey(key, numberAt(chunk, middle)) >= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #chunk(at: number): Chunk {
    return must(this.#chunks[at], 'a chunk within the list');
  }
}

function newChunk(): Chunk {
  return { numbers: new Uint32Array(chunkNumbersMax), count: 0 };
}

function numberAt(chunk: Chunk, at: number): number {
  return must(chunk.numbers[at], 'a number within its chunk');
}
