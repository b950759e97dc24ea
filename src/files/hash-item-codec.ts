/**
 * The binary forms of a hash item: a tag byte and its value. Logs hold the first four; what is
 * kept in memory and in images also packs a text of 64 hexadecimal digits into its 32 bytes, and
 * writes such a text in no other way, so that equal items have equal bytes in either place.
 */
import { assert } from '../base/assert.js';
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import type { ByteWriter } from '../base/byte-writer.js';
import { decodeUtf8 } from '../base/utf8.js';
import type { HashItem } from './file-command.js';

/** Followed by a length (varint) and UTF-8. */
export const tagText = 1;
/** Followed by a varint. */
export const tagNotNegative = 2;
/** Followed by the absolute value, as a varint. */
export const tagNegative = 3;
/** Followed by an i64, little-endian. */
export const tagBigint = 4;
/** Followed by the 32 bytes that 64 digits 0-9 and a-f stand for. */
export const tagPackedHash = 5;

export const bigintBytes = 8;
export const packedHashBytes = 32;
const packedHashDigits = 2 * packedHashBytes;

const digits = '0123456789abcdef';
/** The value of a digit by its ASCII code, and of everything else a number above any byte. */
const noDigit = 0x1000;
const digitValues = Uint16Array.from({ length: 0x80 }, (_, code) => {
  const value = digits.indexOf(String.fromCharCode(code));
  return value < 0 ? noDigit : value;
});
/** The ASCII codes of the two digits of each byte, as they stand in memory. */
const byteDigits = Uint8Array.from({ length: 512 }, (_, at) =>
  digits.charCodeAt(at % 2 === 0 ? at >> 5 : (at >> 1) & 0xf),
);

const bigintScratch = new DataView(new ArrayBuffer(bigintBytes));
const packedScratch = new Uint8Array(packedHashBytes);
const itemReader = new ByteReader(new Uint8Array(0));
const digitsScratch = new Uint8Array(packedHashDigits);

/** Writes an item as it stands in logs. Texts must be well-formed, integers within 64 bits. */
export function writeItem(writer: ByteWriter, item: HashItem): void {
  if (typeof item === 'string') {
    writer.byte(tagText).text(item);
  } else if (typeof item === 'bigint') {
    assert(BigInt.asIntN(64, item) === item, () => `an integer of 64 bits, not ${item}`);
    bigintScratch.setBigInt64(0, item, true);
    writer.byte(tagBigint).raw(new Uint8Array(bigintScratch.buffer));
  } else {
    assert(Number.isSafeInteger(item), () => `a safe integer, not ${item}`);
    writer.byte(item < 0 ? tagNegative : tagNotNegative).varint(Math.abs(item));
  }
}

/** The same for a text whose UTF-8 stands in `bytes`, from `start` up to `end`. */
export function writeTextItem(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  writer
    .byte(tagText)
    .varint(end - start)
    .part(bytes, start, end);
}

/** Writes an item as it stands in memory and in images. */
export function writePackedItem(writer: ByteWriter, item: HashItem): void {
  if (typeof item === 'string' && item.length === packedHashDigits && packHash(item)) {
    writer.byte(tagPackedHash).raw(packedScratch);
  } else {
    writeItem(writer, item);
  }
}

/** Reads what `writeItem` wrote; throws `MalformedBytesError` on anything else. */
export function readItem(reader: ByteReader): HashItem {
  return readTagged(reader, reader.byte());
}

/** Reads what `writePackedItem` wrote, and such a text in its long form, too. */
export function readPackedItem(reader: ByteReader): HashItem {
  const tag = reader.byte();
  return tag === tagPackedHash ? unpackHash(reader.take(packedHashBytes)) : readTagged(reader, tag);
}

/**
 * Passes over what `writeItem` wrote, a text's UTF-8 unseen. Returns an integer from 0 to 2^53 − 1
 * as it is, and NaN for anything else.
 */
export function skipItem(reader: ByteReader): number {
  const tag = reader.byte();
  if (tag === tagNotNegative) return reader.varint();
  if (tag === tagText) reader.skip(reader.varint());
  else readTagged(reader, tag);
  return NaN;
}

/**
 * Writes items that `writeItem` wrote, `count` of them from `at` to the end of `bytes`, as
 * `writePackedItem` would write what they say.
 */
export function packItems(writer: ByteWriter, bytes: Uint8Array, at: number, count: number): void {
  const reader = itemReader.begin(bytes);
  reader.skip(at);
  for (let left = count; left > 0; left--) {
    const start = reader.at;
    const isHash =
      bytes[start] === tagText &&
      bytes[start + 1] === packedHashDigits &&
      packDigits(bytes, start + 2);
    skipItem(reader);
    if (isHash) writer.byte(tagPackedHash).raw(packedScratch);
    else writer.part(bytes, start, reader.at);
  }
}

/** Passes over an item as it stands in memory and in images, in the one way that it may. */
function checkPackedItem(reader: ByteReader): void {
  const tag = reader.byte();
  if (tag === tagPackedHash) {
    reader.skip(packedHashBytes);
  } else if (tag === tagText) {
    const text = reader.utf8();
    if (text.length === packedHashDigits && packHash(decodeUtf8(text))) {
      throw new MalformedBytesError('a hash not in its short form');
    }
  } else {
    readTagged(reader, tag);
  }
}

/** Passes over a count and as many items. */
export function checkPackedItems(reader: ByteReader): void {
  const count = reader.varint();
  for (let at = 0; at < count; at++) checkPackedItem(reader);
}

/** Reads a count and as many items, into a list of exactly that size. */
export function readItems(reader: ByteReader, read: (reader: ByteReader) => HashItem): HashItem[] {
  const count = reader.varint();
  // An item has two bytes or more, so this bounds the list before it is made.
  if (count > reader.left / 2) throw new MalformedBytesError('cut short');
  const items = new Array<HashItem>(count);
  for (let at = 0; at < count; at++) items[at] = read(reader);
  return items;
}

function readTagged(reader: ByteReader, tag: number): HashItem {
  switch (tag) {
    case tagText:
      return reader.text();
    case tagNotNegative:
      return reader.varint();
    case tagNegative: {
      const size = reader.varint();
      if (size === 0) throw new MalformedBytesError('negative zero');
      return -size;
    }
    case tagBigint: {
      const bytes = reader.take(bigintBytes);
      return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
    }
    default:
      throw new MalformedBytesError(`unknown item tag ${tag}`);
  }
}

/** Packs 64 digits as they stand in a text's UTF-8 into `packedScratch`; false for others. */
function packDigits(bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < packedHashBytes; at++) {
    const high = digitValues[bytes[start + 2 * at] ?? 0] ?? noDigit;
    const low = digitValues[bytes[start + 2 * at + 1] ?? 0] ?? noDigit;
    const value = (high << 4) | low;
    if (value > 0xff) return false;
    packedScratch[at] = value;
  }
  return true;
}

/** Packs 64 digits into `packedScratch`; false when they are not that. */
function packHash(text: string): boolean {
  for (let at = 0; at < packedHashBytes; at++) {
    const high = digitValues[text.charCodeAt(2 * at)] ?? noDigit;
    const low = digitValues[text.charCodeAt(2 * at + 1)] ?? noDigit;
    const value = (high << 4) | low;
    if (value > 0xff) return false;
    packedScratch[at] = value;
  }
  return true;
}

function unpackHash(bytes: Uint8Array): string {
  for (let at = 0; at < packedHashBytes; at++) {
    const pair = (bytes[at] ?? 0) * 2;
    digitsScratch[2 * at] = byteDigits[pair] ?? 0;
    digitsScratch[2 * at + 1] = byteDigits[pair + 1] ?? 0;
  }
  return decodeUtf8(digitsScratch);
}
