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

/**
 * A slot is two words: a thing's number + 1, 0 when it is empty, and its hash. The hash stands
 * there, too, because what is looked for is mostly not there: a search passes over the slots of
 * others, which lie side by side, and waits for memory once and not for each of them.
 */
const slotWords = 2;

/** What a shard is before its first thing: one slot, which is never filled. */
const noSlots = new Uint32Array(slotWords);

export class HashIndex {
  /** The slots of each shard. Invariant: each shard has an empty one. */
  readonly #shards: Uint32Array[] = Array.from({ length: shards }, () => noSlots);
  readonly #counts = new Uint32Array(shards);
  /** The hash of each number, for those that are to be removed. */
  readonly #hashes = new ChunkedUint32s();

  /** The number that `isWanted` accepts, of those with this hash. */
  find(hash: number, isWanted: (number: number) => boolean): number | undefined {
    const slots = this.#slots(hash >>> shardOfHashShift);
    const mask = maskOf(slots);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = numberAt(slots, slot);
      if (number < 0) return undefined;
      if (hashAt(slots, slot) === hash && isWanted(number)) return number;
    }
  }

  /** Adds a number that is not in the index: the next higher one, or one that was removed. */
  add(hash: number, number: number): void {
    assert(number <= this.#hashes.length, 'numbers are given without a gap');
    if (number === this.#hashes.length) this.#hashes.push(hash);
    else this.#hashes.set(number, hash);
    const shard = hash >>> shardOfHashShift;
    const count = (this.#counts[shard] ?? 0) + 1;
    this.#counts[shard] = count;
    if (count > slotsOf(this.#slots(shard)) * loadMax) this.#grow(shard);
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
    const mask = maskOf(slots);
    let hole = hash & mask;
    while (numberAt(slots, hole) !== number) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; numberAt(slots, slot) >= 0; slot = (slot + 1) & mask) {
      const home = hashAt(slots, slot) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      fill(slots, hole, numberAt(slots, slot), hashAt(slots, slot));
      hole = slot;
    }
    slots[hole * slotWords] = 0;
    this.#counts[shard] = (this.#counts[shard] ?? 0) - 1;
  }

  #grow(shard: number): void {
    const before = this.#slots(shard);
    const slots = new Uint32Array(slotWords * Math.max(slotsMin, 2 * slotsOf(before)));
    for (let slot = 0; slot < slotsOf(before); slot++) {
      const number = numberAt(before, slot);
      if (number >= 0) insert(slots, hashAt(before, slot), number);
    }
    this.#shards[shard] = slots;
  }

  #slots(shard: number): Uint32Array {
    return must(this.#shards[shard], 'a hash names a shard');
  }
}

function insert(slots: Uint32Array, hash: number, number: number): void {
  const mask = maskOf(slots);
  let slot = hash & mask;
  while (numberAt(slots, slot) >= 0) slot = (slot + 1) & mask;
  fill(slots, slot, number, hash);
}

function fill(slots: Uint32Array, slot: number, number: number, hash: number): void {
  slots[slot * slotWords] = number + 1;
  slots[slot * slotWords + 1] = hash;
}

function slotsOf(slots: Uint32Array): number {
  return slots.length / slotWords;
}

/** Their count is a power of two. */
function maskOf(slots: Uint32Array): number {
  return slotsOf(slots) - 1;
}

/** -1: the slot is empty. */
function numberAt(slots: Uint32Array, slot: number): number {
  return (slots[slot * slotWords] ?? 0) - 1;
}

function hashAt(slots: Uint32Array, slot: number): number {
  return slots[slot * slotWords + 1] ?? 0;
}
