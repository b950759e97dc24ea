/**
 * One server of the cluster: the core, its disk, its peers and its state machine, put together in
 * the safe order. Events go into the core one at a time; its effects are carried out in order;
 * callers are answered by the real fate of what they asked for.
 *
 * The crash switch sits at the doors: while it is on, nothing goes out and nothing but finished
 * disk writes comes in.
 */
import { asLogIndex, type ServerId } from '../base/ids.js';
import {
  nothingToAwait,
  type MemberChange,
  type RaftEvent,
  type WriteId,
} from '../raft/effects.js';
import type { Entry } from '../raft/messages.js';
import { Raft } from '../raft/raft.js';
import type { StorageError } from '../storage/storage.js';
import { answerSoon } from './answer-soon.js';
import { Applier } from './applier.js';
import type { EffectOwner } from './carry-out.js';
import { ClientCalls } from './client-calls.js';
import { CoreLoop } from './core-loop.js';
import { Cut } from './cut.js';
import { diskLostReason, DiskWatch } from './disk-watch.js';
import { FlushSchedule } from './flush-schedule.js';
import { FreshTail } from './fresh-tail.js';
import { LeadershipCalls } from './leadership-calls.js';
import { areTooManyCalls } from './limits.js';
import { logAccess } from './log-access.js';
import { MemberCalls, type MemberOutcome } from './member-calls.js';
import type { Answer, HangUp, Refusal } from './outcome.js';
import { PeerDoors, type DoorState } from './peer-doors.js';
import type { PeerMessage } from './peer-transport.js';
import { QuietWatch } from './quiet-watch.js';
import type { CutDirection, PeerOutcome, ReplicaApi, ReplicaStatus } from './replica-api.js';
import type { ReplicaOptions } from './replica-options.js';
import { defaultSnapshotLimits } from './snapshot-limits.js';
import { Snapshots } from './snapshots.js';
import { Standstill } from './standstill.js';
import { StateAlarm } from './state-alarm.js';
import { describeStatus } from './status.js';
import { raftTiming, tickMs } from './timing.js';

export class Replica<Command, Result> implements ReplicaApi<Command, Result> {
  readonly partition: Cut;
  readonly #options: ReplicaOptions<Command, Result>;
  readonly #raft: Raft;
  readonly #loop: CoreLoop;
  readonly #effects: EffectOwner;
  readonly #applier: Applier<Command, Result>;
  readonly #doors: PeerDoors;
  readonly #calls: ClientCalls<Command, Result>;
  readonly #leadershipCalls: LeadershipCalls;
  readonly #memberCalls: MemberCalls;
  readonly #snapshots: Snapshots;
  readonly #alarm: StateAlarm;
  readonly #quiet: QuietWatch;
  readonly #diskWatch: DiskWatch;
  readonly #flushes: FlushSchedule;
  readonly #freshTail: FreshTail;
  readonly #standstill = new Standstill();
  #storageClosed: Promise<void> | undefined = undefined;
  #stopTicking: (() => void) | undefined = undefined;

  constructor(options: ReplicaOptions<Command, Result>) {
    this.#options = options;
    const { serverId, founders, random, timing, recovered, inherited } = options;
    const { storage, timer, stateMachine, observer, meter, foldLimits } = options;
    this.#raft = new Raft({
      ...recovered,
      ...{ id: serverId, founders, random, timing: raftTiming(timing), foldLimits },
    });
    this.#loop = new CoreLoop(this.#raft, () => this.#effects);
    this.#flushes = new FlushSchedule({
      ...{ timer, loop: () => this.#loop, calls: () => this.#calls },
      leads: () => this.#refusal() === undefined,
    });
    this.#applier = new Applier<Command, Result>({
      ...{ stateMachine, timer, meter, restoredTo: recovered.snapshot },
      onApplied: (entry, result) => {
        this.#snapshots.applied(entry);
        this.#calls.settle(entry, result, this.#notLeader());
        this.#memberCalls.settle(entry, this.#notLeader());
        this.#freshTail.applied(entry.index);
      },
    });
    this.#freshTail = new FreshTail(this.#raft, this.#loop, this.#applier);
    this.#alarm = inherited?.alarm ?? new StateAlarm(observer);
    this.#quiet = new QuietWatch(storage, this.#storageFailed);
    this.#diskWatch = new DiskWatch(observer);
    this.partition = inherited?.cut ?? new Cut();
    this.#doors = this.#makeDoors(this.partition);
    const log = { raft: this.#raft, loop: this.#loop, flushes: this.#flushes };
    this.#calls = new ClientCalls(stateMachine, logAccess({ ...log, timer, meter }));
    this.#leadershipCalls = this.#makeLeadershipCalls();
    this.#memberCalls = new MemberCalls({ timer, raft: this.#raft, take: this.#take });
    this.#snapshots = this.#makeSnapshots();
    this.#effects = this.#makeEffectOwner();
    if (inherited?.isCrashed === true) this.#standCrashed();
  }

  /** Begins to take part in the cluster. The transport must be able to send from now on. */
  start(): void {
    this.#options.transport.setPeers(this.#raft.reachable);
    this.#doors.connect();
    if (!this.#loop.isHalted) this.#startTicking();
  }

  /** Ends every pending call and the timers, waits for the disk, and gives it back. */
  async stop(): Promise<void> {
    this.#standstill.isStopping = true;
    this.#halt('closed', {
      logged: { kind: 'outcomeUnknown', reason: 'the server is stopping' },
      unlogged: { kind: 'stopping' },
    });
    this.#options.transport.close();
    await this.closeStorage();
  }

  /** Gives back the disk of a replica that stands still. The same promise for whoever asks. */
  closeStorage(): Promise<void> {
    this.#storageClosed ??= this.#snapshots.ended().then(() => this.#options.storage.close());
    return this.#storageClosed;
  }

  submit(command: Command, answer: Answer<Result>): HangUp {
    const refusal = this.#refusal() ?? this.#lackOfRoom(this.#calls.isFullForUpdates);
    if (refusal !== undefined) return answerSoon(this.#options.timer, answer, refusal);
    return this.#calls.submit(command, answer);
  }

  readBarrier(answer: Answer<undefined>): HangUp {
    const refusal = this.#refusal() ?? this.#lackOfRoom(this.#calls.isFullForReads);
    if (refusal !== undefined) return answerSoon(this.#options.timer, answer, refusal);
    return this.#calls.readBarrier(answer);
  }

  whenTold(action: () => void): HangUp {
    return this.#freshTail.whenTold(action);
  }

  handlePeer(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): void {
    this.#doors.handle(from, request, answer);
  }

  hearing(from: ServerId): void {
    if (this.#doors.hears(from)) this.#loop.take({ type: 'hearing', from });
  }

  isLeader(): boolean {
    return this.#refusal() === undefined;
  }

  isCrashed(): boolean {
    return this.#standstill.isCrashed;
  }

  crash(): void {
    if (this.#standstill.isCrashed || this.#standstill.isStopping) return;
    this.#options.observer({ type: 'crashed' });
    this.#standCrashed();
  }

  restore(): void {
    this.setUnreachable([], 'both');
    if (!this.#standstill.isCrashed) return;
    this.#standstill.isCrashed = false;
    this.#options.observer({ type: 'restored' });
    if (this.#standstill.refusal !== undefined) return;
    this.#loop.resume();
    this.#applier.resume();
    this.#loop.take({ type: 'restore' });
    this.#doors.setState('open');
    this.#startTicking();
  }

  setLeader(answer: Answer<boolean>): HangUp {
    const { timer } = this.#options;
    const refusal = this.#standstill.refusal ?? this.#lackOfRoom(this.#leadershipCalls.isFull);
    if (refusal !== undefined) return answerSoon(timer, answer, refusal);
    if (this.isLeader()) return answerSoon(timer, answer, { kind: 'done', value: true });
    return this.#leadershipCalls.setLeader(answer);
  }

  sendHeartbeat(answer: Answer<boolean>): HangUp {
    const { timer } = this.#options;
    const refusal = this.#standstill.refusal ?? this.#lackOfRoom(this.#leadershipCalls.isFull);
    if (refusal !== undefined) return answerSoon(timer, answer, refusal);
    if (!this.isLeader()) return answerSoon(timer, answer, { kind: 'done', value: false });
    const isAlone = this.#raft.peers.length === 0;
    if (isAlone) return answerSoon(timer, answer, { kind: 'done', value: true });
    return this.#leadershipCalls.sendHeartbeat(this.#raft.log.lastIndex, answer);
  }

  changeMembers(change: MemberChange, answer: Answer<MemberOutcome>): HangUp {
    const isFull = areTooManyCalls(this.#memberCalls.size);
    const refusal = this.#refusal() ?? this.#lackOfRoom(isFull);
    if (refusal !== undefined) return answerSoon(this.#options.timer, answer, refusal);
    return this.#memberCalls.change(change, answer);
  }

  setUnreachable(servers: readonly ServerId[], direction: CutDirection): void {
    this.#doors.setCut(servers, direction);
  }

  status(): ReplicaStatus {
    return describeStatus({
      ...{ serverId: this.#options.serverId, raft: this.#raft },
      crashed: this.#standstill.isCrashed,
      lastApplied: this.#applier.lastApplied,
      pendingUpdates: this.#calls.pendingUpdates,
      pendingReads: this.#calls.pendingReads,
      ...{ cut: this.partition, contacts: this.#doors.contacts.all },
      ...{ storageError: this.#standstill.storageError, stateMismatch: this.#alarm.mismatch },
    });
  }

  logTail(limit: number): readonly Entry[] {
    return this.#raft.log.newest(limit);
  }

  #makeDoors(cut: Cut): PeerDoors {
    const { transport, timer, observer } = this.#options;
    return new PeerDoors({
      ...{ transport, timer, observer, cut },
      onReport: (from, report) => {
        this.#alarm.reported(from, report);
      },
      onRequest: (from, callId, request) => {
        this.#loop.take({ type: 'request', from, callId, request });
      },
      onResponse: (from, response) => {
        // Terms come first: a piece is sent only by who still leads.
        this.#loop.take({ type: 'response', from, response });
        const matchIndex = this.#raft.progress.get(from)?.matchIndex ?? asLogIndex(0);
        this.#leadershipCalls.answered(from, matchIndex);
        if (response.type === 'installSnapshot') this.#snapshots.answered(from, response);
      },
      onUnreachable: (peer) => {
        this.#loop.take({ type: 'unreachable', peer });
        this.#leadershipCalls.lost(peer);
        this.#snapshots.lost(peer);
      },
    });
  }

  #makeEffectOwner(): EffectOwner {
    const { storage, observer, meter } = this.#options;
    return {
      ...{ storage, observer, meter, raft: this.#raft, quiet: this.#quiet, doors: this.#doors },
      ...{ calls: this.#calls, applier: this.#applier, snapshots: this.#snapshots },
      flushes: this.#flushes,
      written: (writeId, error) => {
        if (error === undefined) this.#persisted(writeId);
        else this.#storageFailed(error);
      },
      lead: (unapplied) => {
        this.#lead(unapplied);
      },
      leadNoLonger: () => {
        this.#leadNoLonger();
      },
      membersChanged: () => {
        this.#options.transport.setPeers(this.#raft.reachable);
      },
    };
  }

  #makeLeadershipCalls(): LeadershipCalls {
    return new LeadershipCalls({
      peers: () => this.#raft.peers,
      retryTicks: raftTiming(this.#options.timing).electionTicksMin,
      campaign: () => {
        this.#loop.take({ type: 'campaign' });
      },
      broadcast: () => {
        this.#loop.take({ type: 'broadcast' });
      },
    });
  }

  #makeSnapshots(): Snapshots {
    return new Snapshots({
      ...this.#options,
      ...{ raft: this.#raft, applier: this.#applier, alarm: this.#alarm },
      limits: this.#options.snapshots ?? defaultSnapshotLimits,
      take: this.#take,
      send: (to, request) => {
        this.#doors.send(to, request, nothingToAwait);
      },
      onInstalled: (position) => {
        this.#calls.skipped(position, this.#notLeader());
        this.#memberCalls.skipped(position, this.#notLeader());
      },
    });
  }

  /**
   * Everything stands still: no time, no messages, no entries applied. The core is told before any
   * caller is, so that a caller who restores the server in its answer comes after that.
   */
  #halt(
    doors: DoorState,
    refusals: { readonly logged: Refusal; readonly unlogged: Refusal },
  ): void {
    this.#stopTicking?.();
    this.#applier.pause();
    this.#loop.halt();
    this.#snapshots.giveUp();
    this.#doors.setState(doors);
    this.#calls.endAll(refusals.logged, refusals.unlogged);
    this.#memberCalls.refuseAll(refusals.logged);
    this.#leadershipCalls.refuseAll(refusals.unlogged);
    this.#loop.stepThrough();
    this.#freshTail.releaseAll();
  }

  #standCrashed(): void {
    this.#standstill.isCrashed = true;
    this.#halt(this.#standstill.storageError === undefined ? 'crashed' : 'closed', {
      logged: { kind: 'crashed', logged: true },
      unlogged: { kind: 'crashed', logged: false },
    });
  }

  readonly #take = (event: RaftEvent): void => {
    this.#loop.take(event);
  };

  #persisted(writeId: WriteId): void {
    this.#doors.durable(writeId);
    this.#loop.take({ type: 'persisted', writeId });
    this.#flushes.flush();
  }

  #lead(unapplied: readonly Entry[]): void {
    this.#leadershipCalls.elected();
    const { term } = this.#raft;
    this.#applier.run(() => {
      if (this.#refusal() !== undefined || this.#raft.term !== term) return;
      this.#calls.lead(unapplied);
    });
  }

  #leadNoLonger(): void {
    this.#calls.deposed(this.#notLeader());
    this.#leadershipCalls.deposed();
    this.#snapshots.deposed();
    this.#applier.run(() => {
      this.#options.stateMachine.closeTail();
    });
  }

  readonly #storageFailed = (error: StorageError): void => {
    if (this.#standstill.storageError !== undefined) return;
    const reason = error.message;
    this.#standstill.storageError = reason;
    this.#options.observer({ type: 'storageFailed', reason });
    this.#halt('closed', {
      logged: { kind: 'outcomeUnknown', reason },
      unlogged: { kind: 'storage', reason },
    });
    this.#options.onStorageFailed?.();
  };

  /** Why this server takes no calls of leaders now, or undefined when it leads. */
  #refusal(): Refusal | undefined {
    const notLeading = this.#raft.role === 'leader' ? undefined : this.#notLeader();
    return this.#standstill.refusal ?? notLeading;
  }

  /** Why no more calls can wait, or undefined when one more can. */
  #lackOfRoom(isFull: boolean): Refusal | undefined {
    if (this.#diskWatch.isLost) return { kind: 'storage', reason: diskLostReason };
    return isFull ? { kind: 'busy' } : undefined;
  }

  #notLeader(): Refusal {
    return { kind: 'notLeader', leaderId: this.#raft.leaderId };
  }

  #startTicking(): void {
    this.#stopTicking = this.#options.timer.every(tickMs, () => {
      this.#loop.take({ type: 'tick' });
      this.#doors.tick();
      this.#calls.tick();
      this.#flushes.tick();
      this.#freshTail.tick();
      this.#quiet.tick();
      this.#leadershipCalls.tick();
      this.#snapshots.tick();
      this.#diskWatch.look(this.#raft.diskSilentTicks);
      if (this.#diskWatch.isLost) this.#calls.diskLost(diskLostReason);
    });
  }
}
