/**
 * What time brings about: heartbeats, elections, questions that are asked again, and the end of a
 * leadership whose disk has stopped answering.
 */
import { assert } from '../base/assert.js';
import { dropRemoved } from './change-members.js';
import type { Core, Leadership } from './core.js';
import { becomeFollower, mayCampaign, startPreVote } from './election.js';
import { sendHeartbeat } from './replication.js';
import { tickStanding } from './standing.js';

/** One unit of time went by. */
export function tick(core: Core): void {
  assert(!core.crashed, 'a crashed server has no clock');
  core.ticksSinceLeader += 1;
  core.ageWrites();
  tickStanding(core);
  if (core.role.name === 'leader') tickLeader(core, core.role);
  else tickFollower(core);
}

function tickLeader(core: Core, leadership: Leadership): void {
  // A leader whose disk hangs would keep its followers from electing one that works.
  if (core.isDiskStalled) {
    const reason = `its disk has not answered for ${core.diskSilentTicks} ticks`;
    becomeFollower(core, core.term, undefined, reason);
    return;
  }
  const { progress: followers, reads } = leadership;
  for (const progress of followers.values()) {
    progress.ticksSinceSend += 1;
    progress.ticksSinceContact += 1;
    progress.roundTicks += 1;
  }
  dropRemoved(core, leadership);
  for (const [peer, progress] of followers) {
    if (progress.ticksSinceSend < core.timing.heartbeatTicks) continue;
    if (reads.wantsRound) reads.beginRound();
    sendHeartbeat(core, leadership, peer, progress);
  }
}

function tickFollower(core: Core): void {
  const { role } = core;
  // A candidate whose own vote is not on disk has asked nobody yet: a slow disk is not a lost
  // election, and the next term would only wait behind it.
  if (role.name === 'candidate' && !role.votes.has(core.id)) return;
  core.electionElapsedTicks += 1;
  if (core.electionElapsedTicks < core.electionTimeoutTicks) return;
  if (mayCampaign(core)) startPreVote(core, whyNoLeader(core));
  else waitForLeader(core);
}

/** The election timeout of a server that cannot stand: it follows nobody until it hears one. */
function waitForLeader(core: Core): void {
  becomeFollower(core, core.term, undefined, whyNoLeader(core));
  core.resetElectionTimer();
}

function whyNoLeader({ leaderId, leaderLostMajority }: Core): string {
  if (leaderId === undefined) return 'no leader was heard within the election timeout';
  if (leaderLostMajority) return `leader ${leaderId} has lost its majority`;
  return `leader ${leaderId} was silent for the election timeout`;
}
