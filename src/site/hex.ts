/** Bytes as lower-case hexadecimal digits, and back. */
import { assert } from '../base/assert.js';

const digitsOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The value of a digit by its ASCII code, and of everything else a number above any byte. */
const noDigit = 0x1000;
const digitValues = Uint16Array.from({ length: 0x80 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return value < 0 ? noDigit : value;
});

export function bytesToHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += digitsOfByte[byte] ?? '';
  return digits;
}

/** `digits`: an even number of 0-9 and a-f. */
export function hexToBytes(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    const value = valueAt(digits, 2 * at) * 16 + valueAt(digits, 2 * at + 1);
    assert(value < noDigit, 'bytes are written as lower-case hexadecimal digits');
    bytes[at] = value;
  }
  return bytes;
}

/** Whether a text stands for so many bytes. */
export function isHex(text: string, bytes: number): boolean {
  return text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
}

function valueAt(digits: string, at: number): number {
  return digitValues[digits.charCodeAt(at)] ?? noDigit;
}
