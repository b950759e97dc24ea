/**
 * The calls between servers as XML-RPC: one struct each way, with the field names of the Raft
 * paper's figure 2. Reading checks everything that the core takes for granted, because the bytes
 * may come from anyone: what passes here can be handed to the core without a second look.
 *
 * Log entries travel as base64 of their binary form, encoded once for all followers.
 */
import { unreachable } from '../base/assert.js';
import {
  asLogIndex,
  asServerId,
  asTerm,
  type LogIndex,
  type ServerId,
  type Term,
} from '../base/ids.js';
import { findRequestMistake } from '../raft/check-request.js';
import { decodeEntries, encodeEntries, EntryFormatError } from '../raft/entry-codec.js';
import type {
  AppendEntriesRequest,
  AppendEntriesResponse,
  Entry,
  PeerRequest,
  PeerResponse,
  RequestVoteRequest,
  RequestVoteResponse,
} from '../raft/messages.js';
import { encodeCall } from './codec/encode.js';
import { ArgumentError, unexpected } from './param.js';
import { describeType, isXmlArray, isXmlStruct, xmlTypeOf } from './xml-type.js';
import type { XmlStruct, XmlValue } from './xml-value.js';

/** Terms and indexes are stored in six bytes (`raft/entry-codec`). */
const counterMax = 2 ** 48 - 1;

/** The body of the call that carries `request`. All of it is ASCII. */
export function encodePeerRequest(request: PeerRequest): string {
  switch (request.type) {
    case 'appendEntries':
      return encodeAppendEntries(request);
    case 'requestVote':
      return encodeCall('RequestVote', [requestVoteValue(request)]);
    default:
      return unreachable(request);
  }
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
 * Base64 of entry arrays that were sent before. The core hands the same array to every follower,
 * and never modifies it.
 */
const encodedEntries = new WeakMap<readonly Entry[], string>();

function entriesBase64(entries: readonly Entry[]): string {
  const known = encodedEntries.get(entries);
  if (known !== undefined) return known;
  const bytes = encodeEntries(entries);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  encodedEntries.set(entries, text);
  return text;
}

/** Written out, not through the encoder of values: that would make base64 anew for each peer. */
function encodeAppendEntries(request: AppendEntriesRequest): string {
  return (
    '<?xml version="1.0"?><methodCall><methodName>AppendEntries</methodName><params><param>' +
    '<value><struct>' +
    counterMember('term', request.term) +
    counterMember('leaderId', request.leaderId) +
    counterMember('prevLogIndex', request.prevLogIndex) +
    counterMember('prevLogTerm', request.prevLogTerm) +
    counterMember('leaderCommit', request.leaderCommit) +
    counterMember('round', request.round) +
    (request.majorityLost ? majorityLostMember : '') +
    '<member><name>entries</name><value><base64>' +
    entriesBase64(request.entries) +
    '</base64></value></member></struct></value></param></params></methodCall>'
  );
}

const majorityLostMember =
  '<member><name>majorityLost</name><value><boolean>1</boolean></value></member>';

function counterMember(name: string, value: number): string {
  return `<member><name>${name}</name><value><i8>${value}</i8></value></member>`;
}

/** The struct that answers a peer's call. */
export function responseValue(response: PeerResponse): XmlStruct {
  switch (response.type) {
    case 'appendEntries':
      return new Map<string, XmlValue>([
        ['term', response.term],
        ['success', response.success],
        ['matchIndex', response.matchIndex],
        ['conflictIndex', response.conflictIndex],
        ['conflictTerm', response.conflictTerm],
        ['round', response.round],
      ]);
    case 'requestVote':
      return new Map<string, XmlValue>([
        ['term', response.term],
        ['voteGranted', response.voteGranted],
        ['preVote', response.preVote],
        ['forTerm', response.forTerm],
      ]);
    default:
      return unreachable(response);
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
    majorityLost: struct.has('majorityLost') && readBoolean(struct, 'majorityLost'),
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
    preVote: struct.has('preVote') && readBoolean(struct, 'preVote'),
    leadershipTransfer:
      struct.has('leadershipTransfer') && readBoolean(struct, 'leadershipTransfer'),
  };
  return checked(request.candidateId, request);
}

/** Reads the answer to a request of type `type`; throws `ArgumentError` for anything else. */
export function readPeerResponse(type: PeerRequest['type'], value: XmlValue): PeerResponse {
  const struct = readStruct(value);
  switch (type) {
    case 'appendEntries':
      return readAppendEntriesResponse(struct);
    case 'requestVote':
      return readRequestVoteResponse(struct);
    default:
      return unreachable(type);
  }
}

function readAppendEntriesResponse(struct: XmlStruct): AppendEntriesResponse {
  return {
    type: 'appendEntries',
    term: readTerm(struct, 'term'),
    success: readBoolean(struct, 'success'),
    matchIndex: readIndex(struct, 'matchIndex'),
    conflictIndex: readIndex(struct, 'conflictIndex'),
    conflictTerm: readTerm(struct, 'conflictTerm'),
    round: readCounter(struct, 'round'),
  };
}

function readRequestVoteResponse(struct: XmlStruct): RequestVoteResponse {
  return {
    type: 'requestVote',
    term: readTerm(struct, 'term'),
    voteGranted: readBoolean(struct, 'voteGranted'),
    preVote: readBoolean(struct, 'preVote'),
    forTerm: readTerm(struct, 'forTerm'),
  };
}

/** What the core takes for granted, it says itself. */
function checked<Request extends PeerRequest>(from: ServerId, request: Request): Request {
  const mistake = findRequestMistake(from, request);
  if (mistake !== undefined) throw new ArgumentError(`malformed ${request.type}: ${mistake}`);
  return request;
}

function readStruct(value: XmlValue): XmlStruct {
  if (!isXmlStruct(value)) throw unexpected(value, 'a struct');
  return value;
}

function readMember(struct: XmlStruct, name: string): XmlValue {
  const value = struct.get(name);
  if (value === undefined) throw new ArgumentError(`expected a member ${name}, which is missing`);
  return value;
}

function readCounter(struct: XmlStruct, name: string): number {
  const value = readMember(struct, name);
  if (typeof value === 'number' && value >= 0 && value <= counterMax) return value;
  const got =
    typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : describeType(xmlTypeOf(value));
  throw new ArgumentError(`member ${name}: expected an int from 0 to 2^48 - 1, not ${got}`);
}

function readTerm(struct: XmlStruct, name: string): Term {
  return asTerm(readCounter(struct, name));
}

function readIndex(struct: XmlStruct, name: string): LogIndex {
  return asLogIndex(readCounter(struct, name));
}

function readBoolean(struct: XmlStruct, name: string): boolean {
  const value = readMember(struct, name);
  if (typeof value !== 'boolean') {
    throw new ArgumentError(
      `member ${name}: expected a boolean, not ${describeType(xmlTypeOf(value))}`,
    );
  }
  return value;
}

function readEntries(struct: XmlStruct): readonly Entry[] {
  const value = readMember(struct, 'entries');
  if (isXmlArray(value) && value.length === 0) return [];
  if (!(value instanceof Uint8Array)) {
    const got = isXmlArray(value) ? 'an array with items' : describeType(xmlTypeOf(value));
    throw new ArgumentError(`member entries: expected base64 or an empty array, not ${got}`);
  }
  try {
    return decodeEntries(value);
  } catch (error) {
    if (!(error instanceof EntryFormatError)) throw error;
    throw new ArgumentError(
      `member entries: expected whole, consecutive entries: ${error.message}`,
    );
  }
}
