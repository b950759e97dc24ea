/**
 * The parameters of the block methods. What names no block is not refused in a list: old clients
 * ask for other things, and the answer that those are not there is right.
 */
import { asServerId, type ServerId } from '../base/ids.js';
import { blockBytesMax, blockListMax } from '../base/limits.js';
import { isBlockHash, type BlockHash } from '../blocks/block-hash.js';
import type { HashItem } from '../files/file-command.js';
import { ArgumentError, readText, unexpected, type Param } from './param.js';
import { describeType, isXmlArray, xmlTypeOf } from './xml-type.js';
import type { XmlValue } from './xml-value.js';

/** Characters of a hash; a name of a block is not longer. */
const hashCharsMax = 64;

function readBlock(value: XmlValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unexpected(value, 'a block as base64');
  if (value.length <= blockBytesMax) return value;
  throw new ArgumentError(
    `expected a block of at most ${blockBytesMax} bytes, not of ${value.length}`,
  );
}

export const block: Param<Uint8Array> = {
  name: 'block',
  type: 'base64',
  help: `the bytes of the block, 0 to ${blockBytesMax}`,
  optional: false,
  read: readBlock,
};

export const hashOrBlock: Param<string | Uint8Array> = {
  name: 'hashOrBlock',
  type: 'base64',
  help:
    'the bytes of the block, as base64; or, when they come as the second argument, the SHA-256 ' +
    'of them as a string of 64 lower-case hexadecimal digits',
  optional: false,
  read: (value) => (typeof value === 'string' ? value : readBlock(value)),
};

/** Any string: one that is no hash names no block. */
export const anyHash: Param<string> = {
  name: 'hash',
  type: 'string',
  help: 'the SHA-256 of the block, 64 lower-case hexadecimal digits',
  optional: false,
  read: (value) => {
    if (typeof value !== 'string') throw unexpected(value, 'a string');
    return value;
  },
};

export const ignored: Param<XmlValue> = {
  name: 'ignored',
  type: 'string',
  help: 'anything; some clients add the name of the file',
  optional: true,
  read: (value) => value,
};

export const anyHashes: Param<readonly HashItem[]> = {
  name: 'hashes',
  type: 'array',
  help:
    'hashes of blocks; "0" and "-1", which stand in hash lists for a deleted and for an empty ' +
    'file, are skipped, and what else is no hash names no block',
  optional: false,
  read: (value) => {
    if (!isXmlArray(value)) throw unexpected(value, 'an array of strings');
    return value.map((item, position) => {
      if (typeof item === 'string' || typeof item === 'number' || typeof item === 'bigint') {
        return item;
      }
      const type = describeType(xmlTypeOf(item));
      throw new ArgumentError(`expected strings; item ${position + 1} is ${type}`);
    });
  },
};

export const hash: Param<BlockHash> = {
  ...anyHash,
  read: readHash,
};

export const hashes: Param<readonly BlockHash[]> = {
  name: 'hashes',
  type: 'array',
  help: 'hashes of blocks, 64 lower-case hexadecimal digits each',
  optional: false,
  read: (value) => {
    if (!isXmlArray(value)) throw unexpected(value, 'an array of hashes');
    return value.map(readHash);
  },
};

function readHash(value: XmlValue): BlockHash {
  if (typeof value !== 'string') throw unexpected(value, 'a hash as a string');
  if (isBlockHash(value)) return value;
  throw new ArgumentError('expected a hash, which has 64 lower-case hexadecimal digits');
}

export const afterHash: Param<string> = {
  name: 'after',
  type: 'string',
  help: 'the last hash of the page before; empty for the first page',
  optional: false,
  read: (value) => readText(value, 0, hashCharsMax),
};

export const listLimit: Param<number> = {
  name: 'limit',
  type: 'int',
  help: `blocks in the answer at most, 1 to ${blockListMax}`,
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 1 && value <= blockListMax) return value;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected an int from 1 to ${blockListMax}, not ${value}`);
  },
};

/** The highest id that a configuration can have. */
const serverIdMax = 98;

export const from: Param<ServerId> = {
  name: 'from',
  type: 'int',
  help: 'the id of the server that asks, which makeserverunreachablefrom may have cut off',
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 0 && value <= serverIdMax) return asServerId(value);
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected the id of a server, not ${value}`);
  },
};

export const minAgeMs: Param<number> = {
  name: 'minAgeMs',
  type: 'int',
  help: 'a younger block stays; milliseconds',
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 0) return value;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected milliseconds from 0 on, not ${value}`);
  },
};
