/**
 * One server of the cluster: the core, its disk, its peers and its state machine, put together in
 * the safe order. Events go into the core one at a time; its effects are carried out in order;
 * callers are answered by the real fate of what they asked for.
 *
 * The crash switch sits at the doors: while it is on, nothing goes out and nothing but finished
 * disk writes comes in.
 */
import { neverHalf } from '../base/assert.js';
import { asLogIndex, type ServerId } from '../base/ids.js';
import type { StateMachine } from '../base/state-machine.js';
import type { RaftEffect, RaftEvent, WriteId } from '../raft/effects.js';
import type { Entry, PeerRequest } from '../raft/messages.js';
import { Raft } from '../raft/raft.js';
import type { RecoveredState, Storage, StorageError } from '../storage/storage.js';
import { answerSoon } from './answer-soon.js';
import { Applier } from './applier.js';
import { ClientCalls } from './client-calls.js';
import { HeartbeatRounds } from './heartbeat-rounds.js';
import { LeaderWish } from './leader-wish.js';
import type { ReplicaObserver } from './observer.js';
import type { Answer, HangUp, Refusal } from './outcome.js';
import { PeerDoors, type DoorState } from './peer-doors.js';
import type { PeerTransport } from './peer-transport.js';
import { QuietWatch } from './quiet-watch.js';
import type { CutDirection, PeerOutcome, ReplicaApi, ReplicaStatus } from './replica-api.js';
import { describeStatus } from './status.js';
import { leadershipCallTicks, raftTiming, tickMs, type ReplicaTiming } from './timing.js';
import type { Timer } from './timer.js';

export interface ReplicaOptions<Command, Result> {
  readonly serverId: ServerId;
  /** All servers of the cluster, this one too. */
  readonly servers: readonly ServerId[];
  readonly stateMachine: StateMachine<Command, Result>;
  readonly storage: Storage;
  readonly recovered: RecoveredState;
  readonly transport: PeerTransport;
  readonly timer: Timer;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly timing: ReplicaTiming;
  readonly observer: ReplicaObserver;
}

export class Replica<Command, Result> implements ReplicaApi<Command, Result> {
  readonly #options: ReplicaOptions<Command, Result>;
  readonly #raft: Raft;
  readonly #applier: Applier<Command, Result>;
  readonly #doors: PeerDoors;
  readonly #calls: ClientCalls<Command, Result>;
  readonly #wish: LeaderWish;
  readonly #heartbeats: HeartbeatRounds;
  readonly #quiet: QuietWatch;
  readonly #inbox: RaftEvent[] = [];
  #stepping = false;
  #flushScheduled = false;
  /** The core stands still: crashed, stopping, or without a disk. */
  #halted = false;
  #crashed = false;
  #stopping = false;
  #storageError: string | undefined = undefined;
  #stopTicking: (() => void) | undefined = undefined;

  constructor(options: ReplicaOptions<Command, Result>) {
    this.#options = options;
    const { serverId, servers, recovered, random, timer, stateMachine } = options;
    const { hardState, entries } = recovered;
    const timing = raftTiming(options.timing);
    this.#raft = new Raft({ id: serverId, servers, timing, random, hardState, entries });
    this.#applier = new Applier<Command, Result>({
      stateMachine,
      timer,
      onApplied: (entry, result) => {
        this.#calls.settle(entry, result, this.#notLeader());
      },
    });
    this.#quiet = new QuietWatch(options.storage);
    this.#doors = this.#makeDoors();
    this.#calls = this.#makeCalls();
    this.#wish = new LeaderWish({
      deadlineTicks: leadershipCallTicks,
      retryTicks: timing.electionTicksMin,
      campaign: () => {
        this.#take({ type: 'campaign' });
      },
    });
    this.#heartbeats = new HeartbeatRounds({
      peers: servers.filter((server) => server !== serverId),
      deadlineTicks: leadershipCallTicks,
      broadcast: () => {
        this.#take({ type: 'broadcast' });
      },
    });
  }

  /** Begins to take part in the cluster. The transport must be able to send from now on. */
  start(): void {
    this.#doors.connect();
    this.#startTicking();
  }

  /** Ends every pending call and the timers, waits for the disk, and gives it back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#halt('closed', {
      logged: { kind: 'outcomeUnknown', reason: 'the server is stopping' },
      unlogged: { kind: 'stopping' },
    });
    this.#options.transport.close();
    await this.#options.storage.close();
  }

  submit(command: Command, answer: Answer<Result>): HangUp {
    const refusal = this.#refusal(this.#calls.isFull);
    if (refusal !== undefined) return answerSoon(this.#options.timer, answer, refusal);
    return this.#calls.submit(command, answer);
  }

  readBarrier(answer: Answer<undefined>): HangUp {
    const refusal = this.#refusal(this.#calls.isFull);
    if (refusal !== undefined) return answerSoon(this.#options.timer, answer, refusal);
    return this.#calls.readBarrier(answer);
  }

  handlePeer(from: ServerId, request: PeerRequest, answer: (outcome: PeerOutcome) => void): void {
    this.#doors.handle(from, request, answer);
  }

  hearing(from: ServerId): void {
    if (this.#doors.hears(from)) this.#take({ type: 'hearing', from });
  }

  isLeader(): boolean {
    return this.#refusal() === undefined;
  }

  isCrashed(): boolean {
    return this.#crashed;
  }

  crash(): void {
    if (this.#crashed || this.#stopping) return;
    this.#crashed = true;
    this.#options.observer({ type: 'crashed' });
    this.#halt(this.#storageError === undefined ? 'crashed' : 'closed', {
      logged: { kind: 'crashed', logged: true },
      unlogged: { kind: 'crashed', logged: false },
    });
  }

  restore(): void {
    this.setUnreachable([], 'both');
    if (!this.#crashed) return;
    this.#crashed = false;
    this.#options.observer({ type: 'restored' });
    if (this.#haltRefusal() !== undefined) return;
    this.#halted = false;
    this.#applier.resume();
    this.#take({ type: 'restore' });
    this.#doors.setState('open');
    this.#startTicking();
  }

  setLeader(answer: Answer<boolean>): HangUp {
    const { timer } = this.#options;
    const refusal = this.#haltRefusal();
    if (refusal !== undefined) return answerSoon(timer, answer, refusal);
    if (this.isLeader()) return answerSoon(timer, answer, { kind: 'done', value: true });
    return this.#wish.add(answer);
  }

  sendHeartbeat(answer: Answer<boolean>): HangUp {
    const { timer, servers } = this.#options;
    const refusal = this.#haltRefusal();
    if (refusal !== undefined) return answerSoon(timer, answer, refusal);
    if (!this.isLeader()) return answerSoon(timer, answer, { kind: 'done', value: false });
    if (servers.length === 1) return answerSoon(timer, answer, { kind: 'done', value: true });
    return this.#heartbeats.add(this.#raft.log.lastIndex, answer);
  }

  setUnreachable(servers: readonly ServerId[], direction: CutDirection): void {
    this.#doors.setCut(servers, direction);
  }

  status(): ReplicaStatus {
    return describeStatus({
      serverId: this.#options.serverId,
      raft: this.#raft,
      crashed: this.#crashed,
      lastApplied: this.#applier.lastApplied,
      pendingUpdates: this.#calls.pendingUpdates,
      pendingReads: this.#calls.pendingReads,
      unreachable: this.#doors.cutServers,
      storageError: this.#storageError,
    });
  }

  logTail(limit: number): readonly Entry[] {
    const { log } = this.#raft;
    const from = asLogIndex(Math.max(log.firstIndex, log.lastIndex - limit + 1));
    return log.range(from, log.lastIndex);
  }

  #makeDoors(): PeerDoors {
    const { transport, timer, observer } = this.#options;
    return new PeerDoors({
      transport,
      timer,
      observer,
      onRequest: (from, callId, request) => {
        this.#take({ type: 'request', from, callId, request });
      },
      onResponse: (from, response) => {
        this.#take({ type: 'response', from, response });
        const matchIndex = this.#raft.progress.get(from)?.matchIndex ?? asLogIndex(0);
        this.#heartbeats.answered(from, matchIndex);
      },
      onUnreachable: (peer) => {
        this.#take({ type: 'unreachable', peer });
        this.#heartbeats.lost(peer);
      },
    });
  }

  #makeCalls(): ClientCalls<Command, Result> {
    return new ClientCalls<Command, Result>(this.#options.stateMachine, {
      position: () => ({ term: this.#raft.term, lastIndex: this.#raft.log.lastIndex }),
      isWriting: () => this.#raft.isWriting,
      propose: (payloads) => {
        this.#take({ type: 'propose', payloads });
      },
      read: (readId, through) => {
        this.#take({ type: 'read', readId, through });
      },
      scheduleFlush: () => {
        this.#scheduleFlush();
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
    if (!this.#halted) this.#inbox.push({ type: 'crash' });
    this.#halted = true;
    this.#doors.setState(doors);
    this.#calls.endAll(refusals.logged, refusals.unlogged);
    this.#wish.refuseAll(refusals.unlogged);
    this.#heartbeats.refuseAll(refusals.unlogged);
    this.#stepThrough();
  }

  /** An effect that causes another event has it taken after the present one. */
  #take(event: RaftEvent): void {
    this.#inbox.push(event);
    this.#stepThrough();
  }

  #stepThrough(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    neverHalf('a step', () => {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        if (this.#isShutOut(next)) continue;
        for (const effect of this.#raft.step(next)) this.#carryOut(effect);
      }
    });
    this.#stepping = false;
  }

  /** A server that stands still hears only its own disk and the switch. */
  #isShutOut(event: RaftEvent): boolean {
    return this.#halted && !['persisted', 'crash', 'restore'].includes(event.type);
  }

  #carryOut(effect: RaftEffect): void {
    switch (effect.type) {
      case 'persist':
        this.#quiet.wrote();
        this.#options.storage.append(effect, (error) => {
          if (error === undefined) this.#persisted(effect.writeId);
          else this.#storageFailed(error);
        });
        return;
      case 'send':
        this.#doors.send(effect.to, effect.request, effect.after);
        return;
      case 'reply':
        this.#doors.reply(effect.callId, effect.response, effect.after);
        return;
      case 'apply':
        this.#applier.apply(effect.entries);
        return;
      case 'readReady':
        this.#applier.run(() => {
          this.#calls.readReady(effect.readId);
        });
        return;
      case 'readAborted':
        // `notLeading` follows and ends all reads at once.
        return;
      case 'leading':
        this.#lead(effect.unapplied);
        return;
      case 'notLeading':
        this.#leadNoLonger();
        return;
      case 'note':
        this.#options.observer({ type: 'raft', note: effect.note });
        return;
    }
  }

  #persisted(writeId: WriteId): void {
    this.#doors.durable(writeId);
    this.#take({ type: 'persisted', writeId });
    this.#flush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#options.timer.soon(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#refusal() !== undefined) return;
    // Within a step the core may be about to lose its leadership: what waits goes in afterwards.
    if (this.#stepping) {
      this.#scheduleFlush();
      return;
    }
    this.#calls.flush();
  }

  #lead(unapplied: readonly Entry[]): void {
    this.#wish.fulfilled();
    const { term } = this.#raft;
    this.#applier.run(() => {
      if (this.#refusal() !== undefined || this.#raft.term !== term) return;
      this.#calls.lead(unapplied);
    });
  }

  #leadNoLonger(): void {
    this.#calls.deposed(this.#notLeader());
    this.#heartbeats.deposed();
    this.#applier.run(() => {
      this.#options.stateMachine.closeTail();
    });
  }

  #storageFailed(error: StorageError): void {
    if (this.#storageError !== undefined) return;
    const reason = error.message;
    this.#storageError = reason;
    this.#options.observer({ type: 'storageFailed', reason });
    this.#halt('closed', {
      logged: { kind: 'outcomeUnknown', reason },
      unlogged: { kind: 'storage', reason },
    });
  }

  /** Why this server takes no calls of leaders now, or undefined when it leads and has room. */
  #refusal(isFull = false): Refusal | undefined {
    const notLeading = this.#raft.role === 'leader' ? undefined : this.#notLeader();
    return this.#haltRefusal() ?? notLeading ?? (isFull ? { kind: 'busy' } : undefined);
  }

  #haltRefusal(): Refusal | undefined {
    if (this.#stopping) return { kind: 'stopping' };
    if (this.#crashed) return { kind: 'crashed', logged: false };
    if (this.#storageError === undefined) return undefined;
    return { kind: 'storage', reason: this.#storageError };
  }

  #notLeader(): Refusal {
    return { kind: 'notLeader', leaderId: this.#raft.leaderId };
  }

  #startTicking(): void {
    this.#stopTicking = this.#options.timer.every(tickMs, () => {
      this.#take({ type: 'tick' });
      this.#quiet.tick();
      this.#wish.tick();
      this.#heartbeats.tick();
    });
  }
}
