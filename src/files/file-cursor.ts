/**
 * Reads files one after another where their bytes stand, item by item, and makes nothing of them:
 * no text, no list, no view. So a reader of a whole map works at the speed at which it can copy,
 * and may pause anywhere, also within a long hash list.
 */
import { AssertionError } from '../base/assert.js';
import type { SeeRecord } from '../base/slab-records.js';
import {
  bigintBytes,
  packedHashBytes,
  tagBigint,
  tagNegative,
  tagNotNegative,
  tagPackedHash,
  tagText,
} from './hash-item-codec.js';

/**
 * An item of a hash list: a text in UTF-8, a text of 64 hexadecimal digits as the 32 bytes that
 * they stand for, or an integer.
 */
export type ItemKind = 'text' | 'packedHash' | 'integer';

/** Where a file's version stands, in front of its items. */
export interface FilePlace {
  readonly bytes: Uint8Array;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly version: number | bigint;
  /** Of the count of items. */
  readonly itemsAt: number;
}

export class FileCursor {
  readonly #size: number;
  readonly #open: (at: number, cursor: FileCursor) => void;
  #opened = 0;
  #at = 0;
  #itemsLeft = 0;
  /** The memory in which the present file stands. Not to be written to. */
  bytes: Uint8Array = new Uint8Array();
  /** The present text or packed hash: at first the file's name, later the present item. */
  start = 0;
  end = 0;
  /** Of the present file. */
  version: number | bigint = 0;
  /** When the present version was made, ms since 1970; 0 when it is not known. */
  timeMs = 0;
  /** The present item, when it is an integer; a bigint is one that a number could not hold. */
  integer: number | bigint = 0;

  /** Reads `size` files; `open` has the cursor begin with one of them. */
  constructor(size: number, open: (at: number, cursor: FileCursor) => void) {
    this.#size = size;
    this.#open = open;
  }

  /** Goes to the next file, and there to its name; false when there is none. */
  nextFile(): boolean {
    if (this.#opened === this.#size) return false;
    this.#open(this.#opened, this);
    this.#opened += 1;
    return true;
  }

  /** Goes to the present file's next item; undefined when there is none. */
  nextItem(): ItemKind | undefined {
    if (this.#itemsLeft === 0) return undefined;
    this.#itemsLeft -= 1;
    switch (this.#byte()) {
      case tagPackedHash:
        this.#take(packedHashBytes);
        return 'packedHash';
      case tagText:
        this.#take(this.#varint());
        return 'text';
      case tagNotNegative:
        this.integer = this.#varint();
        return 'integer';
      case tagNegative:
        this.integer = -this.#varint();
        return 'integer';
      case tagBigint:
        this.#take(bigintBytes);
        this.integer = i64(this.bytes, this.start);
        return 'integer';
      default:
        throw new AssertionError('an item that is kept has a tag that is known');
    }
  }

  /** Begins with a record as `writeFileRecord` writes it. */
  readonly openRecord: SeeRecord = (memory, start) => {
    this.bytes = memory;
    this.#at = start;
    this.#take(this.#varint());
    this.version = this.#varint();
    this.timeMs = this.#varint();
    this.#itemsLeft = this.#varint();
  };

  /** Begins with a file that stands somewhere else. */
  openPlace({ bytes, nameStart, nameEnd, version, itemsAt }: FilePlace): void {
    this.bytes = bytes;
    this.start = nameStart;
    this.end = nameEnd;
    this.version = version;
    this.timeMs = 0;
    this.#at = itemsAt;
    this.#itemsLeft = this.#varint();
  }

  #take(length: number): void {
    this.start = this.#at;
    this.end = this.#at += length;
  }

  #byte(): number {
    return this.bytes[this.#at++] ?? 0;
  }

  #varint(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
    }
    return value;
  }
}

function i64(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getBigInt64(0, true);
}
