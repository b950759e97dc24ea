/**
 * Bytes that arrive cut anywhere and are taken out in pieces of their own. It holds what was not
 * taken yet and grows with that: whoever fills it names the limit.
 */
import { ByteReader, MalformedBytesError } from './byte-reader.js';
import { varintBytesMax } from './varint.js';

const roomBytesMin = 4096;

export class ByteQueue {
  #bytes = new Uint8Array(roomBytesMin);
  #start = 0;
  #end = 0;

  /** Bytes that were not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds a copy of `bytes`, which invalidates all pieces taken before. */
  add(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (this.#end + bytes.length > this.#bytes.length) {
      const rest = this.#bytes.subarray(this.#start, this.#end);
      if (needed > this.#bytes.length) this.#bytes = new Uint8Array(2 * needed);
      this.#bytes.set(rest);
      this.#start = 0;
      this.#end = rest.length;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The next `length` bytes, once they are all there. */
  take(length: number): Uint8Array | undefined {
    if (this.length < length) return undefined;
    const bytes = this.#bytes.subarray(this.#start, this.#start + length);
    this.#start += length;
    return bytes;
  }

  /**
   * The next piece that stands behind its length (varint), once it is all there. Throws
   * `MalformedBytesError` when there is no length.
   */
  takePrefixed(): Uint8Array | undefined {
    const first = this.#bytes[this.#start] ?? 0;
    // Most pieces are short: their length is one byte, which needs no reader.
    return first < 0x80 ? this.#takeBehind(1, first) : this.#takeLong();
  }

  #takeLong(): Uint8Array | undefined {
    const prefix = this.#bytes.subarray(this.#start, this.#end).subarray(0, varintBytesMax);
    const last = prefix.findIndex((byte) => byte < 0x80);
    if (last < 0 && prefix.length < varintBytesMax) return undefined;
    if (last < 0) throw new MalformedBytesError('number too large');
    return this.#takeBehind(last + 1, new ByteReader(prefix).varint());
  }

  #takeBehind(prefixBytes: number, length: number): Uint8Array | undefined {
    if (this.length < prefixBytes + length) return undefined;
    this.#start += prefixBytes;
    return this.take(length);
  }
}
