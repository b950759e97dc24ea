/**
 * How a version of a file is kept in memory and in images: name, version (varint), time (varint, ms
 * since 1970, 0 when it is not known), count of hash items, items. The arguments of a request id
 * are kept in the same way, without a time. Equal ones have equal bytes.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import type { ByteWriter } from '../base/byte-writer.js';
import type { CommandScan } from './command-scan.js';
import type { FileInfo, TimedFileInfo } from './file-command.js';
import {
  checkPackedItems,
  packItems,
  readItems,
  readPackedItem,
  writePackedItem,
} from './hash-item-codec.js';

export function writeFileRecord(writer: ByteWriter, name: string, info: TimedFileInfo): void {
  writer.text(name).varint(info.version).varint(info.timeMs);
  writeItems(writer, info);
}

/** The record of the file as a command that takes effect makes it. */
export function writeCommandRecord(writer: ByteWriter, scan: CommandScan): void {
  const { bytes, nameStart, nameEnd, version, timeMs, itemCount, itemsStart } = scan;
  writer.varint(nameEnd - nameStart).part(bytes, nameStart, nameEnd);
  writer.varint(version).varint(timeMs).varint(itemCount);
  packItems(writer, bytes, itemsStart, itemCount);
}

/** Writes the record of a file whose record `untimed` is from the times when they had no time. */
export function writeWithoutTime(writer: ByteWriter, untimed: Uint8Array): void {
  const reader = new ByteReader(untimed);
  reader.skip(reader.varint());
  reader.varint();
  writer.raw(untimed.subarray(0, reader.at)).varint(0).raw(untimed.subarray(reader.at));
}

/** The other way round: the record of a file, whose time is not known, as it was in those times. */
export function withoutTime(record: Uint8Array): Uint8Array {
  const reader = new ByteReader(record);
  reader.skip(reader.varint());
  reader.varint();
  const timeAt = reader.at;
  reader.varint();
  const untimed = new Uint8Array(record.length - (reader.at - timeAt));
  untimed.set(record.subarray(0, timeAt));
  untimed.set(record.subarray(reader.at), timeAt);
  return untimed;
}

/** Reads what `writeFileRecord` wrote, to its end. Throws `MalformedBytesError`. */
export function readFileRecord(reader: ByteReader): [name: string, info: TimedFileInfo] {
  const name = reader.text();
  const version = readVersion(reader);
  const timeMs = reader.varint();
  const hashlist = readItems(reader, readPackedItem);
  reader.end();
  return [name, { version, timeMs, hashlist }];
}

/** The version alone, without the cost of all the texts. */
export function readFileVersion(record: Uint8Array): number {
  const reader = new ByteReader(record);
  reader.skip(reader.varint());
  return reader.varint();
}

/**
 * Passes over what `writeFileRecord` wrote, to its end, and gives the name in UTF-8. Throws
 * `MalformedBytesError` at all other bytes, also at those that say the same in another way. It
 * makes no text and no list: an image has a million of these.
 */
export function checkFileRecord(reader: ByteReader): Uint8Array {
  const name = reader.utf8();
  readVersion(reader);
  reader.varint();
  checkPackedItems(reader);
  reader.end();
  return name;
}

/** The arguments of an update, without their time. */
export function writeArguments(writer: ByteWriter, name: string, info: FileInfo): void {
  writer.text(name).varint(info.version);
  writeItems(writer, info);
}

/** Reads what `writeArguments` wrote, to its end. Throws `MalformedBytesError`. */
export function readArguments(reader: ByteReader): [name: string, info: FileInfo] {
  const name = reader.text();
  const version = readVersion(reader);
  const hashlist = readItems(reader, readPackedItem);
  reader.end();
  return [name, { version, hashlist }];
}

/** Passes over what `writeArguments` wrote, as `checkFileRecord` does. */
export function checkArguments(reader: ByteReader): void {
  reader.utf8();
  readVersion(reader);
  checkPackedItems(reader);
  reader.end();
}

function writeItems(writer: ByteWriter, { hashlist }: FileInfo): void {
  writer.varint(hashlist.length);
  for (const item of hashlist) writePackedItem(writer, item);
}

function readVersion(reader: ByteReader): number {
  const version = reader.varint();
  if (version === 0) throw new MalformedBytesError('a file that was never updated');
  return version;
}
