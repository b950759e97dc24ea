/**
 * Who belongs to the cluster (thesis, chapter 4): the servers that are counted, the one that is
 * being filled up before it is, and which ids have been given. An entry of kind `configuration`
 * carries all of it. The configuration that a cluster starts with stands in no entry: every server
 * has it from its configuration file.
 *
 * Layout: version u8 (1), `nextId` varint, number of members varint, and of each: id varint,
 * voter u8 (0 or 1), address as a text (varint length, UTF-8).
 */
import { assert } from '../base/assert.js';
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { asServerId, type ServerId } from '../base/ids.js';

/** Ids are 0 … 98: a configuration file has no more labels. */
export const memberIdsMax = 99;

const formatVersion = 1;
const addressLengthMax = 300;

export interface Member {
  readonly id: ServerId;
  /** Where the others reach it: `host:port`, an IPv6 host in brackets. */
  readonly address: string;
  /** One that is no voter is a *learner*: it is sent everything and counted nowhere. */
  readonly voter: boolean;
}

export interface Configuration {
  /** In order of their ids. Invariant: at least one is a voter; ids are below `nextId`. */
  readonly members: readonly Member[];
  /** The id of the next server that is added. Ids are given once, also those of the removed. */
  readonly nextId: number;
}

/** Bytes that are no configuration: damage, or a peer that speaks another language. */
export class ConfigurationFormatError extends Error {
  override readonly name = 'ConfigurationFormatError';
}

/** The configuration before any entry says otherwise. */
export function foundingConfiguration(
  founders: readonly Pick<Member, 'id' | 'address'>[],
): Configuration {
  const members = [...founders]
    .sort((a, b) => a.id - b.id)
    .map(({ id, address }): Member => ({ id, address, voter: true }));
  return { members, nextId: (members.at(-1)?.id ?? -1) + 1 };
}

export function findMember({ members }: Configuration, id: ServerId): Member | undefined {
  return members.find((member) => member.id === id);
}

/** What no member's address may be, in words; its form is the business of who dials it. */
export function findAddressMistake(address: string): string | undefined {
  if (address !== '' && address.length <= addressLengthMax) return undefined;
  return `an address has 1 to ${addressLengthMax} characters, not ${address.length}`;
}

/** With a learner at `address`, under the next id. */
export function withLearner(configuration: Configuration, address: string): Configuration {
  const { members, nextId } = configuration;
  assert(nextId < memberIdsMax, 'there is an id left to give');
  return {
    members: [...members, { id: asServerId(nextId), address, voter: false }],
    nextId: nextId + 1,
  };
}

/** With the learner `id` as a voter. */
export function withVoter({ members, nextId }: Configuration, id: ServerId): Configuration {
  return {
    members: members.map((member) => (member.id === id ? { ...member, voter: true } : member)),
    nextId,
  };
}

export function withoutMember({ members, nextId }: Configuration, id: ServerId): Configuration {
  return { members: members.filter((member) => member.id !== id), nextId };
}

export function encodeConfiguration({ members, nextId }: Configuration): Uint8Array {
  const writer = new ByteWriter().begin();
  writer.byte(formatVersion).varint(nextId).varint(members.length);
  for (const { id, voter, address } of members) {
    writer
      .varint(id)
      .byte(voter ? 1 : 0)
      .text(address);
  }
  return writer.written.slice();
}

/** Throws `ConfigurationFormatError` on anything that `encodeConfiguration` does not make. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  try {
    return readConfiguration(new ByteReader(bytes));
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    throw new ConfigurationFormatError(`a configuration: ${error.message}`, { cause: error });
  }
}

function readConfiguration(reader: ByteReader): Configuration {
  const version = reader.byte();
  if (version !== formatVersion) throw new MalformedBytesError(`unknown version ${version}`);
  const nextId = reader.varint();
  const count = reader.varint();
  if (nextId > memberIdsMax || count > nextId) {
    throw new MalformedBytesError(`${count} members of ${nextId} ids`);
  }
  const members = Array.from({ length: count }, () => readMember(reader));
  if (reader.left > 0) throw new MalformedBytesError(`${reader.left} bytes too many`);
  const isInOrder = members.every(({ id }, at) => id > (members[at - 1]?.id ?? -1));
  if (!isInOrder || (members.at(-1)?.id ?? 0) >= nextId) {
    throw new MalformedBytesError('members out of order');
  }
  if (!members.some(({ voter }) => voter)) throw new MalformedBytesError('no voter');
  return { members, nextId };
}

function readMember(reader: ByteReader): Member {
  const id = asServerId(reader.varint());
  const voter = reader.byte();
  if (voter > 1) throw new MalformedBytesError(`voter is ${voter}`);
  const address = reader.text();
  const mistake = findAddressMistake(address);
  if (mistake !== undefined) throw new MalformedBytesError(mistake);
  return { id, address, voter: voter === 1 };
}
