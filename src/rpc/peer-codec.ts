/**
 * The calls between servers as XML-RPC: one struct argument, with the field names of the Raft
 * paper's figures 2 and 13. Reading checks everything that the core takes for granted, because the
 * bytes may come from anyone: what passes here can be handed to the core without a second look.
 *
 * Log entries travel as base64 of their binary form, encoded once for all followers.
 */
import { unreachable } from '../base/assert.js';
import { asLogIndex, asServerId, asTerm, type ServerId } from '../base/ids.js';
import { findRequestMistake } from '../raft/check-request.js';
import { decodeEntries, encodeEntries, EntryFormatError } from '../raft/entry-codec.js';
import type {
  AppendEntriesRequest,
  Entry,
  InstallSnapshotRequest,
  JoinRequest,
  PeerRequest,
  RequestVoteRequest,
} from '../raft/messages.js';
import type { PeerMessage } from '../replica/peer-transport.js';
import type { StateReport } from '../replica/state-report.js';
import { decodeCanonical } from './codec/base64.js';
import { encodeCall } from './codec/encode.js';
import { NumberTemplate } from './codec/number-template.js';
import { ArgumentError } from './param.js';
import {
  readBoolean,
  readBytes,
  readChecksum,
  readCounter,
  readFlag,
  readIncarnation,
  readIndex,
  readMember,
  readOptionalBytes,
  readStruct,
  readTerm,
  wrongMember,
} from './peer-struct.js';
import { isXmlArray } from './xml-type.js';
import type { XmlStruct, XmlValue } from './xml-value.js';

/** The body of the call that carries `message`. All of it is ASCII. */
export function encodePeerMessage(message: PeerMessage): string {
  switch (message.type) {
    case 'appendEntries':
      return encodeAppendEntries(message);
    case 'requestVote':
      return encodeCall('RequestVote', [requestVoteValue(message)]);
    case 'installSnapshot':
      return encodeCall('InstallSnapshot', [installSnapshotValue(message)]);
    case 'join':
      return encodeCall('Join', [
        new Map<string, XmlValue>([
          ['serverId', message.serverId],
          ['incarnation', message.incarnation],
        ]),
      ]);
    case 'stateReport':
      return encodeCall('StateReport', [
        new Map<string, XmlValue>([
          ['serverId', message.serverId],
          ['index', message.index],
          ['checksum', message.checksum],
        ]),
      ]);
    default:
      return unreachable(message);
  }
}

/** The piece goes last: what it is for stands before it when people look at the wire. */
function installSnapshotValue(request: InstallSnapshotRequest): XmlStruct {
  return new Map<string, XmlValue>([
    ['term', request.term],
    ['leaderId', request.leaderId],
    ['lastIncludedIndex', request.lastIncludedIndex],
    ['lastIncludedTerm', request.lastIncludedTerm],
    // Left out for the founders': earlier versions know no other.
    ...optionalBytes('configuration', request.configuration),
    ['imageBytes', request.imageBytes],
    ['imageChecksum', request.imageChecksum],
    ['offset', request.offset],
    ['done', request.done],
    ['checksum', request.checksum],
    ['data', request.data],
  ]);
}

function optionalBytes(name: string, bytes: Uint8Array): readonly (readonly [string, XmlValue])[] {
  return bytes.length === 0 ? [] : [[name, bytes]];
}

function requestVoteValue(request: RequestVoteRequest): XmlStruct {
  return new Map<string, XmlValue>([
    ['term', request.term],
    ['candidateId', request.candidateId],
    ['lastLogIndex', request.lastLogIndex],
    ['lastLogTerm', request.lastLogTerm],
    ['preVote', request.preVote],
    ['leadershipTransfer', request.leadershipTransfer],
  ]);
}

/**
 * The entries that were sent last, and their base64: the core hands the same array to one follower
 * after the other, and never modifies it.
 */
let lastEntries: readonly Entry[] = [];
let lastBase64 = '';

function entriesBase64(entries: readonly Entry[]): string {
  if (entries.length === 0) return '';
  if (entries === lastEntries) return lastBase64;
  const bytes = encodeEntries(entries);
  lastBase64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  lastEntries = entries;
  return lastBase64;
}

/** The method of what `readUsualAppendEntries` reads. */
export const usualAppendEntriesMethod = 'AppendEntries';

/** An AppendEntries up to its entries. */
const appendEntriesHead = new NumberTemplate([
  `<?xml version="1.0"?><methodCall><methodName>${usualAppendEntriesMethod}</methodName>` +
    '<params><param><value><struct><member><name>term</name><value><i8>',
  '</i8></value></member><member><name>leaderId</name><value><i8>',
  '</i8></value></member><member><name>prevLogIndex</name><value><i8>',
  '</i8></value></member><member><name>prevLogTerm</name><value><i8>',
  '</i8></value></member><member><name>leaderCommit</name><value><i8>',
  '</i8></value></member><member><name>round</name><value><i8>',
  '</i8></value></member><member><name>majorityLost</name><value><boolean>',
  '</boolean></value></member><member><name>entries</name><value><base64>',
]);
const appendEntriesTail =
  '</base64></value></member></struct></value></param></params></methodCall>';

/** Written out, not through the encoder of values: that would make base64 anew for each peer. */
function encodeAppendEntries(request: AppendEntriesRequest): string {
  const { term, leaderId, prevLogIndex, prevLogTerm, leaderCommit, round } = request;
  const majorityLost = request.majorityLost ? 1 : 0;
  const place = [prevLogIndex, prevLogTerm, leaderCommit, round];
  const head = appendEntriesHead.fill([term, leaderId, ...place, majorityLost]);
  return head + entriesBase64(request.entries) + appendEntriesTail;
}

/**
 * Reads an AppendEntries whose every character is where `encodePeerMessage` puts it; undefined for
 * any other body, which may be right or wrong: that is for the parser and `readAppendEntries`.
 */
export function readUsualAppendEntries(body: Uint8Array): AppendEntriesRequest | undefined {
  const head = appendEntriesHead.read(body);
  if (head === undefined) return undefined;
  const tailAt = body.length - appendEntriesTail.length;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (tailAt < head.end || bytes.toString('latin1', tailAt) !== appendEntriesTail) return undefined;
  const entries = readCanonicalEntries(bytes.toString('latin1', head.end, tailAt));
  const [term, leaderId, prevLogIndex, prevLogTerm, leaderCommit, round, majorityLost] =
    head.numbers;
  if (entries === undefined || (majorityLost ?? 2) > 1) return undefined;
  const request: AppendEntriesRequest = {
    type: 'appendEntries',
    term: asTerm(term ?? 0),
    leaderId: asServerId(leaderId ?? 0),
    prevLogIndex: asLogIndex(prevLogIndex ?? 0),
    prevLogTerm: asTerm(prevLogTerm ?? 0),
    entries,
    leaderCommit: asLogIndex(leaderCommit ?? 0),
    round: round ?? 0,
    majorityLost: majorityLost === 1,
  };
  return findRequestMistake(request.leaderId, request) === undefined ? request : undefined;
}

function readCanonicalEntries(text: string): readonly Entry[] | undefined {
  if (text === '') return [];
  const bytes = decodeCanonical(text);
  try {
    return bytes === undefined ? undefined : decodeEntries(bytes);
  } catch (error) {
    if (!(error instanceof EntryFormatError)) throw error;
    return undefined;
  }
}

/** Reads AppendEntries' struct; throws `ArgumentError` for anything the paper does not allow. */
export function readAppendEntries(value: XmlValue): AppendEntriesRequest {
  const struct = readStruct(value);
  const request: AppendEntriesRequest = {
    type: 'appendEntries',
    term: readTerm(struct, 'term'),
    leaderId: asServerId(readCounter(struct, 'leaderId')),
    prevLogIndex: readIndex(struct, 'prevLogIndex'),
    prevLogTerm: readTerm(struct, 'prevLogTerm'),
    entries: readEntries(struct),
    leaderCommit: readIndex(struct, 'leaderCommit'),
    round: struct.has('round') ? readCounter(struct, 'round') : 0,
    majorityLost: readFlag(struct, 'majorityLost'),
  };
  return checked(request.leaderId, request);
}

/** Reads RequestVote's struct; throws `ArgumentError` for anything the paper does not allow. */
export function readRequestVote(value: XmlValue): RequestVoteRequest {
  const struct = readStruct(value);
  const request: RequestVoteRequest = {
    type: 'requestVote',
    term: readTerm(struct, 'term'),
    candidateId: asServerId(readCounter(struct, 'candidateId')),
    lastLogIndex: readIndex(struct, 'lastLogIndex'),
    lastLogTerm: readTerm(struct, 'lastLogTerm'),
    preVote: readFlag(struct, 'preVote'),
    leadershipTransfer: readFlag(struct, 'leadershipTransfer'),
  };
  return checked(request.candidateId, request);
}

/** Reads InstallSnapshot's struct; throws `ArgumentError` for a piece that is none. */
export function readInstallSnapshot(value: XmlValue): InstallSnapshotRequest {
  const struct = readStruct(value);
  const request: InstallSnapshotRequest = {
    type: 'installSnapshot',
    term: readTerm(struct, 'term'),
    leaderId: asServerId(readCounter(struct, 'leaderId')),
    lastIncludedIndex: readIndex(struct, 'lastIncludedIndex'),
    lastIncludedTerm: readTerm(struct, 'lastIncludedTerm'),
    configuration: readOptionalBytes(struct, 'configuration'),
    imageBytes: readCounter(struct, 'imageBytes'),
    imageChecksum: readChecksum(struct, 'imageChecksum'),
    offset: readCounter(struct, 'offset'),
    data: readBytes(struct, 'data'),
    checksum: readChecksum(struct, 'checksum'),
    done: readBoolean(struct, 'done'),
  };
  return checked(request.leaderId, request);
}

/** Reads Join's struct; throws `ArgumentError` for anything else. */
export function readJoin(value: XmlValue): JoinRequest {
  const struct = readStruct(value);
  const request: JoinRequest = {
    type: 'join',
    serverId: asServerId(readCounter(struct, 'serverId')),
    incarnation: readIncarnation(struct, 'incarnation'),
  };
  return checked(request.serverId, request);
}

/** Reads StateReport's struct; throws `ArgumentError` for anything else. */
export function readStateReport(value: XmlValue): StateReport {
  const struct = readStruct(value);
  return {
    type: 'stateReport',
    serverId: asServerId(readCounter(struct, 'serverId')),
    index: readIndex(struct, 'index'),
    checksum: readChecksum(struct, 'checksum'),
  };
}

/** What the core takes for granted, it says itself. */
function checked<Request extends PeerRequest>(from: ServerId, request: Request): Request {
  const mistake = findRequestMistake(from, request);
  if (mistake !== undefined) throw new ArgumentError(`malformed ${request.type}: ${mistake}`);
  return request;
}

function readEntries(struct: XmlStruct): readonly Entry[] {
  const value = readMember(struct, 'entries');
  if (isXmlArray(value) && value.length === 0) return [];
  if (isXmlArray(value)) {
    throw new ArgumentError('member entries: expected base64, not an array with items');
  }
  if (!(value instanceof Uint8Array)) throw wrongMember('entries', 'base64', value);
  try {
    return decodeEntries(value);
  } catch (error) {
    if (!(error instanceof EntryFormatError)) throw error;
    throw new ArgumentError(
      `member entries: expected whole, consecutive entries: ${error.message}`,
    );
  }
}
