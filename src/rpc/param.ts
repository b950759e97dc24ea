/**
 * The parameters of methods. A `Param` knows its type on the wire, its words for people and how to
 * read a value, so that signature, help, check and the handler's types cannot disagree.
 */
import { asServerId, type ServerId } from '../base/ids.js';
import {
  fileNameBytesMax,
  forgottenAtOnceMax,
  pageFilesMax,
  pageVersionsMax,
  requestIdBytesMax,
} from '../base/limits.js';
import { parseAddress } from '../config/parse-address.js';
import type { FileVersion, HashItem } from '../files/file-command.js';
import { memberIdsMax } from '../raft/configuration.js';
import type { CutDirection } from '../replica/replica-api.js';
import { describeType, isXmlArray, xmlTypeOf, type XmlType } from './xml-type.js';
import type { XmlValue } from './xml-value.js';

/** Why a value cannot be an argument; the dispatcher adds which argument of which method. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export interface Param<Value> {
  readonly name: string;
  readonly type: XmlType;
  readonly help: string;
  /** Only the last parameters of a method may be left out; they then read as undefined. */
  readonly optional: boolean;
  /** The typed value; throws `ArgumentError` saying what was expected and what came. */
  readonly read: (value: XmlValue) => Value;
}

/** The same parameter, which may be left out. */
export function optional<Value>(param: Param<Value>): Param<Value | undefined> {
  return { ...param, optional: true };
}

const utf8BytesPerUnitMax = 3;

/** `value` when it is text of `bytesMin` … `bytesMax` bytes of UTF-8. */
export function readText(value: XmlValue, bytesMin: number, bytesMax: number): string {
  if (typeof value !== 'string') throw unexpected(value, 'a string');
  // Most texts need no counting: a UTF-16 unit has one to three bytes.
  if (value.length >= bytesMin && value.length <= bytesMax / utf8BytesPerUnitMax) return value;
  const bytes = Buffer.byteLength(value);
  if (bytes < bytesMin || bytes > bytesMax) {
    throw new ArgumentError(
      `expected a string of ${bytesMin} to ${bytesMax} bytes of UTF-8, not of ${bytes} bytes`,
    );
  }
  return value;
}

/** The error for a value of the wrong type. */
export function unexpected(value: XmlValue, expected: string): ArgumentError {
  return new ArgumentError(`expected ${expected}, not ${describeType(xmlTypeOf(value))}`);
}

export const fileName: Param<string> = {
  name: 'name',
  type: 'string',
  help: `the file's name, 1 to ${fileNameBytesMax} bytes of UTF-8`,
  optional: false,
  read: (value) => readText(value, 1, fileNameBytesMax),
};

export const version: Param<number | bigint> = {
  name: 'version',
  type: 'int',
  help: 'the new version; only the current version + 1 takes effect',
  optional: false,
  read: (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    return value;
  },
};

/** The bare string that clients of the first generation send for a deletion. */
const bareTombstone = '0';

export const hashlist: Param<readonly HashItem[]> = {
  name: 'hashlist',
  type: 'array',
  help: 'strings or ints, kept as given; ["0"], [0] or the bare string "0" delete the file',
  optional: false,
  read: (value) => {
    if (value === bareTombstone) return [bareTombstone];
    if (!isXmlArray(value)) throw unexpected(value, 'an array of strings or ints');
    if (value.every(isHashItem)) return value;
    const position = value.findIndex((item) => !isHashItem(item));
    const type = describeType(xmlTypeOf(value[position] ?? null));
    throw new ArgumentError(`expected strings or ints; item ${position + 1} is ${type}`);
  },
};

function isHashItem(item: XmlValue): item is HashItem {
  return typeof item === 'string' || typeof item === 'number' || typeof item === 'bigint';
}

export const requestId: Param<string> = {
  name: 'requestId',
  type: 'string',
  help:
    `1 to ${requestIdBytesMax} bytes of UTF-8, new for each update; ` +
    'a retry with the same id and arguments takes effect once',
  optional: false,
  read: (value) => readText(value, 1, requestIdBytesMax),
};

export const afterName: Param<string> = {
  name: 'afterName',
  type: 'string',
  help: 'the last name of the page before; empty for the first page',
  optional: false,
  read: (value) => readText(value, 0, fileNameBytesMax),
};

export const pageLimit: Param<number> = limitOf('files', pageFilesMax);

export const versionsLimit: Param<number> = limitOf('versions', pageVersionsMax);

function limitOf(things: string, max: number): Param<number> {
  return {
    name: 'limit',
    type: 'int',
    help: `${things} in the answer at most, 1 to ${max}`,
    optional: false,
    read: (value) => {
      if (typeof value === 'number' && value >= 1 && value <= max) return value;
      if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
      throw new ArgumentError(`expected an int from 1 to ${max}, not ${value}`);
    },
  };
}

export const afterVersion: Param<number> = {
  name: 'afterVersion',
  type: 'int',
  help:
    'the last version of the page before, whose older ones come next; 0, or left out, for the ' +
    'file behind afterName',
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 0) return value;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected an int from 0 to 2^53 - 1, not ${value}`);
  },
};

export const afterIndex: Param<number> = {
  name: 'afterIndex',
  type: 'int',
  help: 'the last entry that is known: through of the answer before',
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 0) return value;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected an int from 0 to 2^53 - 1, not ${value}`);
  },
};

/** Integers that no version can be are left out: they name what is not there. */
export const olderVersions: Param<readonly FileVersion[]> = {
  name: 'versions',
  type: 'array',
  help:
    `[name, version] each, at most ${forgottenAtOnceMax}; those that are current, or unknown, ` +
    'mean nothing',
  optional: false,
  read: (value) => {
    if (!isXmlArray(value)) throw unexpected(value, 'an array of [name, version]');
    if (value.length > forgottenAtOnceMax) {
      throw new ArgumentError(
        `expected at most ${forgottenAtOnceMax} versions, not ${value.length}`,
      );
    }
    return value.flatMap((item, position) => readFileVersion(item, position));
  },
};

function readFileVersion(item: XmlValue, position: number): readonly FileVersion[] {
  const [name = null, number = null, ...others] = isXmlArray(item) ? item : [];
  const isPair = typeof name === 'string' && others.length === 0;
  if (!isPair || (typeof number !== 'number' && typeof number !== 'bigint')) {
    throw new ArgumentError(
      `expected [name, version], a string and an int, as item ${position + 1}`,
    );
  }
  readText(name, 1, fileNameBytesMax);
  return typeof number === 'number' && number >= 1 ? [{ name, version: number }] : [];
}

const isServerId = (id: number): boolean => id >= 0 && id < memberIdsMax;

const idsExpected = `ids from 0 to ${memberIdsMax - 1}`;

/** Ids of servers. Not only of those that are there: members come and go. */
export const serverList: Param<readonly ServerId[]> = {
  name: 'servers',
  type: 'array',
  help: 'ids of servers; the own one is ignored, [] heals',
  optional: false,
  read: (value) => {
    const expected = `an array of server ${idsExpected}`;
    if (!isXmlArray(value)) throw unexpected(value, expected);
    return value.map((id, position) => {
      if (typeof id === 'number' && isServerId(id)) return asServerId(id);
      const got = typeof id === 'number' ? String(id) : describeType(xmlTypeOf(id));
      throw new ArgumentError(`expected ${expected}; item ${position + 1} is ${got}`);
    });
  },
};

export const serverId: Param<ServerId> = {
  name: 'id',
  type: 'int',
  help: 'the id of a server',
  optional: false,
  read: (value) => {
    if (typeof value !== 'number') throw unexpected(value, 'an int');
    if (isServerId(value)) return asServerId(value);
    throw new ArgumentError(`expected one of the ${idsExpected}, not ${value}`);
  },
};

/** Read as the configuration file reads it. */
export const serverAddress: Param<string> = {
  name: 'address',
  type: 'string',
  help: 'where the server will be reached, host:port; an IPv6 host in brackets',
  optional: false,
  read: (value) => {
    if (typeof value !== 'string') throw unexpected(value, 'a string');
    const parsed = parseAddress(value);
    if (parsed.kind === 'error') throw new ArgumentError(parsed.problem);
    return value;
  },
};

const cutDirections: readonly CutDirection[] = ['both', 'send', 'receive'];

export const direction: Param<CutDirection> = {
  name: 'direction',
  type: 'string',
  help: '"both" (the default), "send" or "receive"',
  optional: false,
  read: (value) => {
    const known = cutDirections.find((candidate) => candidate === value);
    if (known !== undefined) return known;
    if (typeof value !== 'string') throw unexpected(value, 'a string');
    throw new ArgumentError('expected "both", "send" or "receive"');
  },
};

/** Any string, such as the name of a method. */
export const methodName: Param<string> = {
  name: 'methodName',
  type: 'string',
  help: 'the name of a method',
  optional: false,
  read: (value) => {
    if (typeof value !== 'string') throw unexpected(value, 'a string');
    return value;
  },
};
