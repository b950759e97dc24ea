/**
 * Changes of role: pre-vote, election, victory, and stepping down (paper, section 5.2; thesis,
 * sections 4.2.3 and 9.6).
 */
import { assert } from '../base/assert.js';
import { asLogIndex, asTerm, type ServerId, type Term } from '../base/ids.js';
import type { Candidacy, Core, Role } from './core.js';
import { Progress } from './progress.js';
import { ReadQueue } from './read-queue.js';
import { broadcastEntries, reachesMajority } from './replication.js';

/**
 * Whether this server may stand for election: it must remember what it promised, and be able to
 * promise more.
 */
export function mayCampaign(core: Core): boolean {
  return core.counts && isElectable(core) && !core.isDiskStalled;
}

/**
 * Whether the configuration lets this server lead. One that was removed may be needed until that is
 * committed: the others may lack the entry, and not be elected before it (thesis, section 4.2.2).
 * After a restart nothing is known to be committed behind the snapshot, so any configuration that
 * may be is as good.
 */
function isElectable({ membership, commitIndex }: Core): boolean {
  return membership.isVoterSince(commitIndex);
}

/**
 * Asks whether an election could be won before any term is raised for it, so that a server that
 * was cut off cannot disturb the others when it returns.
 */
export function startPreVote(core: Core, reason: string): void {
  changeRole(core, { name: 'preCandidate', votes: new Set([core.id]) });
  core.leaderId = undefined;
  core.resetElectionTimer();
  core.note({ type: 'preVoteStarted', term: core.term, reason });
  requestVotes(core, { preVote: true, leadershipTransfer: false });
  proceedOnMajority(core);
}

/** A real election in the next term. This server's own vote counts once it is on disk. */
export function startElection(core: Core, reason: string, leadershipTransfer: boolean): void {
  changeRole(core, { name: 'candidate', votes: new Set() });
  core.enterTerm(asTerm(core.term + 1));
  core.vote(core.id);
  core.resetElectionTimer();
  core.note({ type: 'electionStarted', term: core.term, reason });
  requestVotes(core, { preVote: false, leadershipTransfer });
}

/** A vote, or the promise of one, came in. */
export function countVote(core: Core, candidacy: Candidacy, voter: ServerId): void {
  candidacy.votes.add(voter);
  proceedOnMajority(core);
}

/** Follows `leaderId`, or nobody yet, in `term`; a later term than ours is entered. */
export function becomeFollower(
  core: Core,
  term: Term,
  leaderId: ServerId | undefined,
  reason: string,
): void {
  assert(term >= core.term, () => `cannot follow in term ${term} from term ${core.term}`);
  const changed = core.role.name !== 'follower' || term > core.term || core.leaderId !== leaderId;
  if (core.role.name !== 'follower') {
    changeRole(core, { name: 'follower' });
    core.resetElectionTimer();
  }
  if (term > core.term) core.enterTerm(term);
  core.leaderId = leaderId;
  if (changed) core.note({ type: 'becameFollower', term, leaderId, reason });
}

/**
 * Whether this server knows of a leader that is at work: reason to refuse a vote (thesis, section
 * 4.2.3). A leader knows it of itself while a majority answers; it never steps down for the lack
 * of one, but then it does not stand in the way of another either.
 */
export function leaderIsLive(core: Core): boolean {
  const { electionTicksMin } = core.timing;
  if (core.role.name !== 'leader') {
    return core.leaderId !== undefined && core.ticksSinceLeader < electionTicksMin;
  }
  return reachesMajority(core, core.role, electionTicksMin);
}

function becomeLeader(core: Core, votes: readonly ServerId[]): void {
  const noopIndex = asLogIndex(core.log.lastIndex + 1);
  const unappliedFrom = asLogIndex(core.lastApplied + 1);
  const unapplied = core.log.range(unappliedFrom, core.log.lastIndex);
  const progress = new Map(core.membership.peers.map((peer) => [peer, new Progress(noopIndex)]));
  const reads = new ReadQueue();
  changeRole(core, { name: 'leader', progress, termStartIndex: noopIndex, reads });
  core.leaderId = core.id;
  core.note({ type: 'becameLeader', term: core.term, votes });
  core.emit({ type: 'leading', unapplied });
  // The no-op commits what earlier terms left behind (section 8) and makes reads possible.
  appendNoop(core);
}

/** Appends a leader's entry that says nothing, and sends it. */
export function appendNoop(core: Core): void {
  assert(core.role.name === 'leader', 'only a leader appends a no-op');
  const index = asLogIndex(core.log.lastIndex + 1);
  core.appendEntries([{ index, term: core.term, kind: 'noop', payload: new Uint8Array(0) }]);
  broadcastEntries(core);
}

function proceedOnMajority(core: Core): void {
  const { role } = core;
  if (role.name !== 'candidate' && role.name !== 'preCandidate') return;
  const voters = [...role.votes].filter((server) => core.membership.isVoter(server));
  if (voters.length < core.membership.quorum) return;
  if (role.name === 'candidate') becomeLeader(core, voters);
  else startElection(core, 'a majority would vote for this server', false);
}

function requestVotes(
  core: Core,
  kind: { readonly preVote: boolean; readonly leadershipTransfer: boolean },
): void {
  const term = kind.preVote ? asTerm(core.term + 1) : core.term;
  for (const peer of core.membership.peers) {
    if (!core.membership.isVoter(peer)) continue;
    core.send(peer, {
      type: 'requestVote',
      term,
      candidateId: core.id,
      lastLogIndex: core.log.lastIndex,
      lastLogTerm: core.log.lastTerm,
      ...kind,
    });
  }
}

/** The only place where a role ends: a leader's reads end with it. */
function changeRole(core: Core, next: Role): void {
  if (core.role.name === 'leader') {
    for (const readId of core.role.reads.takeAll()) core.emit({ type: 'readAborted', readId });
    core.emit({ type: 'notLeading' });
  }
  core.role = next;
}
