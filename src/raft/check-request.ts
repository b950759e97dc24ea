/**
 * What a peer's request must be in itself, whoever it goes to and in whatever state: checked at
 * the edge, so that the handlers may rely on it.
 */
import type { ServerId } from '../base/ids.js';
import type { AppendEntriesRequest, PeerRequest } from './messages.js';

/**
 * No cluster gets there by elections. A server that entered such a term would pass it on, and soon
 * no server could begin a next one, or write it in the 48 bits that the form of entries has.
 */
const termMax = 2 ** 47;

/** What is wrong with the request, or undefined. `from` is the server that sent it. */
export function findRequestMistake(from: ServerId, request: PeerRequest): string | undefined {
  const sender = request.type === 'requestVote' ? request.candidateId : request.leaderId;
  if (sender !== from) return `sent by server ${from} in the name of server ${sender}`;
  if (request.term < 1) return 'term must be at least 1';
  if (request.term > termMax) return `term must be at most ${termMax}`;
  if (request.type === 'appendEntries') return findAppendMistake(request);
  if ((request.lastLogIndex === 0) !== (request.lastLogTerm === 0)) {
    return 'lastLogIndex and lastLogTerm are 0 together, for an empty log';
  }
  const lastTermMax = request.preVote ? request.term - 1 : request.term;
  if (request.lastLogTerm > lastTermMax) return 'lastLogTerm is later than term';
  return undefined;
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
    lastIndex = entry.index;
    lastTerm = entry.term;
  }
  return undefined;
}
