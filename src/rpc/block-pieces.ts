/**
 * Long answers of the block methods, written while they are sent: a block as base64, and hashes by
 * the hundred thousand. Neither ever stands in memory as text.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import { pieceBytesMax, type AnswerPieces } from './answer-pieces.js';
import { responseEnd, responseStart } from './codec/encode.js';
import { charactersPerValue, type AnswerSize } from './codec/parts-meter.js';

/** Of a block, what becomes a piece of base64: a multiple of 3, so that pieces join. */
const encodedAtATime = (pieceBytesMax / 4) * 3;

/** The answer `<base64>`, or one in which it stands, with `before` and `behind` round the value. */
export class BlockPieces implements AnswerPieces {
  readonly size: AnswerSize;
  readonly heldBytes: number;
  readonly #end: string;
  #start: string;
  #bytes: Buffer | undefined;
  #at = 0;

  constructor(bytes: Uint8Array, before = '', behind = '') {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = `${responseStart}${before}<value><base64>`;
    this.#end = `</base64></value>${behind}${responseEnd}`;
    const digits = Math.ceil(bytes.length / 3) * 4;
    this.size = {
      bytes: this.#start.length + digits + this.#end.length,
      values: 1 + Math.floor(digits / charactersPerValue),
    };
    this.heldBytes = bytes.length + pieceBytesMax;
  }

  next(): Uint8Array | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return undefined;
    const digits = bytes.toString('base64', this.#at, this.#at + encodedAtATime);
    this.#at += encodedAtATime;
    const isLast = this.#at >= bytes.length;
    const text = `${this.#start}${digits}${isLast ? this.#end : ''}`;
    this.#start = '';
    if (isLast) this.#bytes = undefined;
    return Buffer.from(text, 'latin1');
  }

  close(): void {
    this.#bytes = undefined;
  }
}

/** Hashes as they are gathered, in half the bytes that their digits take. */
export class PackedHashes {
  #bytes = Buffer.alloc(hashBytes * 16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get heldBytes(): number {
    return this.#bytes.length;
  }

  add(hash: BlockHash): void {
    const at = this.#count * hashBytes;
    if (at === this.#bytes.length) {
      const longer = Buffer.alloc(2 * at);
      this.#bytes.copy(longer);
      this.#bytes = longer;
    }
    this.#bytes.write(hash, at, 'hex');
    this.#count += 1;
  }

  /** As hexadecimal digits. */
  at(index: number): string {
    return this.#bytes.toString('hex', index * hashBytes, (index + 1) * hashBytes);
  }
}

const hashBytes = 32;
const itemStart = '<value><string>';
const itemEnd = '</string></value>';
const itemBytes = itemStart.length + 2 * hashBytes + itemEnd.length;
const itemsAtATime = Math.floor(pieceBytesMax / itemBytes);

/** The answer is an array of these hashes. */
export class HashPieces implements AnswerPieces {
  readonly size: AnswerSize;
  readonly heldBytes: number;
  #hashes: PackedHashes | undefined;
  #next = 0;

  constructor(hashes: PackedHashes) {
    this.#hashes = hashes;
    this.size = {
      bytes: listStart.length + hashes.count * itemBytes + listEnd.length,
      values: 1 + hashes.count,
    };
    this.heldBytes = hashes.heldBytes + pieceBytesMax;
  }

  next(): Uint8Array | undefined {
    const hashes = this.#hashes;
    if (hashes === undefined) return undefined;
    let text = this.#next === 0 ? listStart : '';
    const end = Math.min(this.#next + itemsAtATime, hashes.count);
    for (; this.#next < end; this.#next += 1) {
      text += `${itemStart}${hashes.at(this.#next)}${itemEnd}`;
    }
    if (end === hashes.count) {
      text += listEnd;
      this.#hashes = undefined;
    }
    return Buffer.from(text, 'latin1');
  }

  close(): void {
    this.#hashes = undefined;
  }
}

const listStart = `${responseStart}<value><array><data>`;
const listEnd = `</data></array></value>${responseEnd}`;
