/**
 * The binary form of a file command, as it stands in the log: compact, and exact in both
 * directions. Equal commands have equal bytes, and bytes that `encodeFileCommand` did not make are
 * refused, so that damage cannot pass for a command.
 *
 * Layout of an update: format u8 (1: of unknown time, or 2: with a time, which is not 0, behind
 * this byte), name, version as an integer, request id (0, or 1 and text), count of hash items,
 * items. Of what is to be forgotten: format u8 (3), count, then a name and a version each. Counts,
 * lengths and times are varints (7 bits a byte, lowest first, shortest form only); a text is its
 * length in bytes and its UTF-8; an item is a tag byte and its value. A new layout gets a new
 * format byte, and old ones stay readable for as long as logs hold them.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { forgottenAtOnceMax } from '../base/limits.js';
import { FileCursor, type FilePlace } from './file-cursor.js';
import type { FileCommand, FileVersion, ForgetVersions, UpdateFile } from './file-command.js';
import { readItem, readItems, writeItem } from './hash-item-codec.js';
import { ReceivedUpdate } from './received-update.js';

/** The first byte of an `updatefile`: without a time, and with one. */
const formatUntimedUpdate = 1;
const formatTimedUpdate = 2;
/** The first byte of a `forgetversions`. */
const formatForgetVersions = 3;

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
  if (command.type === 'updatefile') writeUpdate(command);
  else writeForgetting(command);
  return store(writer.written);
}

function writeUpdate(update: UpdateFile): void {
  const { name, version, requestId, timeMs } = update;
  writer.begin();
  if (timeMs === 0) writer.byte(formatUntimedUpdate);
  else writer.byte(formatTimedUpdate).varint(timeMs);
  writeItem(writer.text(name), version);
  writer.byte(requestId === undefined ? 0 : 1);
  if (requestId !== undefined) writer.text(requestId);
  if (update instanceof ReceivedUpdate) {
    update.writeItems(writer);
    return;
  }
  writer.varint(update.hashlist.length);
  for (const item of update.hashlist) writeItem(writer, item);
}

function writeForgetting({ versions }: ForgetVersions): void {
  writer.begin().byte(formatForgetVersions).varint(versions.length);
  for (const { name, version } of versions) writer.text(name).varint(version);
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
    return readFileCommand(new ByteReader(bytes), bytes);
  } catch (error) {
    throw formatErrorOf(error);
  }
}

/** What to throw for an error of reading a command's bytes; a bug stays what it is. */
export function formatErrorOf(error: unknown): unknown {
  if (!(error instanceof MalformedBytesError)) return error;
  return new FileCommandFormatError(error.message, { cause: error });
}

/** Whether these bytes, which `encodeFileCommand` made, are an update. */
export function isUpdate(bytes: Uint8Array): boolean {
  return bytes[0] !== formatForgetVersions;
}

/** Whether a payload for the files is of a format that only a newer program knows. */
export function isNewerFilePayload(payload: Uint8Array): boolean {
  return (payload[0] ?? 0) > formatForgetVersions;
}

/** An update that is shown where it stands. */
export interface UpdateView {
  readonly type: UpdateFile['type'];
  readonly requestId: string | undefined;
  /** When the leader took it, ms since 1970; 0 when that is not known. */
  readonly timeMs: number;
  /** Reads what it makes of its file, as if that were the only one. */
  read(): FileCursor;
}

export type FileCommandView = UpdateView | ForgetVersions;

/** Shows the command in `bytes`, which `encodeFileCommand` made; hash items are not looked at. */
export function viewFileCommand(bytes: Uint8Array): FileCommandView {
  const reader = new ByteReader(bytes);
  if (!isUpdate(bytes)) return readForgetting(reader);
  const timeMs = readTime(reader);
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
  return { type: 'updatefile', requestId, timeMs, read };
}

function readFileCommand(reader: ByteReader, bytes: Uint8Array): FileCommand {
  const command = isUpdate(bytes) ? readUpdate(reader) : readForgetting(reader);
  reader.end();
  return command;
}

function readUpdate(reader: ByteReader): UpdateFile {
  const timeMs = readTime(reader);
  const name = reader.text();
  const version = readVersion(reader);
  const requestId = readRequestId(reader);
  const hashlist = readItems(reader, readItem);
  return { type: 'updatefile', name, version, hashlist, requestId, timeMs };
}

function readForgetting(reader: ByteReader): ForgetVersions {
  reader.byte();
  const count = reader.varint();
  if (count > forgottenAtOnceMax) throw new MalformedBytesError(`${count} versions to forget`);
  const versions: FileVersion[] = [];
  for (let left = count; left > 0; left--) {
    const name = reader.text();
    const version = reader.varint();
    if (version === 0) throw new MalformedBytesError('a version 0');
    versions.push({ name, version });
  }
  return { type: 'forgetversions', versions };
}

/**
 * Reads the format of an update and its time; 0 is only said by the format without one. Throws
 * `MalformedBytesError`.
 */
export function readTime(reader: ByteReader): number {
  const format = reader.byte();
  if (format === formatUntimedUpdate) return 0;
  if (format !== formatTimedUpdate) throw new MalformedBytesError(`unknown format ${format}`);
  const timeMs = reader.varint();
  if (timeMs === 0) throw new MalformedBytesError('a time that is not known');
  return timeMs;
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
