/**
 * How a file is kept in memory and in images: name, version (varint), count of hash items, items.
 * Equal files have equal bytes.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import type { ByteWriter } from '../base/byte-writer.js';
import type { CommandScan } from './command-scan.js';
import type { FileInfo } from './file-command.js';
import {
  checkPackedItems,
  packItems,
  readItems,
  readPackedItem,
  writePackedItem,
} from './hash-item-codec.js';

export function writeFileRecord(writer: ByteWriter, name: string, info: FileInfo): void {
  writer.text(name).varint(info.version).varint(info.hashlist.length);
  for (const item of info.hashlist) writePackedItem(writer, item);
}

/** The record of the file as a command that takes effect makes it. */
export function writeCommandRecord(writer: ByteWriter, scan: CommandScan): void {
  const { bytes, nameStart, nameEnd, version, itemCount, itemsStart } = scan;
  writer.varint(nameEnd - nameStart).part(bytes, nameStart, nameEnd);
  writer.varint(version).varint(itemCount);
  packItems(writer, bytes, itemsStart, itemCount);
}

/** Reads what `writeFileRecord` wrote, to its end. Throws `MalformedBytesError`. */
export function readFileRecord(reader: ByteReader): [name: string, info: FileInfo] {
  const name = reader.text();
  const version = reader.varint();
  if (version === 0) throw new MalformedBytesError('a file that was never updated');
  const hashlist = readItems(reader, readPackedItem);
  reader.end();
  return [name, { version, hashlist }];
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
  if (reader.varint() === 0) throw new MalformedBytesError('a file that was never updated');
  checkPackedItems(reader);
  reader.end();
  return name;
}
