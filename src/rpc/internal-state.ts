/**
 * A server's beliefs, as `getinternalstate` shows them and `/status` repeats in part.
 */
import {
  internalStateBytesMax,
  internalStateEntriesMax,
  internalStateFilesMax,
} from '../base/limits.js';
import type { FileCursor } from '../files/file-cursor.js';
import type { FrozenFiles } from '../files/frozen-files.js';
import { decodeConfiguration } from '../raft/configuration.js';
import type { Entry } from '../raft/messages.js';
import type { ReplicaStatus } from '../replica/replica-api.js';
import { fileMember, textPart, updateMembers, type AnswerPart } from './codec/answer-part.js';
import { encodeMember, responseEnd, responseStart } from './codec/encode.js';
import type { CommandReader } from './command-reader.js';
import type { MethodServices } from './method-services.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import type { XmlStruct, XmlValue } from './xml-value.js';

/** Stands for a leader that is not known. */
const unknownLeaderId = -1;

/** The plain fields, the same in the struct and in the JSON. */
export function internalStateFields(
  status: ReplicaStatus,
): readonly (readonly [string, string | number | boolean])[] {
  return [
    ['serverId', status.serverId],
    ['status', status.role],
    ['isLeader', status.role === 'leader'],
    ['term', status.term],
    ['leaderId', status.leaderId ?? unknownLeaderId],
    ['commitIndex', status.commitIndex],
    ['lastApplied', status.lastApplied],
    ['firstLogIndex', status.firstLogIndex],
    ['lastLogIndex', status.lastLogIndex],
  ];
}

/** The answer of `getinternalstate` (contract, section 6): a struct. */
export function internalStateParts({
  replica,
  files,
  commands,
  members,
}: MethodServices): AnswerPart[] {
  const log = newestThatFit(replica.logTail(internalStateEntriesMax));
  const frozen = files.freeze();
  const shown = countThatFit(frozen);
  const fields = internalStateFields(replica.status()).map(([name, value]) =>
    encodeMember(name, value),
  );
  const truncated = encodeMember('metaMapTruncated', frozen.size > shown);
  const peers = encodeMember('peers', members.all.map(serverValue));
  return [
    textPart(`${responseStart}<value><struct>${fields.join('')}<member><name>log</name>`),
    textPart('<value><array><data>'),
    ...log.flatMap((entry) => entryParts(entry, commands)),
    textPart('</data></array></value></member><member><name>metaMap</name><value><struct>'),
    { read: () => frozen.read(shown), form: fileMember },
    textPart(`</struct></value></member>${truncated}${peers}</struct></value>${responseEnd}`),
  ];
}

function serverValue(server: ServerAddress): XmlStruct {
  return new Map<string, XmlValue>([
    ['id', server.id],
    ['address', formatAddress(server)],
  ]);
}

/** The newest entry, and those before it as far as they fit. */
function newestThatFit(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const tooOld = entries.findLastIndex((entry, position) => {
    bytes += entry.payload.length;
    return bytes > internalStateBytesMax && position < entries.length - 1;
  });
  return entries.slice(tooOld + 1);
}

/** The first file, and those behind it as far as they fit. */
function countThatFit(files: FrozenFiles): number {
  const cursor = files.read(Math.min(files.size, internalStateFilesMax));
  let count = 0;
  for (let bytes = 0; cursor.nextFile(); count += 1) {
    bytes += fileBytes(cursor);
    if (count > 0 && bytes > internalStateBytesMax) break;
  }
  return count;
}

/** About. An item takes something, however short it is. */
function fileBytes(cursor: FileCursor): number {
  const itemBytes = 8;
  const packedHashDigits = 64;
  let bytes = cursor.end - cursor.start;
  for (let item = cursor.nextItem(); item !== undefined; item = cursor.nextItem()) {
    bytes += itemBytes;
    if (item === 'packedHash') bytes += packedHashDigits;
    else if (item === 'text') bytes += cursor.end - cursor.start;
  }
  return bytes;
}

function entryParts(entry: Entry, commands: CommandReader): AnswerPart[] {
  const place = `${encodeMember('index', entry.index)}${encodeMember('term', entry.term)}`;
  const start = `<value><struct>${place}<member><name>command</name><value><struct>`;
  const end = '</struct></value></member></struct></value>';
  if (entry.kind === 'noop') return [textPart(`${start}${encodeMember('type', 'noop')}${end}`)];
  if (entry.kind === 'configuration') {
    const { members } = decodeConfiguration(entry.payload);
    const type = encodeMember('type', 'configuration');
    const shown = members.map(
      ({ id, address, voter }): XmlStruct =>
        new Map<string, XmlValue>([
          ['id', id],
          ['address', address],
          ['voter', voter],
        ]),
    );
    return [textPart(`${start}${type}${encodeMember('members', shown)}${end}`)];
  }
  const command = commands.view(entry.payload);
  const { type } = command;
  if ('shown' in command) {
    const members = command.shown.map(([name, value]) => encodeMember(name, value)).join('');
    return [textPart(`${start}${encodeMember('type', type)}${members}${end}`)];
  }
  if (command.type === 'forgetversions') {
    const versions = command.versions.map(({ name, version }): XmlValue => [name, version]);
    const members = encodeMember('type', type) + encodeMember('versions', versions);
    return [textPart(`${start}${members}${end}`)];
  }
  const { requestId } = command;
  const id = requestId === undefined ? '' : encodeMember('requestId', requestId);
  return [
    textPart(`${start}${encodeMember('type', type)}`),
    { read: () => command.read(), form: updateMembers },
    textPart(`${id}${end}`),
  ];
}
