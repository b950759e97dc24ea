/**
 * A growing array of u32 in chunks outside of the JavaScript heap. It never moves as it grows, and
 * a copy of it costs next to nothing: the two share their chunks, and whoever writes to a shared
 * one copies that one first. So no call takes longer with more numbers, but `copy`, which goes
 * through the list of chunks.
 */
import { must } from './assert.js';

const chunkBits = 12;
/** 16 KiB: copying one takes a few microseconds. */
const chunkNumbers = 1 << chunkBits;

export class ChunkedUint32s {
  #chunks: Uint32Array[] = [];
  /** Invariant: a chunk that another array can see, too, is marked here. */
  #shared: boolean[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The number at `at`, which must be below `length`. */
  get(at: number): number {
    return must(this.#chunk(at >>> chunkBits)[at & (chunkNumbers - 1)], 'a place in the chunk');
  }

  /** Writes at `at`, which must be below `length`. */
  set(at: number, value: number): void {
    this.#ownChunk(at >>> chunkBits)[at & (chunkNumbers - 1)] = value;
  }

  push(value: number): void {
    const at = this.#length;
    if (at >>> chunkBits === this.#chunks.length) {
      this.#chunks.push(new Uint32Array(chunkNumbers));
      this.#shared.push(false);
    }
    this.#length += 1;
    this.set(at, value);
  }

  /** An array with the same numbers; from now on each goes its own way. */
  copy(): ChunkedUint32s {
    const copy = new ChunkedUint32s();
    this.#shared.fill(true);
    copy.#chunks = this.#chunks.slice();
    copy.#shared = this.#shared.slice();
    copy.#length = this.#length;
    return copy;
  }

  #chunk(chunkAt: number): Uint32Array {
    return must(this.#chunks[chunkAt], 'a place below the length has a chunk');
  }

  #ownChunk(chunkAt: number): Uint32Array {
    const chunk = this.#chunk(chunkAt);
    if (this.#shared[chunkAt] !== true) return chunk;
    const own = chunk.slice();
    this.#chunks[chunkAt] = own;
    this.#shared[chunkAt] = false;
    return own;
  }
}
