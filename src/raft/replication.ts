/**
 * The leader's side of log replication: what to send to whom, when an entry is committed, and when
 * a read may be answered (paper, sections 5.3 and 5.4; thesis, section 6.4).
 */
import { assert, must } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId } from '../base/ids.js';
import type { Core, Leadership } from './core.js';
import type { Entry } from './messages.js';
import { appendBytesMax, type Progress } from './progress.js';

/**
 * A leader tells that it lost its majority after so many of the longest election timeouts. Slow
 * disks hold answers back for a while, too, and must not cost a leader its followers.
 */
const majorityLostTimeouts = 2;

/** Sends every follower the entries that it lacks, as far as its window allows. */
export function broadcastEntries(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader') return;
  beginWantedRound(role);
  for (const [peer, progress] of role.progress) sendEntries(core, role, peer, progress);
}

/** Sends every follower an AppendEntries now, with the entries that it lacks or with none. */
export function broadcastHeartbeat(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader') return;
  beginWantedRound(role);
  for (const [peer, progress] of role.progress) sendHeartbeat(core, role, peer, progress);
}

/** Sends to one follower even when there is nothing new: it must hear from its leader. */
export function sendHeartbeat(
  core: Core,
  leadership: Leadership,
  peer: ServerId,
  progress: Progress,
): void {
  if (sendEntries(core, leadership, peer, progress)) return;
  if (progress.mode === 'snapshot') core.emit({ type: 'sendSnapshot', to: peer, term: core.term });
  sendAppend(core, leadership, { peer, progress, entries: [] });
}

/**
 * Sends what the follower lacks: one empty probe while it is not known where the logs meet, else
 * entries ahead of their answers. Entries that are in the log no longer come with a snapshot.
 * Returns whether anything was sent.
 */
export function sendEntries(
  core: Core,
  leadership: Leadership,
  peer: ServerId,
  progress: Progress,
): boolean {
  const { firstIndex } = core.log;
  if (progress.mode === 'snapshot') {
    if (progress.nextIndex < firstIndex) return false;
    progress.hasSnapshot();
  } else if (progress.nextIndex < firstIndex) {
    progress.needsSnapshot();
    core.note({ type: 'snapshotNeeded', by: peer });
    core.emit({ type: 'sendSnapshot', to: peer, term: core.term });
    sendAppend(core, leadership, { peer, progress, entries: [] });
    return true;
  }
  if (progress.mode === 'probe') {
    if (progress.probing) return false;
    progress.probing = true;
    sendAppend(core, leadership, { peer, progress, entries: [] });
    return true;
  }
  let sent = false;
  while (!progress.windowFull && progress.nextIndex <= core.log.lastIndex) {
    const entries = core.log.slice(progress.nextIndex, appendBytesMax);
    sendAppend(core, leadership, { peer, progress, entries });
    progress.sent(asLogIndex(progress.nextIndex + entries.length - 1));
    sent = true;
  }
  return sent;
}

/**
 * Moves the commit index to what a majority holds durably. Only an entry of the leader's own term
 * is committed by counting; older ones are committed with it (section 5.4.2, figure 8).
 */
export function advanceCommit(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader') return;
  const durable = counted(core, role, core.durableIndex, ({ countedIndex }) => countedIndex);
  const index = asLogIndex(quorumValue(durable, core.membership.quorum));
  const advances = index > core.commitIndex && core.log.termAt(index) === core.term;
  if (advances) core.commitIndex = index;
  core.applyCommitted();
  if (advances) core.emit({ type: 'commitAdvanced' });
  answerReads(core);
}

/** Confirms read rounds by what a majority has answered, and answers the reads that may be. */
export function answerReads(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader') return;
  const rounds = counted(core, role, role.reads.round, ({ ackedRound }) => ackedRound);
  role.reads.confirm(quorumValue(rounds, core.membership.quorum));
  for (const readId of role.reads.takeReady(core.lastApplied)) {
    core.emit({ type: 'readReady', readId });
  }
  startRound(core);
}

/** Begins a read round unless one is under way already: the reads that wait share the next one. */
export function startRound(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader' || !role.reads.wantsRound || role.reads.roundOpen) return;
  broadcastHeartbeat(core);
  // A cluster of one has nobody to wait for.
  if (core.membership.isAlone) answerReads(core);
}

/** Whether a majority, this server included, has answered within the last `ticks`. */
export function reachesMajority(core: Core, leadership: Leadership, ticks: number): boolean {
  const { membership } = core;
  let reached = membership.isVoter(core.id) ? 1 : 0;
  for (const [peer, { counts, hasAnswered, ticksSinceContact }] of leadership.progress) {
    if (!membership.isVoter(peer)) continue;
    // Before its first answer it has the benefit of the doubt: it may have been a voter.
    if (ticksSinceContact < ticks && (counts || !hasAnswered)) reached += 1;
  }
  return reached >= membership.quorum;
}

/**
 * One value for each voter: `own` for a leader that is one, 0 for a follower that forgot something.
 * A leader that was removed does not count itself (thesis, section 4.2.2).
 */
function counted(
  { id, membership }: Core,
  leadership: Leadership,
  own: number,
  valueOf: (progress: Progress) => number,
): number[] {
  const values = membership.isVoter(id) ? [own] : [];
  for (const [peer, progress] of leadership.progress) {
    if (membership.isVoter(peer)) values.push(progress.counts ? valueOf(progress) : 0);
  }
  return values;
}

/** The largest value, from 0 on, that at least `quorum` of the servers have reached. */
export function quorumValue(values: readonly number[], quorum: number): number {
  assert(values.length >= quorum, 'fewer values than a quorum');
  // At most nine values: counting costs less than sorting a copy, and this runs with every answer.
  let largest = 0;
  for (const value of values) {
    if (value > largest && countFrom(values, value) >= quorum) largest = value;
  }
  return largest;
}

function countFrom(values: readonly number[], least: number): number {
  let count = 0;
  for (const value of values) if (value >= least) count += 1;
  return count;
}

/** Followers learn of a commit at once, not with the next heartbeat (contract, section 4). */
export function pushCommit(core: Core): void {
  const { role } = core;
  if (role.name !== 'leader') return;
  for (const [peer, progress] of role.progress) {
    const sent = sendEntries(core, role, peer, progress);
    if (sent || progress.mode !== 'replicate') continue;
    if (progress.sentCommit < core.commitIndex) {
      sendAppend(core, role, { peer, progress, entries: [] });
    }
  }
}

function beginWantedRound(leadership: Leadership): void {
  if (leadership.reads.wantsRound) leadership.reads.beginRound();
}

interface Append {
  readonly peer: ServerId;
  readonly progress: Progress;
  readonly entries: readonly Entry[];
}

function sendAppend(core: Core, leadership: Leadership, append: Append): void {
  const { peer, progress, entries } = append;
  // While a snapshot is needed, a heartbeat asks whether the follower has what it replaces.
  const prevLogIndex: LogIndex =
    progress.mode === 'snapshot' ? core.log.base.index : asLogIndex(progress.nextIndex - 1);
  const { electionTicksMax } = core.timing;
  progress.sentCommit = core.commitIndex;
  progress.ticksSinceSend = 0;
  core.send(peer, {
    type: 'appendEntries',
    term: core.term,
    leaderId: core.id,
    prevLogIndex,
    prevLogTerm: must(
      core.log.termAt(prevLogIndex),
      () => `the log does not reach ${prevLogIndex}`,
    ),
    entries,
    leaderCommit: core.commitIndex,
    round: leadership.reads.round,
    majorityLost: !reachesMajority(core, leadership, majorityLostTimeouts * electionTicksMax),
  });
}
