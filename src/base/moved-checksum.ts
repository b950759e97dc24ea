/**
 * What a CRC-32C is when it is continued from another one, without a look at the bytes. A checksum
 * is linear: what stood before some bytes adds to it what it would with as many zeros instead of
 * them, and that takes a few multiplications, however many they are.
 */
import { polynomial } from './crc32c.js';

/** Power k is x^(8 · 2^k), modulo the polynomial: what 2^k zero bytes make of a checksum. */
const zeroBytesPowers = makePowers();

/**
 * `checksum` is what `crc32c` says of `length` bytes, continued from `before`. Returns what it says
 * of them when it is continued from `instead`.
 */
export function movedChecksum(
  checksum: number,
  length: number,
  before: number,
  instead: number,
): number {
  return (checksum ^ followedByZeros(before ^ instead, length)) >>> 0;
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
