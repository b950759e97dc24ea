/**
 * The bytes of base64 that comes in pieces, cut anywhere, decoded as they come: a block of a dozen
 * megabytes never stands in memory as text, and no piece of it is much work.
 */
import type { BytePool } from '../../base/byte-pool.js';
import { isDenseBase64, isSpacedBase64, withoutXmlSpace } from './base64.js';

/** As far as this the room doubles; what is longer is given room for all that was announced. */
const doublingBytesMax = 64 * 1024;

const groupDigits = 4;
const groupBytes = 3;
const nothing: Buffer = Buffer.alloc(0);

export interface Base64Options {
  /** Of the document, if that is known: its base64 cannot be longer. */
  readonly announcedBytes?: number | undefined;
  /** Where room for many bytes comes from; whoever gets them may give it back. */
  readonly pool?: BytePool | undefined;
}

export class Base64Bytes {
  readonly #announcedBytes: number;
  readonly #pool: BytePool | undefined;
  #bytes = nothing;
  #length = 0;
  /** Digits that do not make bytes yet: what is short of a group, or the group with the padding. */
  #rest = '';
  #isMalformed = false;

  constructor({ announcedBytes, pool }: Base64Options = {}) {
    this.#announcedBytes = announcedBytes ?? 0;
    this.#pool = pool;
  }

  /** Takes any text; whether it all was base64 is told at the end. */
  take(text: string): void {
    if (!this.#takeDigits(text)) this.#takeSlowly(text);
  }

  /**
   * Takes the piece if it has only characters of base64, LF, tabs and blanks: then it means the
   * same with and without an XML parser. False when it was left.
   */
  takePlain(text: string): boolean {
    if (this.#takeDigits(text)) return true;
    if (!isSpacedBase64(text)) return false;
    this.#takeSlowly(text);
    return true;
  }

  /** All of the bytes; undefined if it was not base64 with padding. */
  end(): Buffer | undefined {
    const isWhole = this.#rest === '' || this.#rest.length === groupDigits;
    if (this.#isMalformed || !isWhole || !isDenseBase64(this.#rest)) return undefined;
    const last = Buffer.from(this.#rest, 'base64');
    this.#makeRoom(last.length);
    last.copy(this.#bytes, this.#length);
    const bytes = this.#bytes.subarray(0, this.#length + last.length);
    // Whoever keeps the value must not keep much more than it.
    const isWasteful = 2 * bytes.length < this.#bytes.length;
    return isWasteful && this.#pool === undefined ? Buffer.from(bytes) : bytes;
  }

  /** The usual: digits, perhaps with line breaks. False when nothing was taken. */
  #takeDigits(text: string): boolean {
    const dense = this.#rest + (text.includes('\n') ? text.replaceAll('\n', '') : text);
    const wholeLength = dense.length - (dense.length % groupDigits);
    const rest = dense.slice(wholeLength);
    if (rest.includes('=') || !isDenseBase64(rest)) return false;
    if (!this.#decode(wholeLength === dense.length ? dense : dense.slice(0, wholeLength))) {
      return false;
    }
    this.#rest = rest;
    return true;
  }

  #takeSlowly(text: string): void {
    const dense = this.#rest + withoutXmlSpace(text);
    const padAt = dense.indexOf('=');
    const digits = padAt < 0 ? dense.length : padAt;
    const wholeLength = digits - (digits % groupDigits);
    this.#rest = dense.slice(wholeLength);
    // What is no digit ends up in the rest or spoils the groups; both are for good.
    this.#isMalformed ||=
      this.#rest.length > groupDigits || !this.#decode(dense.slice(0, wholeLength));
    if (this.#isMalformed) this.#rest = '';
  }

  /**
   * Whole groups without padding. What the decoder passes over makes fewer bytes; two characters
   * it takes for others, and those beyond ASCII it cuts short.
   */
  #decode(groups: string): boolean {
    if (Buffer.byteLength(groups) !== groups.length) return false;
    if (groups.includes('-') || groups.includes('_')) return false;
    const expected = (groups.length / groupDigits) * groupBytes;
    this.#makeRoom(expected);
    if (this.#bytes.write(groups, this.#length, 'base64') !== expected) return false;
    this.#length += expected;
    return true;
  }

  #makeRoom(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#bytes.length) return;
    let room = Math.max(wanted, this.#length === 0 ? 0 : 2 * this.#bytes.length);
    if (room > doublingBytesMax) {
      room = Math.max(room, Math.ceil(this.#announcedBytes / groupDigits) * groupBytes);
    }
    const before = this.#bytes;
    this.#bytes = this.#newRoom(room);
    before.copy(this.#bytes, 0, 0, this.#length);
    this.#pool?.giveBack(before);
  }

  #newRoom(bytes: number): Buffer {
    if (this.#pool === undefined || bytes <= doublingBytesMax) return Buffer.allocUnsafeSlow(bytes);
    const { buffer, byteOffset, byteLength } = this.#pool.take(bytes);
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}
