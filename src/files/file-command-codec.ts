/**
 * The binary form of a file command, as it stands in the log: compact, and exact in both
 * directions. Equal commands have equal bytes, and bytes that `encodeFileCommand` did not make are
 * refused, so that damage cannot pass for a command.
 *
 * Layout: format u8 (1), name, version as an integer, request id (0, or 1 and text), count of hash
 * items, items. Counts and lengths are varints (7 bits a byte, lowest first, shortest form only);
 * a text is its length in bytes and its UTF-8; an item is a tag byte and its value. A new layout
 * gets a new format byte, and old ones stay readable for as long as logs hold them.
 */
import { assert } from '../base/assert.js';
import { decodeUtf8, encodeUtf8Into, utf8Length } from '../base/utf8.js';
import type { FileCommand, HashItem } from './file-command.js';

const formatUpdateFile = 1;

const tagText = 1;
const tagNotNegative = 2;
/** Followed by the absolute value, as a varint. */
const tagNegative = 3;
/** Followed by an i64, little-endian. */
const tagBigint = 4;

const bigintBytes = 8;

/** Bytes that are no file command: the log is damaged, or written by a newer program. */
export class FileCommandFormatError extends Error {
  override readonly name = 'FileCommandFormatError';
}

/** The command's bytes. Its texts must be well-formed, its integers within 64 bits. */
export function encodeFileCommand(command: FileCommand): Uint8Array {
  const bytes = new Uint8Array(encodedBytes(command));
  bytes[0] = formatUpdateFile;
  let at = putText(bytes, 1, command.name);
  at = putItem(bytes, at, command.version);
  at = putVarint(bytes, at, command.requestId === undefined ? 0 : 1);
  if (command.requestId !== undefined) at = putText(bytes, at, command.requestId);
  at = putVarint(bytes, at, command.hashlist.length);
  for (const item of command.hashlist) at = putItem(bytes, at, item);
  assert(at === bytes.length, 'the command fills exactly the bytes that were counted for it');
  return bytes;
}

/** The command in `bytes`. Throws `FileCommandFormatError` on anything but whole, exact bytes. */
export function decodeFileCommand(bytes: Uint8Array): FileCommand {
  const reader = new Reader(bytes);
  const format = reader.byte();
  if (format !== formatUpdateFile) throw new FileCommandFormatError(`unknown format ${format}`);
  const name = reader.text();
  const version = reader.item();
  if (typeof version === 'string') throw new FileCommandFormatError('a version that is a text');
  const hasRequestId = reader.byte();
  if (hasRequestId > 1) throw new FileCommandFormatError(`request id mark ${hasRequestId}`);
  const requestId = hasRequestId === 1 ? reader.text() : undefined;
  const hashlist = reader.items();
  reader.end();
  return { type: 'updatefile', name, version, hashlist, requestId };
}

function encodedBytes(command: FileCommand): number {
  let total = 1 + textBytes(command.name) + itemBytes(command.version) + 1;
  if (command.requestId !== undefined) total += textBytes(command.requestId);
  total += varintBytes(command.hashlist.length);
  for (const item of command.hashlist) total += itemBytes(item);
  return total;
}

function itemBytes(item: HashItem): number {
  if (typeof item === 'string') return 1 + textBytes(item);
  if (typeof item === 'bigint') {
    assert(BigInt.asIntN(64, item) === item, `an integer of 64 bits, not ${item}`);
    return 1 + bigintBytes;
  }
  assert(Number.isSafeInteger(item), `a safe integer, not ${item}`);
  return 1 + varintBytes(Math.abs(item));
}

function textBytes(text: string): number {
  const length = utf8Length(text);
  return varintBytes(length) + length;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

function putItem(bytes: Uint8Array, at: number, item: HashItem): number {
  if (typeof item === 'string') {
    bytes[at] = tagText;
    return putText(bytes, at + 1, item);
  }
  if (typeof item === 'bigint') {
    bytes[at] = tagBigint;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setBigInt64(at + 1, item, true);
    return at + 1 + bigintBytes;
  }
  bytes[at] = item < 0 ? tagNegative : tagNotNegative;
  return putVarint(bytes, at + 1, Math.abs(item));
}

function putText(bytes: Uint8Array, at: number, text: string): number {
  return encodeUtf8Into(text, bytes, putVarint(bytes, at, utf8Length(text)));
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let offset = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[offset++] = (rest % 0x80) | 0x80;
  bytes[offset++] = rest;
  return offset;
}

/** Reads forward through bytes; each method throws `FileCommandFormatError` at the first oddity. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new FileCommandFormatError('cut short');
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER || scale > Number.MAX_SAFE_INTEGER) {
        throw new FileCommandFormatError('number too large');
      }
      if (byte < 0x80) {
        if (byte === 0 && scale > 1) throw new FileCommandFormatError('number not in short form');
        return value;
      }
      scale *= 0x80;
    }
  }

  text(): string {
    const bytes = this.#take(this.varint());
    try {
      return decodeUtf8(bytes);
    } catch (error) {
      throw new FileCommandFormatError('text that is not UTF-8', { cause: error });
    }
  }

  item(): HashItem {
    const tag = this.byte();
    switch (tag) {
      case tagText:
        return this.text();
      case tagNotNegative:
        return this.varint();
      case tagNegative: {
        const size = this.varint();
        if (size === 0) throw new FileCommandFormatError('negative zero');
        return -size;
      }
      case tagBigint: {
        const bytes = this.#take(bigintBytes);
        return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
      }
      default:
        throw new FileCommandFormatError(`unknown item tag ${tag}`);
    }
  }

  /** A list of exactly its own size: it will be kept for as long as the file's version. */
  items(): HashItem[] {
    const count = this.varint();
    if (count > this.#bytes.length - this.#at) throw new FileCommandFormatError('cut short');
    const items = new Array<HashItem>(count);
    for (let read = 0; read < count; read++) items[read] = this.item();
    return items;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) throw new FileCommandFormatError(`${left} bytes too many`);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new FileCommandFormatError('cut short');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
