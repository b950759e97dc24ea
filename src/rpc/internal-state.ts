/**
 * A server's beliefs, as `getinternalstate` shows them and `/status` repeats in part.
 */
import {
  internalStateBytesMax,
  internalStateEntriesMax,
  internalStateFilesMax,
} from '../base/limits.js';
import type { FileInfo } from '../files/file-command.js';
import type { Entry } from '../raft/messages.js';
import type { ReplicaStatus } from '../replica/replica-api.js';
import type { FileReader } from './file-reader.js';
import type { MethodServices } from './method-services.js';
import { fileInfoValue } from './methods/client-methods.js';
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

/** The answer of `getinternalstate` (contract, section 6). */
export function internalStateValue({ replica, files, servers }: MethodServices): XmlStruct {
  const log = newestThatFit(replica.logTail(internalStateEntriesMax));
  const metaMap = firstFiles(files);
  return new Map<string, XmlValue>([
    ...internalStateFields(replica.status()),
    ['log', log.map((entry) => entryValue(entry, files))],
    ['metaMap', metaMap],
    ['metaMapTruncated', files.size > metaMap.size],
    ['peers', servers.map(serverValue)],
  ]);
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
function firstFiles(files: FileReader): XmlStruct {
  const map = new Map<string, XmlValue>();
  let bytes = 0;
  for (const [name, info] of files.entries()) {
    bytes += fileBytes(name, info);
    if (map.size === internalStateFilesMax) break;
    if (map.size > 0 && bytes > internalStateBytesMax) break;
    map.set(name, fileInfoValue(info));
  }
  return map;
}

/** About; an integer takes as much as a short text. */
function fileBytes(name: string, { hashlist }: FileInfo): number {
  const integerBytes = 8;
  let bytes = name.length;
  for (const item of hashlist) bytes += typeof item === 'string' ? item.length : integerBytes;
  return bytes;
}

function entryValue(entry: Entry, files: FileReader): XmlStruct {
  return new Map<string, XmlValue>([
    ['index', entry.index],
    ['term', entry.term],
    ['command', entry.kind === 'noop' ? noopCommand : commandValue(entry, files)],
  ]);
}

const noopCommand: XmlStruct = new Map([['type', 'noop']]);

function commandValue(entry: Entry, files: FileReader): XmlStruct {
  const command = files.decode(entry.payload);
  const fields: [string, XmlValue][] = [
    ['type', command.type],
    ['name', command.name],
    ['version', command.version],
    ['hashlist', command.hashlist],
  ];
  if (command.requestId !== undefined) fields.push(['requestId', command.requestId]);
  return new Map(fields);
}
