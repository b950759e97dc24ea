/**
 * Finds numbered things by a hash of them: open addressing with linear probing, in typed arrays
 * outside of the JavaScript heap. It is cut into shards by the hash, each of which grows by
 * itself, so that no call has to rehash millions at once.
 */
import { assert, must } from './assert.js';
import { ChunkedUint32s } from './chunked-uint32s.js';

const shardBits = 8;
/** At a million things each shard holds about 4,000, which it rehashes in well under a ms. */
const shards = 1 << shardBits;
const shardOfHashShift = 32 - shardBits;

const slotsMin = 8;
/** A shard that is fuller than this share doubles. */
const loadMax = 0.75;

/** What a shard is before its first thing: one slot, which is never filled. */
const noSlots = new Uint32Array(1);

export class HashIndex {
  /** A slot holds a thing's number + 1; 0: it is empty. Invariant: each shard has an empty one. */
  readonly #shards: Uint32Array[] = Array.from({ length: shards }, () => noSlots);
  readonly #counts = new Uint32Array(shards);
  /** The hash of each number. */
  readonly #hashes = new ChunkedUint32s();

  /** The number that `isWanted` accepts, of those with this hash. */
  find(hash: number, isWanted: (number: number) => boolean): number | undefined {
    const slots = this.#slots(hash >>> shardOfHashShift);
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = valueAt(slots, slot) - 1;
      if (number < 0) return undefined;
      if (this.#hashes.get(number) === hash && isWanted(number)) return number;
    }
  }

  /** Adds a number that is not in the index: the next higher one, or one that was removed. */
  add(hash: number, number: number): void {
    assert(number <= this.#hashes.length, 'numbers are given without a gap');
    if (number === this.#hashes.length) this.#hashes.push(hash);
    else this.#hashes.set(number, hash);
    const shard = hash >>> shardOfHashShift;
    const count = valueAt(this.#counts, shard) + 1;
    this.#counts[shard] = count;
    if (count > this.#slots(shard).length * loadMax) this.#grow(shard);
    insert(this.#slots(shard), hash, number);
  }

  /**
   * Takes a number out that is in the index. What stands behind it in its run moves up, so that
   * no run is ever broken and no slot is left that means "removed".
   */
  remove(number: number): void {
    const hash = this.#hashes.get(number);
    const shard = hash >>> shardOfHashShift;
    const slots = this.#slots(shard);
    const mask = slots.length - 1;
    let hole = hash & mask;
    while (valueAt(slots, hole) !== number + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const value = valueAt(slots, slot);
      if (value === 0) break;
      const home = this.#hashes.get(value - 1) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        slots[hole] = value;
        hole = slot;
      }
    }
    slots[hole] = 0;
    this.#counts[shard] = valueAt(this.#counts, shard) - 1;
  }

  #grow(shard: number): void {
    const before = this.#slots(shard);
    const slots = new Uint32Array(Math.max(slotsMin, before.length * 2));
    for (const value of before) {
      if (value !== 0) insert(slots, this.#hashes.get(value - 1), value - 1);
    }
    this.#shards[shard] = slots;
  }

  #slots(shard: number): Uint32Array {
    return must(this.#shards[shard], 'a hash names a shard');
  }
}

function insert(slots: Uint32Array, hash: number, number: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (valueAt(slots, slot) !== 0) slot = (slot + 1) & mask;
  slots[slot] = number + 1;
}

function valueAt(values: Uint32Array, at: number): number {
  return values[at] ?? 0;
}
