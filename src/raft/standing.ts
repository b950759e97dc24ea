/**
 * How a server comes to count (docs/decisions/0008-standing.md): whom it asks, when one that joins
 * is known to be new, and when one that forgot something knows everything again.
 */
import type { ServerId } from '../base/ids.js';
import type { Core } from './core.js';

/** A tick went by: asks again whoever has to answer still. */
export function tickStanding(core: Core): void {
  const { joinAnswers, timing } = core;
  const isFirst = joinAnswers.ticksSinceAsked === undefined;
  joinAnswers.ticksSinceAsked = (joinAnswers.ticksSinceAsked ?? 0) + 1;
  if (isFirst && !core.isMember) {
    // The incarnation is on disk before anybody hears of it, or the next start would draw another.
    core.persistHardState();
    // A cluster of one has nobody to ask.
    endJoining(core);
    ask(core);
    return;
  }
  const interval = core.standing === 'joining' ? timing.heartbeatTicks : timing.electionTicksMin;
  if (joinAnswers.ticksSinceAsked >= interval) ask(core);
}

/**
 * A server that joins becomes a member when it is certain to be new, and begins to refill when
 * somebody knew it before.
 */
export function endJoining(core: Core): void {
  if (core.standing !== 'joining') return;
  const { joinAnswers, incarnation } = core;
  const other = joinAnswers.findOther(incarnation);
  if (other !== undefined) {
    core.changeStanding('refilling', `server ${other} knew this server before it lost its data`);
    return;
  }
  const serverCount = core.peers.length + 1;
  // An earlier incarnation that counted was known to `quorum - 1` others. Once there has been an
  // election, too few must be left who can have known it. Before the first one nothing was ever
  // acknowledged, so a majority is enough to found the cluster.
  const needed = joinAnswers.tellOfElections ? serverCount - core.quorum + 1 : core.quorum - 1;
  if (joinAnswers.countOf(incarnation) < needed) return;
  core.changeStanding('member', 'a majority knows that this server is new');
  core.resetElectionTimer();
}

/** A server that forgot something becomes a member when nothing of that can matter any more. */
export function endRefilling(core: Core): void {
  if (core.standing !== 'refilling') return;
  // 1. All others have answered: its term is that of any election it may have voted in, or later.
  if (!core.peers.every((peer) => core.joinAnswers.has(peer))) return;
  // 2. Its log is that of the current leader as far as that was known when the leader answered.
  const end = core.joinAnswers.leaderEndIn(core.term);
  if (end === undefined) return;
  if (Math.min(core.matchedIndex, core.durableIndex) < end.lastLogIndex) return;
  // 3. Its vote of this term may be among what it forgot: it is taken to be the leader's.
  if (core.votedFor === undefined) core.vote(end.leaderId);
  core.changeStanding('member', `its log is that of leader ${end.leaderId} again`);
  core.resetElectionTimer();
}

function ask(core: Core): void {
  core.joinAnswers.ticksSinceAsked = 0;
  const { id, incarnation } = core;
  for (const peer of core.peers) {
    if (needsAnswer(core, peer)) core.send(peer, { type: 'join', serverId: id, incarnation });
  }
}

function needsAnswer(core: Core, peer: ServerId): boolean {
  switch (core.standing) {
    case 'joining':
      return !core.joinAnswers.has(peer);
    case 'refilling': {
      const mustSayItsEnd =
        peer === core.leaderId && core.joinAnswers.leaderEndIn(core.term) === undefined;
      return mustSayItsEnd || !core.joinAnswers.has(peer);
    }
    case 'member':
      // One that was not there yet when this server joined: should it lose its data some day,
      // this server must be able to tell.
      return !core.known.has(peer);
  }
}
