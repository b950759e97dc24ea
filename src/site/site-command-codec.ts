/**
 * The binary form of a site command, as it stands in the log: compact, and exact in both
 * directions. Equal commands have equal bytes, and bytes that `encodeSiteCommand` did not make are
 * refused, so that damage cannot pass for a command.
 *
 * Layout: format u8, the time as a varint, and then the fields of the command in the order in which
 * site-command.ts has them (docs/storage-format.md). A new layout gets a new format byte, and old
 * ones stay readable for as long as logs hold them. The bytes below 64 are those of file commands.
 */
import { unreachable } from '../base/assert.js';
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import type { SiteCommand } from './site-command.js';
import * as fields from './site-fields.js';

/** The first byte of each command. Invariant: none is below `siteFormatMin`. */
const formatOf = {
  signUp: 64,
  logIn: 65,
  logOut: 66,
  endSessions: 67,
  post: 68,
  like: 69,
  comment: 70,
} as const satisfies Readonly<Record<SiteCommand['type'], number>>;

const siteFormatMin = 64;

const typeOf = new Map<number, SiteCommand['type']>(
  Object.entries(formatOf).map(([type, format]) => [format, type as SiteCommand['type']]),
);

const writer = new ByteWriter();

/** Bytes that are no site command: the log is damaged, or written by a newer program. */
export class SiteCommandFormatError extends Error {
  override readonly name = 'SiteCommandFormatError';
}

/** Whether a payload of the log is for the site; all others are for the files. */
export function isSitePayload(payload: Uint8Array): boolean {
  return (payload[0] ?? 0) >= siteFormatMin;
}

/** Whether a payload for the site is of a format that only a newer program knows. */
export function isNewerSitePayload(payload: Uint8Array): boolean {
  return !typeOf.has(payload[0] ?? 0);
}

/** The command's bytes. Its texts must be well-formed, its digits as many as there should be. */
export function encodeSiteCommand(command: SiteCommand): Uint8Array {
  writer.begin().byte(formatOf[command.type]).varint(command.timeMs);
  writeFields(command);
  return writer.written.slice();
}

function writeFields(command: SiteCommand): void {
  switch (command.type) {
    case 'signUp':
      writer.text(command.name);
      fields.writePassword(writer, command.password);
      fields.writeSession(writer, command.session);
      break;
    case 'logIn':
      writer.text(command.name);
      fields.writeHex(writer, command.passwordKey);
      fields.writeSession(writer, command.session);
      break;
    case 'logOut':
      fields.writeHex(writer, command.tokenHash);
      break;
    case 'endSessions':
      fields.writeHex(writer, command.tokenHash);
      fields.writeFlag(writer, command.sessionId !== undefined);
      if (command.sessionId !== undefined) fields.writeHex(writer, command.sessionId);
      break;
    case 'post':
      fields.writeHex(writer, command.tokenHash);
      fields.writeHex(writer, command.id);
      writer.text(command.title).text(command.link);
      break;
    case 'like':
      fields.writeHex(writer, command.tokenHash);
      fields.writeHex(writer, command.postId);
      fields.writeFlag(writer, command.liked);
      break;
    case 'comment':
      fields.writeHex(writer, command.tokenHash);
      fields.writeHex(writer, command.id);
      fields.writeHex(writer, command.postId);
      writer.text(command.text);
      break;
    default:
      unreachable(command);
  }
}

/** The command in `bytes`. Throws `SiteCommandFormatError` on anything but whole, exact bytes. */
export function decodeSiteCommand(bytes: Uint8Array): SiteCommand {
  try {
    const reader = new ByteReader(bytes);
    const command = readCommand(reader);
    reader.end();
    return command;
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    throw new SiteCommandFormatError(error.message, { cause: error });
  }
}

/** Why these bytes are no site command, or undefined when they are one. */
export function findSiteMistake(bytes: Uint8Array): string | undefined {
  try {
    decodeSiteCommand(bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof SiteCommandFormatError)) throw error;
    return error.message;
  }
}

function readCommand(reader: ByteReader): SiteCommand {
  const format = reader.byte();
  const type = typeOf.get(format);
  if (type === undefined) throw new MalformedBytesError(`unknown format ${format}`);
  const timeMs = reader.varint();
  const token = (): string => fields.readHex(reader, fields.tokenHashBytes);
  const id = (): string => fields.readHex(reader, fields.idBytes);
  // The fields are read in the order in which they are written here.
  switch (type) {
    case 'signUp': {
      const name = reader.text();
      const password = fields.readPassword(reader);
      return { type, timeMs, name, password, session: fields.readSession(reader) };
    }
    case 'logIn': {
      const name = reader.text();
      const passwordKey = fields.readHex(reader, fields.passwordKeyBytes);
      return { type, timeMs, name, passwordKey, session: fields.readSession(reader) };
    }
    case 'logOut':
      return { type, timeMs, tokenHash: token() };
    case 'endSessions': {
      const tokenHash = token();
      return { type, timeMs, tokenHash, sessionId: fields.readFlag(reader) ? id() : undefined };
    }
    case 'post':
      return {
        ...{ type, timeMs, tokenHash: token(), id: id() },
        ...{ title: reader.text(), link: reader.text() },
      };
    case 'like':
      return { type, timeMs, tokenHash: token(), postId: id(), liked: fields.readFlag(reader) };
    case 'comment':
      return {
        ...{ type, timeMs, tokenHash: token(), id: id() },
        ...{ postId: id(), text: reader.text() },
      };
    default:
      return unreachable(type);
  }
}
