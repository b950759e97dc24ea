/** AppendEntries, receiver's side (paper, figure 2 and section 5.3). */
import { asLogIndex, asTerm, type LogIndex, type ServerId, type Term } from '../base/ids.js';
import type { Core } from './core.js';
import { nothingToAwait } from './effects.js';
import { becomeFollower } from './election.js';
import type { AppendEntriesRequest, AppendEntriesResponse } from './messages.js';
import { endRefilling } from './standing.js';

export function handleAppendEntries(
  core: Core,
  callId: number,
  request: AppendEntriesRequest,
): void {
  // 1. A leader of an earlier term learns that it was deposed (section 5.1).
  if (request.term < core.term) {
    core.reply(callId, refusal(core), nothingToAwait);
    return;
  }
  const impossible = findImpossible(core, request);
  if (impossible !== undefined) {
    core.note({ type: 'impossibleRequest', from: request.leaderId, reason: impossible });
    core.reply(callId, refusal(core), nothingToAwait);
    return;
  }
  becomeFollower(core, request.term, request.leaderId, `server ${request.leaderId} leads`);
  core.leaderLostMajority = request.majorityLost;
  if (!request.majorityLost) {
    core.resetElectionTimer();
    core.ticksSinceLeader = 0;
  }
  // 2. The log must contain the entry before the new ones.
  const hint = findConflict(core, request.prevLogIndex, request.prevLogTerm);
  if (hint !== undefined) {
    core.reply(callId, failure(core, request, hint), nothingToAwait);
    return;
  }
  // 3. and 4. Replace what contradicts the leader, append what is new; keep what agrees.
  appendNew(core, request);
  // 5. Everything through the last entry of this request is known to be the leader's.
  const lastNewIndex = asLogIndex(request.prevLogIndex + request.entries.length);
  const committed = Math.min(request.leaderCommit, lastNewIndex);
  const tellsCommit = committed > core.commitIndex;
  if (tellsCommit) core.commitIndex = asLogIndex(committed);
  if (lastNewIndex > core.matchedIndex) core.matchedIndex = lastNewIndex;
  core.applyCommitted();
  replySuccess(core, callId, { request, lastNewIndex, tellsCommit });
  endRefilling(core);
}

/**
 * A part of a request of `from` has arrived. When that is the leader, its heartbeats stand behind
 * the rest, so this counts as one; for what it may say, the whole request has to be there.
 */
export function hearing(core: Core, from: ServerId): void {
  if (core.role.name !== 'follower' || core.leaderId !== from || core.leaderLostMajority) return;
  core.electionElapsedTicks = 0;
  core.ticksSinceLeader = 0;
}

interface Followed {
  readonly request: AppendEntriesRequest;
  readonly lastNewIndex: LogIndex;
  /** More is known to be committed than before. */
  readonly tellsCommit: boolean;
}

/**
 * Entries are acknowledged once they are on disk. An AppendEntries without any says at once how
 * far the disk is: the call that brought the rest answers for it. One that only told a commit has
 * an answer that tells nothing new.
 */
function replySuccess(
  core: Core,
  callId: number,
  { request, lastNewIndex, tellsCommit }: Followed,
): void {
  const isHeartbeat = request.entries.length === 0;
  const matchIndex = isHeartbeat
    ? asLogIndex(Math.min(lastNewIndex, core.durableIndex))
    : lastNewIndex;
  const response: AppendEntriesResponse = {
    type: 'appendEntries',
    term: core.term,
    success: true,
    matchIndex,
    conflictIndex: asLogIndex(0),
    conflictTerm: asTerm(0),
    round: request.round,
    refilling: !core.counts,
  };
  const after = isHeartbeat ? nothingToAwait : core.writeFor(lastNewIndex);
  const onlyTellsCommit = isHeartbeat && tellsCommit && core.counts;
  core.reply(callId, response, after, !onlyTellsCommit || isNews(core, response));
  if (core.counts) noteAnswered(core, response);
}

/** Whether the leader of this term was never told so much. */
function isNews(core: Core, { round, matchIndex }: AppendEntriesResponse): boolean {
  return round > core.answeredRound || matchIndex > core.answeredIndex;
}

function noteAnswered(core: Core, { round, matchIndex }: AppendEntriesResponse): void {
  if (round > core.answeredRound) core.answeredRound = round;
  if (matchIndex > core.answeredIndex) core.answeredIndex = matchIndex;
}

function appendNew(core: Core, request: AppendEntriesRequest): void {
  // Mostly the new ones continue the log.
  if (request.prevLogIndex === core.log.lastIndex) {
    if (request.entries.length > 0) core.appendEntries(request.entries);
    return;
  }
  // What lies before our log is committed, and so it is the leader's.
  const firstNew = request.entries.findIndex(
    ({ index, term }) => index >= core.log.firstIndex && core.log.termAt(index) !== term,
  );
  if (firstNew < 0) return;
  const entries = request.entries.slice(firstNew);
  const index = asLogIndex(request.prevLogIndex + firstNew + 1);
  if (index <= core.log.lastIndex) core.truncateFrom(index);
  core.appendEntries(entries);
}

/**
 * What only a forged request or a broken peer can ask for: following it would destroy what was
 * promised (Election Safety, Leader Completeness: figure 3).
 */
function findImpossible(core: Core, request: AppendEntriesRequest): string | undefined {
  if (core.role.name === 'leader' && request.term === core.term) {
    return `it claims to lead term ${core.term}, which this server leads`;
  }
  const contradicts = (index: LogIndex, term: Term): boolean =>
    index <= core.commitIndex && (core.log.termAt(index) ?? term) !== term;
  if (contradicts(request.prevLogIndex, request.prevLogTerm)) {
    return `it contradicts the committed entry ${request.prevLogIndex}`;
  }
  // What comes behind the last committed entry contradicts nothing.
  if (request.prevLogIndex >= core.commitIndex) return undefined;
  const first = request.entries.find((entry) => contradicts(entry.index, entry.term));
  if (first !== undefined) return `it would replace the committed entry ${first.index}`;
  return undefined;
}

interface ConflictHint {
  readonly conflictIndex: LogIndex;
  readonly conflictTerm: Term;
}

/**
 * Where to look next when the entry before the new ones is missing or of another term. One before
 * our log begins is neither: it is committed, so a leader holds the same.
 */
function findConflict(core: Core, index: LogIndex, term: Term): ConflictHint | undefined {
  if (index < core.log.base.index) return undefined;
  const ours = core.log.termAt(index);
  if (ours === term) return undefined;
  if (ours === undefined) {
    return { conflictIndex: asLogIndex(core.log.lastIndex + 1), conflictTerm: asTerm(0) };
  }
  return { conflictIndex: core.log.firstIndexOfTermAt(index), conflictTerm: ours };
}

/**
 * The request is not followed at all, so its round is not confirmed either: the server that asks
 * may lead again in our term by now, and count its rounds anew (thesis, section 6.4).
 */
function refusal(core: Core): AppendEntriesResponse {
  return {
    type: 'appendEntries',
    term: core.term,
    success: false,
    matchIndex: asLogIndex(0),
    conflictIndex: asLogIndex(0),
    conflictTerm: asTerm(0),
    round: 0,
    refilling: !core.counts,
  };
}

/** The sender leads, but its log and ours do not meet where it thought. */
function failure(
  core: Core,
  request: AppendEntriesRequest,
  hint: ConflictHint,
): AppendEntriesResponse {
  return {
    type: 'appendEntries',
    term: core.term,
    success: false,
    matchIndex: asLogIndex(0),
    ...hint,
    round: request.round,
    refilling: !core.counts,
  };
}
