/**
 * The numbers of keyed records in the order of their keys' code points, in chunks of bounded size:
 * adding one and finding a place cost two binary searches, whatever the number of records, so that
 * no call ever pauses the server to sort.
 */
import { must } from '../base/assert.js';
import type { KeyedRecords } from '../base/keyed-records.js';
import { TextKey } from '../base/text-key.js';
import { SortedRun } from './sorted-run.js';

/**
 * A chunk that is full is cut in half; but where names come in their order, as most do, nothing
 * would ever fill a half again, and every other name would be looked at for a cut. So one that got
 * its last number near its end keeps most of them.
 */
const chunkNumbersMax = 512;
const chunkNumbersKept = (chunkNumbersMax * 7) / 8;

export class SortedNumbers {
  readonly #records: KeyedRecords;
  /** Invariant: no chunk is empty, unless it is the only one; the keys of all numbers ascend. */
  readonly #chunks: SortedRun[];
  /** The first number of each chunk, unless all are empty. */
  readonly #firsts: SortedRun;
  readonly #firstKey = new TextKey();
  /** Where the newest number went. Where names come in order the next one goes behind it. */
  #newestChunkAt = 0;
  #newestAt = 0;

  constructor(records: KeyedRecords) {
    this.#records = records;
    this.#chunks = [new SortedRun(records)];
    this.#firsts = new SortedRun(records);
  }

  /** Adds the number of a record that has this key. */
  add(key: TextKey, number: number): void {
    const chunkAt = this.#chunkFor(key);
    const chunk = this.#chunk(chunkAt);
    const isBehindNewest = chunkAt === this.#newestChunkAt;
    const at = chunk.countNotAfter(key, isBehindNewest ? this.#newestAt + 1 : chunk.count);
    this.#newestChunkAt = chunkAt;
    this.#newestAt = at;
    chunk.insert(at, key, number);
    // Only what comes before everything is put in first: it begins the first chunk.
    if (this.#firsts.count === 0) this.#firsts.insert(0, key, number);
    else if (at === 0) this.#firsts.replaceFirst(key, number);
    if (chunk.count < chunkNumbersMax) return;
    this.#cut(chunkAt, at >= chunkNumbersKept ? chunkNumbersKept : chunkNumbersMax / 2);
  }

  /** The numbers whose keys come behind `key`, ascending. None may be added while they are read. */
  *after(key: TextKey): Generator<number, void> {
    let chunkAt = this.#chunkFor(key);
    let at = this.#chunk(chunkAt).countNotAfter(key, 0);
    for (; chunkAt < this.#chunks.length; chunkAt++, at = 0) {
      const chunk = this.#chunk(chunkAt);
      for (; at < chunk.count; at++) yield chunk.number(at);
    }
  }

  /** Makes a chunk of its own of what stands from the place `from` on. */
  #cut(chunkAt: number, from: number): void {
    const behind = this.#chunk(chunkAt).splitOff(from);
    this.#chunks.splice(chunkAt + 1, 0, behind);
    const first = behind.number(0);
    this.#firstKey.setBytes(this.#records.keyBytes(first));
    this.#firsts.insert(chunkAt + 1, this.#firstKey, first);
  }

  /** The last chunk that begins with `key` or before it; the first one when none does. */
  #chunkFor(key: TextKey): number {
    return Math.max(0, this.#firsts.countNotAfter(key, this.#newestChunkAt + 1) - 1);
  }

  #chunk(at: number): SortedRun {
    return must(this.#chunks[at], 'a chunk within the list');
  }
}
