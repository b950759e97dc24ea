/**
 * What servers answer each other, as XML-RPC: one struct for each kind of call, with the field
 * names of `raft/messages`. What passes here can be handed to the core without a second look.
 */
import { unreachable } from '../base/assert.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import type {
  AppendEntriesResponse,
  InstallSnapshotResponse,
  JoinResponse,
  RequestVoteResponse,
} from '../raft/messages.js';
import type { PeerMessage, PeerReply } from '../replica/peer-transport.js';
import { NumberTemplate } from './codec/number-template.js';
import {
  readBoolean,
  readCounter,
  readFlag,
  readIncarnation,
  readIndex,
  readStruct,
  readTerm,
} from './peer-struct.js';
import type { XmlStruct, XmlValue } from './xml-value.js';

/** The struct that answers a peer's call. Which call it answers is not a part of it. */
export function peerReplyValue(reply: PeerReply): XmlStruct {
  switch (reply.type) {
    case 'appendEntries':
      return appendEntriesValue(reply);
    case 'requestVote':
      return new Map<string, XmlValue>([
        ['term', reply.term],
        ['voteGranted', reply.voteGranted],
        ['preVote', reply.preVote],
        ['forTerm', reply.forTerm],
      ]);
    case 'installSnapshot':
      return new Map<string, XmlValue>([
        ['term', reply.term],
        ['lastIncludedIndex', reply.lastIncludedIndex],
        ['nextOffset', reply.nextOffset],
        ['installed', reply.installed],
        ['refilling', reply.refilling],
      ]);
    case 'join':
      return new Map<string, XmlValue>([
        ['term', reply.term],
        ['knownIncarnation', reply.knownIncarnation],
        ['incarnation', reply.incarnation],
        ['leading', reply.leading],
        ['lastLogIndex', reply.lastLogIndex],
      ]);
    case 'stateReport':
      return new Map();
    default:
      return unreachable(reply);
  }
}

/** The answer to AppendEntries of a server that counts, whole: all others take the long way. */
const appendEntriesReply = new NumberTemplate([
  '<?xml version="1.0"?><methodResponse><params><param><value><struct>' +
    '<member><name>term</name><value><i8>',
  '</i8></value></member><member><name>success</name><value><boolean>',
  '</boolean></value></member><member><name>matchIndex</name><value><i8>',
  '</i8></value></member><member><name>conflictIndex</name><value><i8>',
  '</i8></value></member><member><name>conflictTerm</name><value><i8>',
  '</i8></value></member><member><name>round</name><value><i8>',
  '</i8></value></member></struct></value></param></params></methodResponse>',
]);

/** The document for a reply that is the same again and again; undefined for any other. */
export function encodeUsualReply(reply: PeerReply): string | undefined {
  if (reply.type !== 'appendEntries' || reply.refilling) return undefined;
  const { term, matchIndex, conflictIndex, conflictTerm, round } = reply;
  const success = reply.success ? 1 : 0;
  return appendEntriesReply.fill([term, success, matchIndex, conflictIndex, conflictTerm, round]);
}

/** Reads what `encodeUsualReply` wrote; undefined for anything else, which may be right, too. */
export function readUsualReply(type: PeerMessage['type'], body: Uint8Array): PeerReply | undefined {
  if (type !== 'appendEntries') return undefined;
  const filled = appendEntriesReply.read(body);
  if (filled?.end !== body.length) return undefined;
  const [term, success, matchIndex, conflictIndex, conflictTerm, round] = filled.numbers;
  if (success !== 0 && success !== 1) return undefined;
  return {
    type: 'appendEntries',
    term: asTerm(term ?? 0),
    success: success === 1,
    matchIndex: asLogIndex(matchIndex ?? 0),
    conflictIndex: asLogIndex(conflictIndex ?? 0),
    conflictTerm: asTerm(conflictTerm ?? 0),
    round: round ?? 0,
    refilling: false,
  };
}

/** `refilling` is left out where it is false, which it nearly always is. */
function appendEntriesValue(reply: AppendEntriesResponse): XmlStruct {
  const value = new Map<string, XmlValue>([
    ['term', reply.term],
    ['success', reply.success],
    ['matchIndex', reply.matchIndex],
    ['conflictIndex', reply.conflictIndex],
    ['conflictTerm', reply.conflictTerm],
    ['round', reply.round],
  ]);
  return reply.refilling ? value.set('refilling', true) : value;
}

/** Reads the answer to a message of type `type`; throws `ArgumentError` for anything else. */
export function readPeerReply(type: PeerMessage['type'], value: XmlValue): PeerReply {
  const struct = readStruct(value);
  switch (type) {
    case 'appendEntries':
      return readAppendEntriesResponse(struct);
    case 'requestVote':
      return readRequestVoteResponse(struct);
    case 'installSnapshot':
      return readInstallSnapshotResponse(struct);
    case 'join':
      return readJoinResponse(struct);
    case 'stateReport':
      return { type: 'stateReport' };
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
    refilling: readFlag(struct, 'refilling'),
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

function readInstallSnapshotResponse(struct: XmlStruct): InstallSnapshotResponse {
  return {
    type: 'installSnapshot',
    term: readTerm(struct, 'term'),
    lastIncludedIndex: readIndex(struct, 'lastIncludedIndex'),
    nextOffset: readCounter(struct, 'nextOffset'),
    installed: readBoolean(struct, 'installed'),
    refilling: readBoolean(struct, 'refilling'),
  };
}

function readJoinResponse(struct: XmlStruct): JoinResponse {
  return {
    type: 'join',
    term: readTerm(struct, 'term'),
    knownIncarnation: readIncarnation(struct, 'knownIncarnation'),
    incarnation: readIncarnation(struct, 'incarnation'),
    leading: readBoolean(struct, 'leading'),
    lastLogIndex: readIndex(struct, 'lastLogIndex'),
  };
}
