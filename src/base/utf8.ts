/**
 * Text to bytes and back without losing anything: strict UTF-8, a leading U+FEFF survives, and
 * what UTF-8 cannot carry (lone surrogates) or does not allow is never replaced silently.
 */
import { assert } from './assert.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of `text` in UTF-8. `text` must not hold lone surrogates. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      length += 1;
    } else if (unit < 0xd800 || unit > 0xdfff) {
      length += 2;
    } else {
      const low = text.charCodeAt(at + 1);
      const paired = unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
      assert(paired, 'text for UTF-8 has no lone surrogates');
      length += 2;
      at += 1;
    }
  }
  return length;
}

/** Writes `text` at `offset`, which must have room for it; returns the offset behind. */
export function encodeUtf8Into(text: string, bytes: Uint8Array, offset: number): number {
  const { read, written } = encoder.encodeInto(text, bytes.subarray(offset));
  assert(read === text.length, 'the buffer has room for the text');
  return offset + written;
}

/** Whether `bytes` are well-formed UTF-8; those that are ASCII, as most are, make no text. */
export function isUtf8(bytes: Uint8Array): boolean {
  return isAscii(bytes) || isDecodable(bytes);
}

/** Whether all bytes from `start` on are ASCII. */
export function isAscii(bytes: Uint8Array, start = 0): boolean {
  for (let at = start; at < bytes.length; at++) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}

function isDecodable(bytes: Uint8Array): boolean {
  try {
    decodeUtf8(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The text in `bytes`. Throws `TypeError` when they are not well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
