/**
 * CRC-32C of any part of some bytes, at a cost that does not depend on how long the part is: it
 * follows from those of the two beginnings that end where the part begins and where it ends.
 */
import { crc32c } from './crc32c.js';
import { movedChecksum } from './moved-checksum.js';

/** Checksums of beginnings are kept for each so many bytes. */
const stepBytes = 256;

export class RangeChecksums {
  readonly #bytes: Uint8Array;
  /** Checksums of the first 0, 1, 2, … steps. */
  readonly #beginnings: Uint32Array;

  /** Reads all of the bytes once. They must not change afterwards. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#beginnings = new Uint32Array(Math.floor(bytes.length / stepBytes) + 1);
    for (let step = 1; step < this.#beginnings.length; step++) {
      this.#beginnings[step] = this.#of(step - 1, step * stepBytes);
    }
  }

  /** What `crc32c` says of the bytes in [from, to), continued from `before`. */
  checksum(from: number, to: number, before: number): number {
    const start = this.#of(Math.floor(from / stepBytes), from);
    const end = this.#of(Math.floor(to / stepBytes), to);
    return movedChecksum(end, to - from, start, before);
  }

  /** Of the first `end` bytes, from those of the first `step` steps. */
  #of(step: number, end: number): number {
    return crc32c(this.#bytes.subarray(step * stepBytes, end), this.#beginnings[step]);
  }
}
