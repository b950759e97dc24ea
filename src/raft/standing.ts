/**
 * How a server comes to count (docs/decisions/0008-standing.md): whom it asks, when one that joins
 * is known to be new, and when one that forgot something knows everything again.
 */
import type { ServerId } from '../base/ids.js';
import type { Core } from './core.js';
import { nothingToAwait } from './effects.js';
import { becomeFollower } from './election.js';

/** A tick went by: asks again whoever has to answer still. */
export function tickStanding(core: Core): void {
  if (core.standing === 'member') return;
  const { joinAnswers, timing } = core;
  if (joinAnswers.ticksSinceAsked === undefined) {
    // The incarnation is on disk before anybody hears of it, or the next start would draw another.
    core.persistHardState();
    // A cluster of one has nobody to ask.
    endJoining(core);
    ask(core);
    return;
  }
  joinAnswers.ticksSinceAsked += 1;
  const interval = core.standing === 'joining' ? timing.heartbeatTicks : timing.electionTicksMin;
  // What was asked before may wait for the disk still: it leaves once, however long that takes.
  if (joinAnswers.ticksSinceAsked < interval || core.hardStateWrite !== nothingToAwait) return;
  // Whoever had to answer still may have been removed in the meantime.
  endJoining(core);
  ask(core);
}

/**
 * A server that joins counts once a majority, itself included, knows it as the one that it is, and
 * is a member once all others do. It begins to refill when somebody knew it before.
 */
export function endJoining(core: Core): void {
  if (core.standing !== 'joining' && core.standing !== 'founding') return;
  const { joinAnswers, incarnation } = core;
  const other = joinAnswers.findOther(incarnation);
  if (other !== undefined) {
    const reason = `server ${other} knew this server before it lost its data`;
    if (core.role.name !== 'follower') becomeFollower(core, core.term, undefined, reason);
    core.changeStanding('refilling', reason);
    return;
  }
  if (!knowsWhomToAsk(core)) return;
  const { membership } = core;
  const others = othersOf(core);
  const knowing = others.filter((peer) => joinAnswers.has(peer));
  if (knowing.length === others.length) {
    changeToCounting(core, 'member', 'all servers know this one');
  } else if (core.standing === 'joining' && membership.isFounder) {
    const voters = knowing.filter((peer) => membership.isVoter(peer));
    if (voters.length + 1 < membership.quorum) return;
    changeToCounting(core, 'founding', 'a majority knows that this server is new');
  }
}

/** A server that forgot something becomes a member when nothing of that can matter any more. */
export function endRefilling(core: Core): void {
  if (core.standing !== 'refilling') return;
  // 1. All others have answered: its term is that of any election it may have voted in, or later.
  const { joinAnswers } = core;
  if (!othersOf(core).every((server) => joinAnswers.has(server))) return;
  // 2. Its log is that of the current leader as far as that was known when the leader answered.
  const end = joinAnswers.leaderEndIn(core.term);
  if (end === undefined) return;
  if (Math.min(core.matchedIndex, core.durableIndex) < end.lastLogIndex) return;
  // 3. Its vote of this term may be among what it forgot: it is taken to be the leader's.
  if (core.votedFor === undefined) core.vote(end.leaderId);
  changeToCounting(core, 'member', `its log is that of leader ${end.leaderId} again`);
}

function changeToCounting(core: Core, standing: 'founding' | 'member', reason: string): void {
  if (!core.counts) core.resetElectionTimer();
  core.changeStanding(standing, reason);
}

/** All that belong to the cluster, as far as this server knows; a removal may be taken back. */
function othersOf({ membership, commitIndex }: Core): readonly ServerId[] {
  return membership.othersSince(commitIndex);
}

/**
 * A founder has its configuration file. One that was added waits until that is committed: it would
 * be known to servers that forget it, and refill, before they have reason to ask for it.
 */
function knowsWhomToAsk({ standing, membership, commitIndex }: Core): boolean {
  if (standing !== 'joining' || membership.isFounder) return true;
  return membership.includesSelfAt(commitIndex);
}

/** Whose answers this server waits for to become a member; none for a member. */
export function awaitedJoins(core: Core): readonly ServerId[] {
  if (core.standing === 'member' || !knowsWhomToAsk(core)) return [];
  return othersOf(core).filter((peer) => !core.joinAnswers.has(peer));
}

function ask(core: Core): void {
  core.joinAnswers.ticksSinceAsked = 0;
  if (!knowsWhomToAsk(core)) return;
  const { id, incarnation } = core;
  for (const peer of othersOf(core)) {
    if (needsAnswer(core, peer)) core.send(peer, { type: 'join', serverId: id, incarnation });
  }
}

/** Every other server is asked until it has answered; a leader in each term anew (rule 2). */
function needsAnswer(core: Core, peer: ServerId): boolean {
  const { joinAnswers, standing } = core;
  if (!joinAnswers.has(peer)) return standing !== 'member';
  const leads = standing === 'refilling' && peer === core.leaderId;
  return leads && joinAnswers.leaderEndIn(core.term) === undefined;
}
