/**
 * Members of the structs that servers send to each other. Every reader throws `ArgumentError` for
 * what is missing, of another type, or out of range, in words that name the member.
 */
import { asLogIndex, asTerm, type LogIndex, type Term } from '../base/ids.js';
import { ArgumentError, unexpected } from './param.js';
import { describeType, isXmlStruct, xmlTypeOf } from './xml-type.js';
import type { XmlStruct, XmlValue } from './xml-value.js';

/** Terms and indexes are stored in six bytes (`raft/entry-codec`). */
const counterMax = 2 ** 48 - 1;

const checksumMax = 2 ** 32 - 1;

const incarnationPattern = /^[0-9a-f]{32}$/;

export function readStruct(value: XmlValue): XmlStruct {
  if (!isXmlStruct(value)) throw unexpected(value, 'a struct');
  return value;
}

export function readMember(struct: XmlStruct, name: string): XmlValue {
  const value = struct.get(name);
  if (value === undefined) throw new ArgumentError(`expected a member ${name}, which is missing`);
  return value;
}

export function readCounter(struct: XmlStruct, name: string): number {
  return readInteger(struct, name, counterMax, '2^48 - 1');
}

/** A CRC-32C. */
export function readChecksum(struct: XmlStruct, name: string): number {
  return readInteger(struct, name, checksumMax, '2^32 - 1');
}

export function readTerm(struct: XmlStruct, name: string): Term {
  return asTerm(readCounter(struct, name));
}

export function readIndex(struct: XmlStruct, name: string): LogIndex {
  return asLogIndex(readCounter(struct, name));
}

export function readBoolean(struct: XmlStruct, name: string): boolean {
  const value = readMember(struct, name);
  if (typeof value !== 'boolean') throw wrongMember(name, 'a boolean', value);
  return value;
}

/** A flag that servers of an earlier version do not send. */
export function readFlag(struct: XmlStruct, name: string): boolean {
  return struct.has(name) && readBoolean(struct, name);
}

export function readBytes(struct: XmlStruct, name: string): Uint8Array {
  const value = readMember(struct, name);
  if (!(value instanceof Uint8Array)) throw wrongMember(name, 'base64', value);
  return value;
}

/** Empty when it is left out. */
export function readOptionalBytes(struct: XmlStruct, name: string): Uint8Array {
  return struct.has(name) ? readBytes(struct, name) : new Uint8Array();
}

export function readIncarnation(struct: XmlStruct, name: string): string {
  const value = readMember(struct, name);
  if (typeof value !== 'string') throw wrongMember(name, 'a string', value);
  if (incarnationPattern.test(value)) return value;
  throw new ArgumentError(`member ${name}: expected 32 lower-case hexadecimal digits`);
}

/** The error for a member of the wrong type. */
export function wrongMember(name: string, expected: string, value: XmlValue): ArgumentError {
  const got = describeType(xmlTypeOf(value));
  return new ArgumentError(`member ${name}: expected ${expected}, not ${got}`);
}

function readInteger(struct: XmlStruct, name: string, max: number, maxInWords: string): number {
  const value = readMember(struct, name);
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  const expected = `an int from 0 to ${maxInWords}`;
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw wrongMember(name, expected, value);
  }
  throw new ArgumentError(`member ${name}: expected ${expected}, not ${value}`);
}
