/**
 * Changing the members of a running cluster, one server at a time (thesis, chapter 4), so that any
 * majority of the configuration before and any of the one after have a server in common. A server
 * that is added begins as a learner, and is made a voter once it has caught up.
 */
import { assert, unreachable } from '../base/assert.js';
import { asLogIndex, type ServerId } from '../base/ids.js';
import type { Core, Leadership } from './core.js';
import type { MemberChange } from './effects.js';
import {
  encodeConfiguration,
  findAddressMistake,
  findMember,
  memberIdsMax,
  withLearner,
  withoutMember,
  withVoter,
  type Configuration,
} from './configuration.js';
import { becomeFollower } from './election.js';
import { Progress } from './progress.js';
import { broadcastEntries, pushCommit } from './replication.js';

/** Appends the entry that changes the members. Nothing may speak against it. */
export function changeMembers(core: Core, change: MemberChange): void {
  const obstacle = findObstacle(core, change);
  assert(obstacle === undefined, () => `the members cannot be changed: ${obstacle ?? ''}`);
  appendConfiguration(core, changed(core.membership.current, change));
}

/** Why this leader cannot make the change now, in words; undefined when it can. */
export function findObstacle(core: Core, change: MemberChange): string | undefined {
  const { role, membership } = core;
  if (role.name !== 'leader') return 'this server does not lead';
  return (
    findMistake(membership.current, change) ??
    findUnsettled(core, role) ??
    findLackOfVoters(core, role, change)
  );
}

/** What no waiting will mend. */
function findMistake(configuration: Configuration, change: MemberChange): string | undefined {
  const { members, nextId } = configuration;
  if (change.type === 'add') {
    const mistake = findAddressMistake(change.address);
    if (mistake !== undefined) return mistake;
    const there = members.find(({ address }) => isSameAddress(address, change.address));
    if (there !== undefined) return `server ${there.id} is at ${there.address} already`;
    if (nextId >= memberIdsMax) return `all ids up to ${memberIdsMax - 1} have been given`;
    const learner = members.find(({ voter }) => !voter);
    if (learner === undefined) return undefined;
    return `server ${learner.id} is still catching up; add one at a time, or remove that one`;
  }
  const member = findMember(configuration, change.server);
  if (member === undefined) return `server ${change.server} is no member`;
  const isLastVoter = member.voter && members.filter(({ voter }) => voter).length === 1;
  return isLastVoter ? `server ${change.server} is the last one that counts` : undefined;
}

/**
 * Thesis 4.1 allows one change at a time. And only a leader that has committed an entry of its own
 * term knows of all committed changes: without this rule two leaders in turn could change the
 * configuration by one server each in ways that have no majority in common (Ongaro, raft-dev,
 * 2015).
 */
function findUnsettled(core: Core, leadership: Leadership): string | undefined {
  if (core.membership.index > core.commitIndex) return 'the change before is not committed yet';
  if (core.commitIndex < leadership.termStartIndex) return 'the leader has only just been elected';
  return undefined;
}

/** A change after which nothing could be committed could not be taken back either. */
function findLackOfVoters(
  core: Core,
  leadership: Leadership,
  change: MemberChange,
): string | undefined {
  if (change.type === 'add') return undefined;
  const { members } = withoutMember(core.membership.current, change.server);
  const voters = members.filter(({ voter }) => voter).map(({ id }) => id);
  const answering = voters.filter((id) => id === core.id || answers(core, leadership, id));
  const quorum = Math.floor(voters.length / 2) + 1;
  if (answering.length >= quorum) return undefined;
  const rest = `${answering.length} of the ${voters.length} servers that remain`;
  return `only ${rest} would answer, and ${quorum} are needed`;
}

function answers(core: Core, { progress }: Leadership, server: ServerId): boolean {
  const follower = progress.get(server);
  return follower?.counts === true && follower.ticksSinceContact < core.timing.electionTicksMax;
}

function changed(configuration: Configuration, change: MemberChange): Configuration {
  switch (change.type) {
    case 'add':
      return withLearner(configuration, change.address);
    case 'remove':
      return withoutMember(configuration, change.server);
    default:
      return unreachable(change);
  }
}

/**
 * The follower has answered: if it is a learner that has caught up, it becomes a voter. It catches
 * up in rounds, each with what the log held when the round began; one that took less than an
 * election timeout shows that little is left (thesis, section 4.2.1). It must also have made itself
 * known to all others, and they to it, so that none of them can come back empty and pass for new.
 */
export function promoteCaughtUp(core: Core, peer: ServerId, progress: Progress): void {
  const { role, membership } = core;
  if (role.name !== 'leader' || membership.isVoter(peer) || !membership.isMember(peer)) return;
  if (progress.matchIndex < progress.roundEnd) return;
  const wasQuick = progress.roundTicks < core.timing.electionTicksMin;
  progress.beginRound(core.log.lastIndex);
  if (!wasQuick || !progress.counts || findUnsettled(core, role) !== undefined) return;
  appendConfiguration(core, withVoter(membership.current, peer));
}

function appendConfiguration(core: Core, configuration: Configuration): void {
  const index = asLogIndex(core.log.lastIndex + 1);
  const payload = encodeConfiguration(configuration);
  core.appendEntries([{ index, term: core.term, kind: 'configuration', payload }]);
  addProgress(core);
  broadcastEntries(core);
}

/** Who was added is sent entries from now on. Who was removed is, until it knows. */
function addProgress({ role, membership, log }: Core): void {
  if (role.name !== 'leader') return;
  for (const peer of membership.peers) {
    if (role.progress.has(peer)) continue;
    role.progress.set(peer, new Progress(asLogIndex(log.lastIndex + 1)));
  }
}

/**
 * Ends the sending to servers that were removed: those that know it by now, and those that have
 * not answered for long.
 */
export function dropRemoved(core: Core, leadership: Leadership): void {
  const { membership, commitIndex, timing } = core;
  if (membership.index > commitIndex) return;
  for (const [peer, follower] of leadership.progress) {
    if (membership.isMember(peer)) continue;
    const { matchIndex, sentCommit, ticksSinceContact } = follower;
    const knows = Math.min(matchIndex, sentCommit) >= membership.index;
    if (knows || ticksSinceContact >= timing.electionTicksMax) leadership.progress.delete(peer);
  }
}

/** A leader that was removed leads until that is committed (thesis, section 4.2.2). */
export function endRemovedLeadership(core: Core): void {
  const { membership, commitIndex } = core;
  if (core.role.name !== 'leader' || membership.isVoter(core.id)) return;
  if (membership.index > commitIndex) return;
  // The others must not wait for the next leader's first entry to learn of it.
  pushCommit(core);
  becomeFollower(core, core.term, undefined, 'it was removed from the cluster');
}

/** Letter case does not count in names. */
function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
