/**
 * What a peer's request must be in itself, whoever it goes to and in whatever state: checked at
 * the edge, so that the handlers may rely on it.
 */
import { unreachable } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import { ConfigurationFormatError, decodeConfiguration } from './configuration.js';
import type {
  AppendEntriesRequest,
  InstallSnapshotRequest,
  PeerRequest,
  RequestVoteRequest,
} from './messages.js';

/**
 * No cluster gets there by elections. A server that entered such a term would pass it on, and soon
 * no server could begin a next one, or write it in the 48 bits that the form of entries has.
 */
const termMax = 2 ** 47;

const incarnationPattern = /^[0-9a-f]{32}$/;

/** What is wrong with the request, or undefined. `from` is the server that sent it. */
export function findRequestMistake(from: ServerId, request: PeerRequest): string | undefined {
  const sender = senderOf(request);
  if (sender !== from) return `sent by server ${from} in the name of server ${sender}`;
  if (request.type === 'join') {
    if (incarnationPattern.test(request.incarnation)) return undefined;
    return 'incarnation must be 32 hexadecimal digits';
  }
  if (request.term < 1) return 'term must be at least 1';
  if (request.term > termMax) return `term must be at most ${termMax}`;
  switch (request.type) {
    case 'requestVote':
      return findVoteMistake(request);
    case 'appendEntries':
      return findAppendMistake(request);
    case 'installSnapshot':
      return findSnapshotMistake(request);
    default:
      return unreachable(request);
  }
}

function senderOf(request: PeerRequest): ServerId {
  switch (request.type) {
    case 'requestVote':
      return request.candidateId;
    case 'appendEntries':
    case 'installSnapshot':
      return request.leaderId;
    case 'join':
      return request.serverId;
    default:
      return unreachable(request);
  }
}

function findVoteMistake(request: RequestVoteRequest): string | undefined {
  if ((request.lastLogIndex === 0) !== (request.lastLogTerm === 0)) {
    return 'lastLogIndex and lastLogTerm are 0 together, for an empty log';
  }
  const lastTermMax = request.preVote ? request.term - 1 : request.term;
  if (request.lastLogTerm > lastTermMax) return 'lastLogTerm is later than term';
  return undefined;
}

function findSnapshotMistake(request: InstallSnapshotRequest): string | undefined {
  const { lastIncludedIndex, lastIncludedTerm, imageBytes, offset, data, done } = request;
  const { configuration } = request;
  if (lastIncludedIndex < 1 || lastIncludedTerm < 1) {
    return 'lastIncludedIndex and lastIncludedTerm must be at least 1';
  }
  if (lastIncludedTerm > request.term) return 'lastIncludedTerm is later than term';
  const end = offset + data.length;
  if (!Number.isSafeInteger(end) || offset < 0) return 'offset must be an integer of at least 0';
  if (!(end <= imageBytes)) return 'data reaches past the end of the image';
  if (done !== (end === imageBytes)) return 'done says that data reaches the end of the image';
  // The founders' is in every server's configuration file.
  return configuration.length === 0 ? undefined : findConfigurationMistake(configuration);
}

function findConfigurationMistake(bytes: Uint8Array): string | undefined {
  try {
    decodeConfiguration(bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationFormatError)) throw error;
    return error.message;
  }
}

function findAppendMistake(request: AppendEntriesRequest): string | undefined {
  const { prevLogIndex, prevLogTerm, entries, term } = request;
  if ((prevLogIndex === 0) !== (prevLogTerm === 0)) {
    return 'prevLogIndex and prevLogTerm are 0 together, before the first entry';
  }
  if (prevLogTerm > term) return 'prevLogTerm is later than term';
  let lastIndex: number = prevLogIndex;
  let lastTerm: number = prevLogTerm;
  for (const entry of entries) {
    if (entry.index !== lastIndex + 1) return `entry ${entry.index} follows entry ${lastIndex}`;
    if (entry.term < lastTerm) return `term ${entry.term} follows term ${lastTerm}`;
    if (entry.term > term) return `entry ${entry.index} is of a later term than its leader's`;
    if (entry.kind === 'configuration') {
      const mistake = findConfigurationMistake(entry.payload);
      if (mistake !== undefined) return `entry ${entry.index} is ${mistake}`;
    }
    lastIndex = entry.index;
    lastTerm = entry.term;
  }
  return undefined;
}
