/** RequestVote, receiver's side (paper, figure 2 and section 5.4.1; thesis, 4.2.3 and 9.6). */
import { becomeFollower, leaderIsLive } from './election.js';
import type { Core } from './core.js';
import type { RequestVoteRequest } from './messages.js';

export function handleRequestVote(core: Core, callId: number, request: RequestVoteRequest): void {
  const refusal = request.preVote ? judge(core, request) : judgeAndVote(core, request);
  const granted = refusal === undefined;
  core.note({
    type: 'voteAnswered',
    term: request.term,
    candidateId: request.candidateId,
    preVote: request.preVote,
    granted,
    reason: refusal ?? 'its log is at least as new as ours',
  });
  core.reply(
    callId,
    {
      type: 'requestVote',
      term: core.term,
      voteGranted: granted,
      preVote: request.preVote,
      forTerm: request.term,
    },
    // A grant is a promise: it leaves once the vote is on disk. `reply` waits for term and vote.
    core.hardStateWrite,
  );
}

/** Votes if it may. Returns why not, or undefined when the vote was given. */
function judgeAndVote(core: Core, request: RequestVoteRequest): string | undefined {
  // Section 5.1: a candidate of an earlier term learns ours.
  if (request.term < core.term) return `its term is behind ours, ${core.term}`;
  // Thesis 4.2.3: a live leader is not deposed, and its term not raised, by a server that lost it.
  if (!request.leadershipTransfer && leaderIsLive(core)) return liveLeader(core);
  // Section 5.1: a later term is entered, whatever becomes of the vote.
  if (request.term > core.term) {
    becomeFollower(core, request.term, undefined, `server ${request.candidateId} is a candidate`);
  }
  if (!core.counts) return noMember(core);
  // Section 5.2: one vote a term, first come, first served.
  if (core.votedFor !== undefined && core.votedFor !== request.candidateId) {
    return `our vote of this term went to server ${core.votedFor}`;
  }
  const refusal = judgeLog(core, request);
  if (refusal !== undefined) return refusal;
  core.vote(request.candidateId);
  core.resetElectionTimer();
  return undefined;
}

/** Thesis 9.6: would we vote for it? Nothing changes, no timer is reset. */
function judge(core: Core, request: RequestVoteRequest): string | undefined {
  if (request.term <= core.term) return `its term is behind ours, ${core.term}`;
  if (leaderIsLive(core)) return liveLeader(core);
  if (!core.counts) return noMember(core);
  // A vote could not be made durable, so none is promised.
  if (core.isDiskStalled) return `our disk has not answered for ${core.diskSilentTicks} ticks`;
  return judgeLog(core, request);
}

/** Section 5.4.1: the candidate must have every committed entry, so its log must not be older. */
function judgeLog(core: Core, request: RequestVoteRequest): string | undefined {
  if (core.log.isUpToDate(request.lastLogIndex, request.lastLogTerm)) return undefined;
  const { lastIndex, lastTerm } = core.log;
  return `its log is behind ours, which ends with entry ${lastIndex} of term ${lastTerm}`;
}

/** What this server voted for, or acknowledged, it may have forgotten. */
function noMember(core: Core): string {
  return `we are ${core.standing}, and no member yet`;
}

function liveLeader(core: Core): string {
  return `server ${core.leaderId ?? core.id} leads and is alive`;
}
