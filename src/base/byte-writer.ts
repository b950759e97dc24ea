/**
 * Writes bytes of any number into one buffer that is used again and again: nothing is measured
 * first, nothing is allocated per use. What was written is handed out as a view of the buffer.
 */
import { putVarint, varintBytesMax } from './varint.js';
import { encodeUtf8Into, utf8Length } from './utf8.js';

const roomBytesMin = 1024;
/** A buffer that one large use has made grow beyond this is given back. */
const roomBytesKept = 256 * 1024;

/** Texts below this length are tried as ASCII first; their length then takes one byte. */
const shortTextUnits = 0x80;

export class ByteWriter {
  #bytes = new Uint8Array(roomBytesMin);
  #at = 0;

  /** Forgets what was written before, which invalidates its view. */
  begin(): this {
    this.#at = 0;
    if (this.#bytes.length > roomBytesKept) this.#bytes = new Uint8Array(roomBytesMin);
    return this;
  }

  /** All that was written since `begin`; valid until the next one. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
    return this;
  }

  /** An integer from 0 to 2^53 − 1. */
  varint(value: number): this {
    this.#reserve(varintBytesMax);
    this.#at = putVarint(this.#bytes, this.#at, value);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** The bytes from `start` up to `end`. */
  part(bytes: Uint8Array, start: number, end: number): this {
    this.#reserve(end - start);
    const to = this.#bytes;
    const shift = this.#at - start;
    for (let from = start; from < end; from++) to[from + shift] = bytes[from] ?? 0;
    this.#at = end + shift;
    return this;
  }

  /** Length (varint) and UTF-8 of a text, which must not hold lone surrogates. */
  text(text: string): this {
    if (text.length >= shortTextUnits || !this.#shortAscii(text)) {
      const length = utf8Length(text);
      this.#reserve(varintBytesMax + length);
      this.#at = encodeUtf8Into(text, this.#bytes, putVarint(this.#bytes, this.#at, length));
    }
    return this;
  }

  /** Most texts are short and ASCII: one pass, without a call into the engine. */
  #shortAscii(text: string): boolean {
    this.#reserve(1 + shortTextUnits);
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code >= 0x80) return false;
      bytes[start + unit] = code;
    }
    bytes[start - 1] = text.length;
    this.#at = start + text.length;
    return true;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
