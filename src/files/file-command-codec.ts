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
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { FileCursor, type FilePlace } from './file-cursor.js';
import type { FileCommand } from './file-command.js';
import { readItem, readItems, writeItem } from './hash-item-codec.js';

/** The first byte of an `updatefile`. */
export const formatUpdateFile = 1;

const writer = new ByteWriter();

/** What commands are cut from; it lives as long as one of them. */
const pieceBytes = 16 * 1024;
let piece = new Uint8Array(pieceBytes);
let pieceAt = 0;

/** Bytes that are no file command: the log is damaged, or written by a newer program. */
export class FileCommandFormatError extends Error {
  override readonly name = 'FileCommandFormatError';
}

/** The command's bytes. Its texts must be well-formed, its integers within 64 bits. */
export function encodeFileCommand(command: FileCommand): Uint8Array {
  const { name, version, requestId, hashlist } = command;
  writer.begin().byte(formatUpdateFile).text(name);
  writeItem(writer, version);
  writer.byte(requestId === undefined ? 0 : 1);
  if (requestId !== undefined) writer.text(requestId);
  writer.varint(hashlist.length);
  for (const item of hashlist) writeItem(writer, item);
  return store(writer.written);
}

/** A copy for keeps. A buffer of its own for each command would cost more than its encoding. */
function store(bytes: Uint8Array): Uint8Array {
  if (bytes.length > pieceBytes / 8) return bytes.slice();
  if (pieceAt + bytes.length > piece.length) {
    piece = new Uint8Array(pieceBytes);
    pieceAt = 0;
  }
  const copy = piece.subarray(pieceAt, pieceAt + bytes.length);
  copy.set(bytes);
  pieceAt += bytes.length;
  return copy;
}

/** The command in `bytes`. Throws `FileCommandFormatError` on anything but whole, exact bytes. */
export function decodeFileCommand(bytes: Uint8Array): FileCommand {
  try {
    return readFileCommand(new ByteReader(bytes));
  } catch (error) {
    throw formatErrorOf(error);
  }
}

/** What to throw for an error of reading a command's bytes; a bug stays what it is. */
export function formatErrorOf(error: unknown): unknown {
  if (!(error instanceof MalformedBytesError)) return error;
  return new FileCommandFormatError(error.message, { cause: error });
}

/** A command that is shown where it stands. */
export interface FileCommandView {
  readonly type: FileCommand['type'];
  readonly requestId: string | undefined;
  /** Reads what it makes of its file, as if that were the only one. */
  read(): FileCursor;
}

/** Shows the command in `bytes`, which `encodeFileCommand` made; its items are not looked at. */
export function viewFileCommand(bytes: Uint8Array): FileCommandView {
  const reader = new ByteReader(bytes);
  readFormat(reader);
  const name = reader.take(reader.varint());
  const version = readVersion(reader);
  const requestId = readRequestId(reader);
  const nameStart = name.byteOffset - bytes.byteOffset;
  const place: FilePlace = {
    bytes,
    nameStart,
    nameEnd: nameStart + name.length,
    version,
    itemsAt: bytes.length - reader.left,
  };
  const read = (): FileCursor =>
    new FileCursor(1, (_at, cursor) => {
      cursor.openPlace(place);
    });
  return { type: 'updatefile', requestId, read };
}

function readFileCommand(reader: ByteReader): FileCommand {
  readFormat(reader);
  const name = reader.text();
  const version = readVersion(reader);
  const requestId = readRequestId(reader);
  const hashlist = readItems(reader, readItem);
  reader.end();
  return { type: 'updatefile', name, version, hashlist, requestId };
}

function readFormat(reader: ByteReader): void {
  const format = reader.byte();
  if (format !== formatUpdateFile) throw new MalformedBytesError(`unknown format ${format}`);
}

function readVersion(reader: ByteReader): number | bigint {
  const version = readItem(reader);
  if (typeof version === 'string') throw new MalformedBytesError('a version that is a text');
  return version;
}

function readRequestId(reader: ByteReader): string | undefined {
  const hasRequestId = reader.byte();
  if (hasRequestId > 1) throw new MalformedBytesError(`request id mark ${hasRequestId}`);
  return hasRequestId === 1 ? reader.text() : undefined;
}
