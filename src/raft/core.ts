/**
 * The state of one Raft server (paper, figure 2) and the few ways to change it that every handler
 * shares: terms, writes, effects. The rules themselves are in the handlers beside this file.
 */
import { assert } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId, type Term } from '../base/ids.js';
import { nothingToAwait, type HardState, type RaftEffect, type RaftNote } from './effects.js';
import type { WriteId } from './effects.js';
import type { Entry, PeerRequest, PeerResponse } from './messages.js';
import type { Progress } from './progress.js';
import { RaftLog } from './raft-log.js';
import type { ReadQueue } from './read-queue.js';

export interface RaftTiming {
  readonly heartbeatTicks: number;
  readonly electionTicksMin: number;
  /** Inclusive. */
  readonly electionTicksMax: number;
}

export interface RaftOptions {
  readonly id: ServerId;
  /** All servers of the cluster, this one too. */
  readonly servers: readonly ServerId[];
  readonly timing: RaftTiming;
  /** Uniform in [0, 1); the only source of chance. */
  readonly random: () => number;
  readonly hardState: HardState;
  /** The log as it is on disk. */
  readonly entries: readonly Entry[];
}

export interface Leadership {
  readonly name: 'leader';
  /** One for each other server. */
  readonly progress: ReadonlyMap<ServerId, Progress>;
  /** Index of the no-op that opened the term. */
  readonly termStartIndex: LogIndex;
  readonly reads: ReadQueue;
}

export interface Candidacy {
  readonly name: 'preCandidate' | 'candidate';
  /** Who granted, this server too once its own vote is durable. */
  readonly votes: Set<ServerId>;
}

export type Role = { readonly name: 'follower' } | Candidacy | Leadership;

interface OutstandingWrite {
  readonly writeId: WriteId;
  hardState: boolean;
  /** Entries of the write that are still part of the log: none when last < first. */
  firstIndex: number;
  lastIndex: number;
  entries: Entry[];
}

export class Core {
  readonly id: ServerId;
  readonly peers: readonly ServerId[];
  /** How many servers make a majority. */
  readonly quorum: number;
  readonly timing: RaftTiming;
  readonly log: RaftLog;

  role: Role = { name: 'follower' };
  leaderId: ServerId | undefined = undefined;
  /** What the leader that is followed said of itself last. */
  leaderLostMajority = false;
  /** Highest index known to be committed. Invariant: never falls, lastApplied ≤ commitIndex. */
  commitIndex: LogIndex = asLogIndex(0);
  lastApplied: LogIndex = asLogIndex(0);
  /** Highest index through which the log is on this server's disk. */
  durableIndex: LogIndex;
  crashed = false;

  /** Ticks since the election timer was last reset, and the count at which it fires. */
  electionElapsedTicks = 0;
  electionTimeoutTicks = 0;
  /** Ticks since a leader of the current term was last heard. */
  ticksSinceLeader: number;

  #term: Term;
  #votedFor: ServerId | undefined;
  readonly #random: () => number;
  #effects: RaftEffect[] = [];
  #writes: OutstandingWrite[] = [];
  #currentWrite: OutstandingWrite | undefined = undefined;
  #nextWriteId: WriteId = 1;

  constructor(options: RaftOptions) {
    assert(options.servers.includes(options.id), `server ${options.id} is not in the cluster`);
    this.id = options.id;
    this.peers = options.servers.filter((server) => server !== options.id);
    this.quorum = Math.floor(options.servers.length / 2) + 1;
    this.timing = options.timing;
    this.#random = options.random;
    this.#term = options.hardState.term;
    this.#votedFor = options.hardState.votedFor;
    this.log = new RaftLog(options.entries);
    assert(this.log.lastTerm <= this.#term, 'the log is of a later term than the hard state');
    this.durableIndex = this.log.lastIndex;
    this.ticksSinceLeader = options.timing.electionTicksMin;
    this.resetElectionTimer();
  }

  get term(): Term {
    return this.#term;
  }

  get votedFor(): ServerId | undefined {
    return this.#votedFor;
  }

  get writesOutstanding(): number {
    return this.#writes.length;
  }

  /** A fresh timeout, uniform between the bounds, so that votes split seldom (section 5.2). */
  resetElectionTimer(): void {
    const { electionTicksMin, electionTicksMax } = this.timing;
    const choices = electionTicksMax - electionTicksMin + 1;
    this.electionTimeoutTicks = electionTicksMin + Math.floor(this.#random() * choices);
    this.electionElapsedTicks = 0;
  }

  /** Enters a later term, with no vote given in it. */
  enterTerm(term: Term): void {
    assert(term > this.#term, `term ${term} does not follow term ${this.#term}`);
    this.#term = term;
    this.#votedFor = undefined;
    this.leaderId = undefined;
    this.#write().hardState = true;
  }

  /** Gives this server's one vote of the current term. */
  vote(candidate: ServerId): void {
    if (this.#votedFor === candidate) return;
    assert(this.#votedFor === undefined, `a second vote in term ${this.#term}`);
    this.#votedFor = candidate;
    this.#write().hardState = true;
  }

  /** Appends entries that follow the log's last one, in memory now and on disk soon. */
  appendEntries(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    this.log.append(entries);
    const write = this.#write();
    if (write.entries.length === 0) write.firstIndex = first.index;
    write.lastIndex = this.log.lastIndex;
    for (const entry of entries) write.entries.push(entry);
  }

  /** Removes uncommitted entries that a leader's log contradicts (section 5.3). */
  truncateFrom(index: LogIndex): void {
    assert(index > this.commitIndex, `entry ${index} is committed and cannot be replaced`);
    this.note({ type: 'logTruncated', fromIndex: index, lastIndex: this.log.lastIndex });
    this.log.truncateFrom(index);
    for (const write of this.#writes) write.lastIndex = Math.min(write.lastIndex, index - 1);
    if (this.durableIndex >= index) this.durableIndex = asLogIndex(index - 1);
  }

  /** Write `writeId` and all before it are on disk. Returns false for a write never issued. */
  completeWrites(writeId: WriteId): void {
    assert(writeId < this.#nextWriteId, `write ${writeId} was never issued`);
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      if (write.writeId > writeId) return;
      if (write.lastIndex >= write.firstIndex && write.lastIndex > this.durableIndex) {
        this.durableIndex = asLogIndex(write.lastIndex);
      }
      this.#writes.shift();
    }
  }

  /** The write that must be on disk before this server may speak of its term and vote. */
  get hardStateWrite(): WriteId {
    return this.#writes.findLast((write) => write.hardState)?.writeId ?? nothingToAwait;
  }

  /** The write after which term, vote and the log through `index` are on disk. */
  writeFor(index: LogIndex): WriteId {
    const covers = (write: OutstandingWrite): boolean =>
      write.hardState || (write.firstIndex <= index && write.lastIndex >= write.firstIndex);
    return this.#writes.findLast(covers)?.writeId ?? nothingToAwait;
  }

  /** Sends once this server's term and vote are durable. */
  send(to: ServerId, request: PeerRequest): void {
    this.#effects.push({ type: 'send', to, request, after: this.hardStateWrite });
  }

  /** Answers once write `after` is durable, and the term too, which every answer tells. */
  reply(callId: number, response: PeerResponse, after: WriteId): void {
    const gate = Math.max(after, this.hardStateWrite);
    this.#effects.push({ type: 'reply', callId, response, after: gate });
  }

  note(note: RaftNote): void {
    this.#effects.push({ type: 'note', note });
  }

  emit(effect: RaftEffect): void {
    this.#effects.push(effect);
  }

  /**
   * Hands committed entries to the state machine as far as they are on this server's own disk, so
   * that what was applied cannot be missing from the log after a restart.
   */
  applyCommitted(): void {
    const through = asLogIndex(Math.min(this.commitIndex, this.durableIndex));
    if (through <= this.lastApplied) return;
    const entries = this.log.range(asLogIndex(this.lastApplied + 1), through);
    this.lastApplied = through;
    this.#effects.push({ type: 'apply', entries });
  }

  /** Everything that happened since the last call; the write is first, so that it starts first. */
  takeEffects(): RaftEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    const write = this.#currentWrite;
    if (write === undefined) return effects;
    this.#currentWrite = undefined;
    const hardState = { term: this.#term, votedFor: this.#votedFor };
    effects.unshift({
      type: 'persist',
      writeId: write.writeId,
      hardState: write.hardState ? hardState : undefined,
      entries: write.entries,
    });
    write.entries = [];
    return effects;
  }

  /** The one write that collects all changes of the current step. */
  #write(): OutstandingWrite {
    if (this.#currentWrite === undefined) {
      const writeId = this.#nextWriteId;
      this.#nextWriteId += 1;
      this.#currentWrite = { writeId, hardState: false, firstIndex: 1, lastIndex: 0, entries: [] };
      this.#writes.push(this.#currentWrite);
    }
    return this.#currentWrite;
  }
}
