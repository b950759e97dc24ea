/**
 * The state of one Raft server (paper, figure 2) and the few ways to change it that every handler
 * shares: terms, writes, effects. The rules themselves are in the handlers beside this file.
 */
import { assert } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId, type Term } from '../base/ids.js';
import { foundingConfiguration, type Member } from './configuration.js';
import type { HardState, RaftEffect, RaftNote, Standing, WriteId } from './effects.js';
import { JoinAnswers } from './join-answers.js';
import { Membership } from './membership.js';
import type { Entry, LogPosition, PeerRequest, PeerResponse } from './messages.js';
import { OutstandingWrites } from './outstanding-writes.js';
import type { Progress } from './progress.js';
import type { FoldLimits } from './entry-list.js';
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
  /** Who the cluster began with: this server, too, unless it was added later. */
  readonly founders: readonly Pick<Member, 'id' | 'address'>[];
  readonly timing: RaftTiming;
  /** Uniform in [0, 1); the only source of chance. */
  readonly random: () => number;
  readonly hardState: HardState;
  /** What the state machine holds at the start; both 0 when it is empty. */
  readonly snapshot: LogPosition;
  /** The configuration that was in force there, encoded; empty for the founders'. */
  readonly configuration: Uint8Array;
  /** The entry before the first of `entries`; both 0 for a whole log. */
  readonly logBase: LogPosition;
  /** The log as it is on disk, behind `logBase`. */
  readonly entries: readonly Entry[];
  /** When entries are folded in memory; left out, as it is best for a server. */
  readonly foldLimits?: FoldLimits | undefined;
}

export interface Leadership {
  readonly name: 'leader';
  /** One for each other server, and for each that was removed and does not know it yet. */
  readonly progress: Map<ServerId, Progress>;
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

/** An InstallSnapshot that is not answered yet. */
interface OpenPiece {
  readonly lastIncludedIndex: LogIndex;
  readonly imageBytes: number;
}

export class Core {
  readonly id: ServerId;
  readonly timing: RaftTiming;
  readonly log: RaftLog;
  readonly membership: Membership;

  role: Role = { name: 'follower' };
  leaderId: ServerId | undefined = undefined;
  /** What the leader that is followed said of itself last. */
  leaderLostMajority = false;
  /** Highest index known to be committed. Invariant: never falls, lastApplied ≤ commitIndex. */
  commitIndex: LogIndex;
  lastApplied: LogIndex;
  /** Highest index through which the log, or a snapshot in its place, is on this server's disk. */
  durableIndex: LogIndex;
  /** The newest snapshot on disk. Invariant: log base ≤ snapshot ≤ lastApplied. */
  snapshot: LogPosition;
  /** Highest index through which the log is known to equal that of the current term's leader. */
  matchedIndex: LogIndex = asLogIndex(0);
  /** What the current term's leader was answered as a member: read round, and index on disk. */
  answeredRound = 0;
  answeredIndex: LogIndex = asLogIndex(0);
  /** By the id of the call. Calls are bounded by who takes them in. */
  readonly openPieces = new Map<number, OpenPiece>();
  readonly joinAnswers = new JoinAnswers();
  readonly incarnation: string;
  crashed = false;

  /** Ticks since the election timer was last reset, and the count at which it fires. */
  electionElapsedTicks = 0;
  electionTimeoutTicks = 0;
  /** Ticks since a leader of the current term was last heard. */
  ticksSinceLeader: number;

  #term: Term;
  #votedFor: ServerId | undefined;
  #standing: Standing;
  #known: ReadonlyMap<ServerId, string>;
  readonly #random: () => number;
  #effects: RaftEffect[] = [];
  readonly #writes = new OutstandingWrites();

  constructor(options: RaftOptions) {
    const { id, founders, timing, hardState, snapshot, logBase } = options;
    this.id = id;
    this.timing = timing;
    this.#random = options.random;
    this.#term = hardState.term;
    this.#votedFor = hardState.votedFor;
    this.#standing = hardState.standing;
    this.incarnation = hardState.incarnation;
    this.#known = hardState.known;
    this.log = new RaftLog(options.entries, logBase, options.foldLimits);
    assert(this.log.lastTerm <= this.#term, 'the log is of a later term than the hard state');
    const isInLog = this.log.termAt(snapshot.index) === snapshot.term;
    assert(isInLog, () => `the log does not hold the end of the snapshot, entry ${snapshot.index}`);
    this.membership = new Membership({
      id,
      founding: foundingConfiguration(founders),
      bytes: options.configuration,
      index: snapshot.index,
    });
    this.membership.append(options.entries);
    this.snapshot = snapshot;
    this.commitIndex = snapshot.index;
    this.lastApplied = snapshot.index;
    this.durableIndex = this.log.lastIndex;
    this.ticksSinceLeader = timing.electionTicksMin;
    this.resetElectionTimer();
  }

  get term(): Term {
    return this.#term;
  }

  get votedFor(): ServerId | undefined {
    return this.#votedFor;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /**
   * Whether this server remembers all that it promised, so that its votes and answers may be
   * counted (docs/decisions/0008-standing.md).
   */
  get counts(): boolean {
    return this.#standing === 'member' || this.#standing === 'founding';
  }

  /** Under which incarnation this server knows others. */
  get known(): ReadonlyMap<ServerId, string> {
    return this.#known;
  }

  get writesOutstanding(): number {
    return this.#writes.count;
  }

  /** For how many ticks the oldest write has been under way. */
  get diskSilentTicks(): number {
    return this.#writes.silentTicks;
  }

  /**
   * The disk has hung for so long that this server can promise nothing to others. Alone it has
   * nobody who could take its place.
   */
  get isDiskStalled(): boolean {
    return !this.membership.isAlone && this.diskSilentTicks >= this.timing.electionTicksMax;
  }

  /** One unit of time went by for what is under way. */
  ageWrites(): void {
    this.#writes.tick();
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
    assert(term > this.#term, () => `term ${term} does not follow term ${this.#term}`);
    this.#term = term;
    this.#votedFor = undefined;
    this.leaderId = undefined;
    this.matchedIndex = asLogIndex(0);
    this.answeredRound = 0;
    this.answeredIndex = asLogIndex(0);
    this.#writes.addHardState();
  }

  /** Gives this server's one vote of the current term. */
  vote(candidate: ServerId): void {
    if (this.#votedFor === candidate) return;
    assert(this.#votedFor === undefined, () => `a second vote in term ${this.#term}`);
    this.#votedFor = candidate;
    this.#writes.addHardState();
  }

  changeStanding(standing: Standing, reason: string): void {
    assert(this.#standing !== 'member', 'a member stays one for as long as its process lives');
    this.#standing = standing;
    this.#writes.addHardState();
    this.note({ type: 'standingChanged', standing, reason });
  }

  /** Notes under which incarnation this server came to know `peer`: once, and for good. */
  introduce(peer: ServerId, incarnation: string): void {
    if (this.#known.has(peer)) return;
    this.#known = new Map([...this.#known, [peer, incarnation]]);
    this.#writes.addHardState();
  }

  /** What this server is must be on disk before it says it to anybody. */
  persistHardState(): void {
    this.#writes.addHardState();
  }

  /** Appends entries that follow the log's last one, in memory now and on disk soon. */
  appendEntries(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    this.log.append(entries);
    this.#writes.addEntries(entries, first.index);
    if (this.membership.append(entries)) this.#membersChanged();
  }

  /** Removes uncommitted entries that a leader's log contradicts (section 5.3). */
  truncateFrom(index: LogIndex): void {
    assert(index > this.commitIndex, () => `entry ${index} is committed and cannot be replaced`);
    this.note({ type: 'logTruncated', fromIndex: index, lastIndex: this.log.lastIndex });
    this.log.truncateFrom(index);
    this.#writes.cutFrom(index);
    if (this.durableIndex >= index) this.durableIndex = asLogIndex(index - 1);
    if (this.membership.truncateFrom(index)) this.#membersChanged();
  }

  /** Drops the whole log: it begins anew behind a snapshot that is on disk (section 7). */
  resetLog(position: LogPosition): void {
    assert(position.index > this.commitIndex, 'a log that holds the snapshot is not dropped');
    this.log.resetTo(position);
    this.#writes.addReset(position);
    this.durableIndex = position.index;
  }

  /** The configuration of a snapshot that took the place of the log through `index`. */
  installConfiguration(index: LogIndex, bytes: Uint8Array, keepsLog: boolean): void {
    if (this.membership.install(index, bytes, keepsLog)) this.#membersChanged();
  }

  /** Write `writeId` and all before it are on disk. */
  completeWrites(writeId: WriteId): void {
    const durable = this.#writes.complete(writeId);
    if (durable > this.durableIndex) this.durableIndex = durable;
  }

  /** The write that must be on disk before this server may speak of its term and vote. */
  get hardStateWrite(): WriteId {
    return this.#writes.hardStateWrite;
  }

  /** The write after which term, vote and the log through `index` are on disk. */
  writeFor(index: LogIndex): WriteId {
    return this.#writes.writeFor(index);
  }

  /** Sends once this server's term and vote are durable. */
  send(to: ServerId, request: PeerRequest): void {
    this.#effects.push({ type: 'send', to, request, after: this.hardStateWrite });
  }

  /** Answers once write `after` is durable, and the term too, which every answer tells. */
  reply(callId: number, response: PeerResponse, after: WriteId, isAwaited = true): void {
    const gate = Math.max(after, this.hardStateWrite);
    this.#effects.push({ type: 'reply', callId, response, after: gate, isAwaited });
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
    const write = this.#writes.takeCollected();
    if (write === undefined) return effects;
    const { writeId, reset, entries } = write;
    const hardState = write.hardState ? this.#hardState() : undefined;
    effects.unshift({ type: 'persist', writeId, hardState, reset, entries });
    return effects;
  }

  #membersChanged(): void {
    this.#effects.push({ type: 'membersChanged' });
    this.note({ type: 'membersChanged', configuration: this.membership.current });
  }

  #hardState(): HardState {
    return {
      term: this.#term,
      votedFor: this.#votedFor,
      standing: this.#standing,
      incarnation: this.incarnation,
      known: this.#known,
    };
  }
}
