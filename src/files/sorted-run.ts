/**
 * Numbers of keyed records in the order of their keys' code points, with four bytes of each key
 * beside them: a place is found by comparing these, and only where they are equal is a record
 * looked at. Records lie anywhere in memory, and waiting for that is most of what a search costs.
 *
 * The keys of a run are neighbours and mostly begin alike, so the bytes that are kept of a key are
 * those behind what all keys of the run begin with.
 */
import { must } from '../base/assert.js';
import type { KeyedRecords } from '../base/keyed-records.js';
import type { TextKey } from '../base/text-key.js';

const roomMin = 16;

export class SortedRun {
  readonly #records: KeyedRecords;
  #numbers: Uint32Array;
  #heads: Uint32Array;
  #count = 0;
  /** Invariant: all keys begin with these bytes, and each head is what follows them in its key. */
  #prefix = new Uint8Array();

  constructor(records: KeyedRecords, room = roomMin) {
    this.#records = records;
    this.#numbers = new Uint32Array(room);
    this.#heads = new Uint32Array(room);
  }

  get count(): number {
    return this.#count;
  }

  /** The number at `at`, which must be below `count`. */
  number(at: number): number {
    return must(this.#numbers[at], 'a place within the run');
  }

  /**
   * How many of the numbers have `key` or one before it. `guess` is looked at first: where names
   * come in their order it is mostly right, and a wrong one costs two comparisons.
   */
  countNotAfter(key: TextKey, guess: number): number {
    const common = this.#inCommon(key);
    if (common < this.#prefix.length) return this.#isBeforeAll(key, common) ? 0 : this.#count;
    const head = key.headAt(common);
    let low = 0;
    let high = this.#count;
    let middle = Math.min(guess, high) - 1;
    if (middle >= 0) {
      if (this.#isNotAfter(middle, key, head)) {
        low = middle + 1;
        if (low < high && !this.#isNotAfter(low, key, head)) return low;
      } else {
        high = middle;
      }
    }
    while (low < high) {
      middle = (low + high) >> 1;
      if (this.#isNotAfter(middle, key, head)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts a number in at the place that `countNotAfter` gave for its key. */
  insert(at: number, key: TextKey, number: number): void {
    this.#share(key);
    if (this.#count === this.#numbers.length) this.#grow();
    this.#numbers.copyWithin(at + 1, at, this.#count);
    this.#heads.copyWithin(at + 1, at, this.#count);
    this.#count += 1;
    this.#put(at, key, number);
  }

  /** Has another number stand first, whose key comes before that of the one which stood there. */
  replaceFirst(key: TextKey, number: number): void {
    this.#share(key);
    this.#put(0, key, number);
  }

  /** Takes the numbers from the place `from` on out, as a run of its own with as much room. */
  splitOff(from: number): SortedRun {
    const behind = new SortedRun(this.#records, this.#numbers.length);
    behind.#numbers.set(this.#numbers.subarray(from, this.#count));
    behind.#count = this.#count - from;
    this.#count = from;
    this.#findPrefix();
    behind.#findPrefix();
    return behind;
  }

  #isNotAfter(at: number, key: TextKey, head: number): boolean {
    const difference = head - must(this.#heads[at], 'a place within the run');
    return (difference === 0 ? this.#records.compareKey(key, this.number(at)) : difference) >= 0;
  }

  /** Of a key that has only so many bytes in common with all others. */
  #isBeforeAll(key: TextKey, common: number): boolean {
    return common === key.length || (key.bytes[common] ?? 0) < (this.#prefix[common] ?? 0);
  }

  /** How many bytes a key begins with that all keys begin with. */
  #inCommon({ bytes, length }: TextKey): number {
    const prefix = this.#prefix;
    const most = Math.min(length, prefix.length);
    let common = 0;
    while (common < most && bytes[common] === prefix[common]) common += 1;
    return common;
  }

  #put(at: number, key: TextKey, number: number): void {
    this.#numbers[at] = number;
    this.#heads[at] = key.headAt(this.#prefix.length);
  }

  /** Keeps the invariant for a key that comes in. */
  #share(key: TextKey): void {
    if (this.#count === 0) this.#prefix = key.bytes.slice(0, key.length);
    const common = this.#inCommon(key);
    if (common < this.#prefix.length) this.#setPrefix(this.#prefix.slice(0, common));
  }

  /** Of sorted keys the first and the last have the least in common. */
  #findPrefix(): void {
    const first = this.#records.keyBytes(this.number(0));
    const last = this.#records.keyBytes(this.number(this.#count - 1));
    let common = 0;
    while (common < first.length && first[common] === last[common]) common += 1;
    this.#setPrefix(first.slice(0, common));
  }

  #setPrefix(prefix: Uint8Array<ArrayBuffer>): void {
    this.#prefix = prefix;
    for (let at = 0; at < this.#count; at++) {
      this.#heads[at] = this.#records.keyHead(this.number(at), prefix.length);
    }
  }

  #grow(): void {
    const [numbers, heads] = [this.#numbers, this.#heads];
    this.#numbers = new Uint32Array(2 * numbers.length);
    this.#heads = new Uint32Array(2 * heads.length);
    this.#numbers.set(numbers);
    this.#heads.set(heads);
  }
}
