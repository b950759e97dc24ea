/**
 * The arguments of calls that server 1 makes to server 0, each good in itself.
 */
import type { XmlStruct, XmlValue } from '../../../src/rpc/xml-value.js';

export const vote: XmlStruct = new Map<string, XmlValue>([
  ['term', 5],
  ['candidateId', 1],
  ['lastLogIndex', 0],
  ['lastLogTerm', 0],
]);
export const append: XmlStruct = new Map<string, XmlValue>([
  ['term', 5],
  ['leaderId', 1],
  ['prevLogIndex', 0],
  ['prevLogTerm', 0],
  ['entries', []],
  ['leaderCommit', 0],
]);

export const piece: XmlStruct = new Map<string, XmlValue>([
  ['term', 5],
  ['leaderId', 1],
  ['lastIncludedIndex', 9],
  ['lastIncludedTerm', 4],
  ['imageBytes', 3],
  ['imageChecksum', 1],
  ['offset', 0],
  ['data', Uint8Array.of(1, 2, 3)],
  ['checksum', 1],
  ['done', true],
]);
export const join: XmlStruct = new Map<string, XmlValue>([
  ['serverId', 1],
  ['incarnation', 'a'.repeat(32)],
]);
export const report: XmlStruct = new Map<string, XmlValue>([
  ['serverId', 1],
  ['index', 9],
  ['checksum', 1],
]);
