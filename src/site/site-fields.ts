/**
 * The binary form of what commands, as they stand in the log, and records, as they stand in an
 * image, have in common. How many bytes each of the site's names has is said here.
 */
import { MalformedBytesError, type ByteReader } from '../base/byte-reader.js';
import type { ByteWriter } from '../base/byte-writer.js';
import { bytesToHex, hexToBytes } from './hex.js';
import type { NewSession, PasswordRecord } from './site-command.js';

export const tokenHashBytes = 32;
/** Of posts, comments and sessions. */
export const idBytes = 8;
export const saltBytes = 16;
export const passwordKeyBytes = 32;

/** Writes bytes that are given as hexadecimal digits. */
export function writeHex(writer: ByteWriter, digits: string): void {
  writer.raw(hexToBytes(digits));
}

export function readHex(reader: ByteReader, bytes: number): string {
  return bytesToHex(reader.take(bytes));
}

export function writeFlag(writer: ByteWriter, value: boolean): void {
  writer.byte(value ? 1 : 0);
}

export function readFlag(reader: ByteReader): boolean {
  const byte = reader.byte();
  if (byte > 1) throw new MalformedBytesError(`neither 0 nor 1, but ${byte}`);
  return byte === 1;
}

export function writePassword(writer: ByteWriter, password: PasswordRecord): void {
  const { salt, key, logN, r, p } = password;
  writeHex(writer, salt);
  writeHex(writer, key);
  writer.varint(logN).varint(r).varint(p);
}

export function readPassword(reader: ByteReader): PasswordRecord {
  const salt = readHex(reader, saltBytes);
  const key = readHex(reader, passwordKeyBytes);
  return { salt, key, logN: reader.varint(), r: reader.varint(), p: reader.varint() };
}

export function writeSession(writer: ByteWriter, { tokenHash, id, label }: NewSession): void {
  writeHex(writer, tokenHash);
  writeHex(writer, id);
  writer.text(label);
}

export function readSession(reader: ByteReader): NewSession {
  const tokenHash = readHex(reader, tokenHashBytes);
  const id = readHex(reader, idBytes);
  return { tokenHash, id, label: reader.text() };
}
