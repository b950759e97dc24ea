/**
 * The Raft algorithm as a library: `step(event)` changes memory and returns effects; nothing else
 * ever happens here. Time is counted in ticks, chance is handed in, and who carries out the
 * effects decides nothing but when.
 */
import { assert, unreachable } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId, type Term } from '../base/ids.js';
import { changeMembers, endRemovedLeadership, findObstacle } from './change-members.js';
import type { Configuration, Member } from './configuration.js';
import { Core, type RaftOptions, type Role } from './core.js';
import {
  nothingToAwait,
  type MemberChange,
  type RaftEffect,
  type RaftEvent,
  type ReadThrough,
  type Standing,
} from './effects.js';
import { appendNoop, becomeFollower, countVote, mayCampaign, startElection } from './election.js';
import { handleAppendEntries, hearing } from './handle-append-entries.js';
import { handleAppendEntriesResponse } from './handle-append-entries-response.js';
import {
  handleInstallSnapshot,
  snapshotPieceTaken,
  snapshotReceived,
} from './handle-install-snapshot.js';
import { handleInstallSnapshotResponse } from './handle-install-snapshot-response.js';
import { handleJoin } from './handle-join.js';
import { handleJoinResponse } from './handle-join-response.js';
import { handleRequestVote } from './handle-request-vote.js';
import { handleRequestVoteResponse } from './handle-request-vote-response.js';
import type { Entry, LogPosition, PeerRequest, PeerResponse } from './messages.js';
import type { Progress } from './progress.js';
import type { RaftLog } from './raft-log.js';
import {
  advanceCommit,
  broadcastEntries,
  broadcastHeartbeat,
  pushCommit,
  startRound,
} from './replication.js';
import { awaitedJoins, endRefilling } from './standing.js';
import { tick } from './tick.js';

type ReadableLog = Readonly<
  Pick<
    RaftLog,
    'base' | 'firstIndex' | 'lastIndex' | 'lastTerm' | 'termAt' | 'range' | 'newest' | 'tailFrom'
  >
>;

export class Raft {
  readonly #core: Core;

  constructor(options: RaftOptions) {
    this.#core = new Core(options);
  }

  /**
   * Takes one event. The effects are to be carried out in order; an event that an effect causes is
   * a later step. While crashed, only `persisted` and `restore` may come.
   */
  step(event: RaftEvent): readonly RaftEffect[] {
    const core = this.#core;
    take(core, event);
    endRemovedLeadership(core);
    return core.takeEffects();
  }

  get term(): Term {
    return this.#core.term;
  }

  get votedFor(): ServerId | undefined {
    return this.#core.votedFor;
  }

  get role(): Role['name'] {
    return this.#core.role.name;
  }

  get leaderId(): ServerId | undefined {
    return this.#core.leaderId;
  }

  get commitIndex(): LogIndex {
    return this.#core.commitIndex;
  }

  get lastApplied(): LogIndex {
    return this.#core.lastApplied;
  }

  get durableIndex(): LogIndex {
    return this.#core.durableIndex;
  }

  get standing(): Standing {
    return this.#core.standing;
  }

  /** The configuration in force: the newest of the log, committed or not. */
  get configuration(): Configuration {
    return this.#core.membership.current;
  }

  /** All other servers of the configuration in force, learners too. */
  get peers(): readonly ServerId[] {
    return this.#core.membership.peers;
  }

  /** Its members, and those whose removal may be taken back: it may have to reach any of them. */
  get reachable(): readonly Member[] {
    return this.#core.membership.membersSince(this.#core.commitIndex);
  }

  /** Index of the entry that brought it; not above the commit index once it is committed. */
  get configurationIndex(): LogIndex {
    return this.#core.membership.index;
  }

  /** The servers that have to come to know this one before it is a member. */
  get awaitedJoins(): readonly ServerId[] {
    return awaitedJoins(this.#core);
  }

  /** The configuration that was in force at `index`, encoded; empty for the founders'. */
  configurationBytesAt(index: LogIndex): Uint8Array {
    return this.#core.membership.bytesAt(index);
  }

  /** Why the members cannot be changed so here and now, in words; undefined when they can. */
  obstacleTo(change: MemberChange): string | undefined {
    return findObstacle(this.#core, change);
  }

  /** The newest snapshot on disk; both 0 when there is none. */
  get snapshot(): LogPosition {
    return this.#core.snapshot;
  }

  /** For how many ticks the oldest write has been under way; 0 when there is none. */
  get diskSilentTicks(): number {
    return this.#core.diskSilentTicks;
  }

  /** Whether writes were issued whose `persisted` has not come. */
  get isWriting(): boolean {
    return this.#core.writesOutstanding > 0;
  }

  get log(): ReadableLog {
    return this.#core.log;
  }

  /** What the leader knows of each follower; empty on the others. */
  get progress(): ReadonlyMap<ServerId, Readonly<Progress>> {
    const { role } = this.#core;
    return role.name === 'leader' ? role.progress : new Map<ServerId, Progress>();
  }
}

function take(core: Core, event: RaftEvent): void {
  switch (event.type) {
    case 'tick':
      tick(core);
      break;
    case 'propose':
      propose(core, event.payloads);
      break;
    case 'read':
      read(core, event.readId, event.through);
      break;
    case 'request':
      handleRequest(core, event.callId, event.request);
      break;
    case 'response':
      handleResponse(core, event.from, event.response);
      break;
    case 'hearing':
      hearing(core, event.from);
      break;
    case 'unreachable':
      if (core.role.name === 'leader') core.role.progress.get(event.peer)?.lost();
      break;
    case 'persisted':
      persisted(core, event.writeId);
      break;
    case 'snapshotTaken':
      snapshotTaken(core, event.position, event.keepFrom);
      break;
    case 'snapshotPieceTaken':
      snapshotPieceTaken(core, event.callId, event.nextOffset);
      break;
    case 'snapshotReceived':
      snapshotReceived(core, event.callId, event.position, event.configuration);
      break;
    case 'pushCommit':
      pushCommit(core);
      break;
    case 'checkpoint':
      if (core.role.name === 'leader') appendNoop(core);
      break;
    case 'changeMembers':
      changeMembers(core, event.change);
      break;
    case 'campaign':
      campaign(core);
      break;
    case 'broadcast':
      broadcastHeartbeat(core);
      break;
    case 'crash':
      crash(core);
      break;
    case 'restore':
      restore(core);
      break;
    default:
      unreachable(event);
  }
}

function propose(core: Core, payloads: readonly Uint8Array[]): void {
  assert(core.role.name === 'leader', 'only a leader appends commands');
  let index: number = core.log.lastIndex;
  const entries: Entry[] = [];
  for (const payload of payloads) {
    index += 1;
    entries.push({ index: asLogIndex(index), term: core.term, kind: 'command', payload });
  }
  core.appendEntries(entries);
  broadcastEntries(core);
}

function campaign(core: Core): void {
  if (core.role.name === 'leader' || !mayCampaign(core)) return;
  startElection(core, 'leadership was asked for', true);
}

function read(core: Core, readId: number, through: ReadThrough): void {
  const { role } = core;
  assert(role.name === 'leader', 'only a leader begins reads');
  // Thesis 6.4: the leader's commit index is the newest once an entry of its own term is committed;
  // a read that comes earlier waits for that entry, the no-op.
  const committed = Math.max(core.commitIndex, role.termStartIndex);
  role.reads.add(readId, through === 'log' ? core.log.lastIndex : asLogIndex(committed));
  startRound(core);
}

function handleRequest(core: Core, callId: number, request: PeerRequest): void {
  switch (request.type) {
    case 'requestVote':
      handleRequestVote(core, callId, request);
      break;
    case 'appendEntries':
      handleAppendEntries(core, callId, request);
      break;
    case 'installSnapshot':
      handleInstallSnapshot(core, callId, request);
      break;
    case 'join':
      handleJoin(core, callId, request);
      break;
    default:
      unreachable(request);
  }
}

function handleResponse(core: Core, from: ServerId, response: PeerResponse): void {
  switch (response.type) {
    case 'requestVote':
      handleRequestVoteResponse(core, from, response);
      break;
    case 'appendEntries':
      handleAppendEntriesResponse(core, from, response);
      break;
    case 'installSnapshot':
      handleInstallSnapshotResponse(core, from, response);
      break;
    case 'join':
      handleJoinResponse(core, from, response);
      break;
    default:
      unreachable(response);
  }
}

/** A snapshot of this server's own state is on disk: the log before `keepFrom` is given up. */
function snapshotTaken(core: Core, position: LogPosition, keepFrom: LogIndex): void {
  assert(position.index <= core.lastApplied, () => `entry ${position.index} is not applied yet`);
  assert(keepFrom <= position.index + 1, () => `no snapshot replaces entry ${keepFrom - 1}`);
  if (position.index > core.snapshot.index) core.snapshot = position;
  core.membership.compactThrough(core.snapshot.index);
  if (keepFrom > core.log.firstIndex) core.log.compactThrough(asLogIndex(keepFrom - 1));
}

function persisted(core: Core, writeId: number): void {
  core.completeWrites(writeId);
  if (core.crashed) return;
  core.applyCommitted();
  const { role } = core;
  const voteIsDurable = core.hardStateWrite === nothingToAwait;
  if (role.name === 'candidate' && voteIsDurable) countVote(core, role, core.id);
  if (role.name === 'leader') advanceCommit(core);
  endRefilling(core);
}

function crash(core: Core): void {
  becomeFollower(core, core.term, undefined, 'it stands still');
  core.openPieces.clear();
  core.crashed = true;
}

function restore(core: Core): void {
  core.crashed = false;
  core.ticksSinceLeader = core.timing.electionTicksMin;
  core.resetElectionTimer();
  core.applyCommitted();
}
