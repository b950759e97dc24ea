/**
 * Different numbers in an order of their own, kept in short chunks: adding one, taking one out and
 * finding what stands at a place costs little, however many there are.
 */
import { assert, must } from '../base/assert.js';

/** A chunk that is longer is cut in two. */
const chunkNumbersMax = 512;

/** Less than 0 when `a` comes first; 0 only for equal numbers. */
export type Compare = (a: number, b: number) => number;

export class OrderedNumbers {
  readonly #compare: Compare;
  /** Invariant: none is empty. */
  readonly #chunks: number[][] = [];

  /** What the order rests on may change for a number only while it is not in here. */
  constructor(compare: Compare) {
    this.#compare = compare;
  }

  add(number: number): void {
    const chunkAt = this.#chunkFor(number);
    const chunk = this.#chunks[chunkAt];
    if (chunk === undefined) {
      this.#chunks.push([number]);
      return;
    }
    chunk.splice(this.#placeIn(chunk, number), 0, number);
    if (chunk.length <= chunkNumbersMax) return;
    this.#chunks.splice(chunkAt + 1, 0, chunk.splice(chunkNumbersMax / 2));
  }

  /** Takes a number out that is in here. */
  remove(number: number): void {
    const chunkAt = this.#chunkFor(number);
    const chunk = must(this.#chunks[chunkAt], 'a number that is taken out is there');
    const at = this.#placeIn(chunk, number);
    assert(chunk[at] === number, () => `${number} is in its place`);
    chunk.splice(at, 1);
    if (chunk.length === 0) this.#chunks.splice(chunkAt, 1);
  }

  /** The numbers from a place on, `count` at most. */
  slice(start: number, count: number): readonly number[] {
    const found: number[] = [];
    let skip = start;
    for (const chunk of this.#chunks) {
      if (found.length === count) break;
      if (skip < chunk.length) found.push(...chunk.slice(skip, skip + count - found.length));
      skip = Math.max(0, skip - chunk.length);
    }
    return found;
  }

  /** The last chunk that begins with this number or one before it; the first when none does. */
  #chunkFor(number: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const first = must(this.#chunks[middle]?.[0], 'a chunk is not empty');
      if (this.#compare(first, number) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Where the number stands in a chunk, or would. */
  #placeIn(chunk: readonly number[], number: number): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(must(chunk[middle], 'a place in the chunk'), number) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
