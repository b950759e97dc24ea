/**
 * Integers in as few bytes as they need: seven bits a byte, the lowest first; the high bit says
 * that more follow. Only the shortest form is valid, so equal numbers have equal bytes.
 */

/** Bytes of the longest one: a safe integer has 53 bits. */
export const varintBytesMax = 8;

/** Writes `value`, an integer from 0 to 2^53 − 1, where there is room; returns the place behind. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let offset = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[offset++] = (rest % 0x80) | 0x80;
  bytes[offset++] = rest;
  return offset;
}
