/**
 * CRC-32C of any part of some bytes, at a cost that does not depend on how long the part is. A
 * checksum is linear: that of a part follows from those of the two beginnings that end where the
 * part begins and where it ends.
 */
import { crc32c } from './crc32c.js';

/** The polynomial 0x1EDC6F41, bits reversed. */
const polynomial = 0x82f63b78;
/** Checksums of beginnings are kept for each so many bytes. */
const stepBytes = 256;

/** Power k is x^(8 · 2^k), modulo the polynomial: what 2^k zero bytes make of a checksum. */
const zeroBytesPowers = makePowers();

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
    return (end ^ followedByZeros(start ^ before, to - from)) >>> 0;
  }

  /** Of the first `end` bytes, from those of the first `step` steps. */
  #of(step: number, end: number): number {
    return crc32c(this.#bytes.subarray(step * stepBytes, end), this.#beginnings[step]);
  }
}

/** The part of a checksum that stems from what stood before `count` further bytes. */
function followedByZeros(sum: number, count: number): number {
  let shifted = sum;
  let left = count;
  for (const power of zeroBytesPowers) {
    if (left === 0) break;
    if (left % 2 === 1) shifted = product(power, shifted);
    left = Math.floor(left / 2);
  }
  return shifted;
}

/** Of two polynomials whose highest bit stands for x^0, modulo the polynomial. */
function product(one: number, other: number): number {
  let sum = 0;
  let shifted = other;
  for (let bit = 31; bit >= 0; bit--) {
    if ((one >>> bit) & 1) sum ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return sum;
}

/** Enough for 2^48 bytes. */
function makePowers(): readonly number[] {
  const powers = [1 << (31 - 8)];
  for (let power = powers[0] ?? 0; powers.length < 48;) {
    power = product(power, power);
    powers.push(power);
  }
  return powers;
}
