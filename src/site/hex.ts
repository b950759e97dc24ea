/** Bytes as lower-case hexadecimal digits, and back. */
import { assert } from '../base/assert.js';

const digitsOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pairs = /../g;

export function bytesToHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += digitsOfByte[byte] ?? '';
  return digits;
}

/** `digits`: an even number of 0-9 and a-f. */
export function hexToBytes(digits: string): Uint8Array {
  assert(isHex(digits, digits.length / 2), 'bytes are written as lower-case hexadecimal digits');
  return Uint8Array.from(digits.match(pairs) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Whether a text stands for so many bytes. */
export function isHex(text: string, bytes: number): boolean {
  return text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
}
