/**
 * A text in the form in which it is looked up: its UTF-8 and a hash of it, in a buffer that is
 * used again for the next text.
 */
import { encodeUtf8Into, utf8Length } from './utf8.js';

const roomBytesMin = 512;
const headBytes = 4;

export class TextKey {
  /** The text's bytes are the first `length` ones. */
  bytes = new Uint8Array(roomBytesMin);
  length = 0;
  /** u32. */
  hash = 0;

  /** Takes on `text`, which must not hold lone surrogates. */
  set(text: string): this {
    if (text.length > this.bytes.length || !this.#setAscii(text)) this.#encode(text);
    this.hash = hashBytes(this.bytes, this.length);
    return this;
  }

  /** Takes on the text whose UTF-8 stands in `bytes`, from `start` up to `end` when given. */
  setBytes(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.length = end - start;
    if (this.length > this.bytes.length) this.bytes = new Uint8Array(this.length * 2);
    for (let at = 0; at < this.length; at++) this.bytes[at] = bytes[start + at] ?? 0;
    this.hash = hashBytes(this.bytes, this.length);
    return this;
  }

  /** What of its bytes stands at `at`, as `headOf` gives it. */
  headAt(at: number): number {
    return headOf(this.bytes, at, this.length);
  }

  /** The order of code points, which is that of the UTF-8. */
  compareTo(bytes: Uint8Array, start: number, length: number): number {
    const own = this.bytes;
    const shorter = Math.min(this.length, length);
    for (let at = 0; at < shorter; at++) {
      const difference = (own[at] ?? 0) - (bytes[start + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return this.length - length;
  }

  #setAscii(text: string): boolean {
    const bytes = this.bytes;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code >= 0x80) return false;
      bytes[unit] = code;
    }
    this.length = text.length;
    return true;
  }

  #encode(text: string): void {
    this.length = utf8Length(text);
    if (this.length > this.bytes.length) this.bytes = new Uint8Array(this.length * 2);
    encodeUtf8Into(text, this.bytes, 0);
  }
}

/**
 * Four bytes from `at` on as a u32 that orders as they do; zeros stand for those from `end` on.
 * Equal ones say nothing of the texts, for zeros may be theirs.
 */
export function headOf(bytes: Uint8Array, at: number, end: number): number {
  let head = 0;
  for (let place = at; place < at + headBytes; place++) {
    head = (head << 8) | (place < end ? (bytes[place] ?? 0) : 0);
  }
  return head >>> 0;
}

/** FNV-1a, and then MurmurHash3's last step, so that every bit of the hash depends on each byte. */
function hashBytes(bytes: Uint8Array, length: number): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < length; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
