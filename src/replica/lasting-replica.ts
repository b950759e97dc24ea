/**
 * A replica that survives its disk. When the storage of the present one fails, that one stands
 * still and refuses, while the storage is opened anew until it can be: with a full recovery, a new
 * state machine and a new replica, as a restart would have it. Nothing is retried on files that
 * failed.
 *
 * What a person set outlives the change: the crash switch, the artificial partition, the alarm.
 * The transport is handed over, too: peers notice nothing but a server that was silent.
 */
import type { ServerId } from '../base/ids.js';
import type { StateMachine } from '../base/state-machine.js';
import type { MemberChange } from '../raft/effects.js';
import type { Entry } from '../raft/messages.js';
import { StorageDamagedError, StorageError } from '../storage/storage.js';
import type { RecoveredState, Storage } from '../storage/storage.js';
import { Cut } from './cut.js';
import type { MemberOutcome } from './member-calls.js';
import type { Answer, HangUp } from './outcome.js';
import type { PeerMessage } from './peer-transport.js';
import type { CutDirection, PeerOutcome, ReplicaApi, ReplicaStatus } from './replica-api.js';
import type { ReplicaOptions } from './replica-options.js';
import { Replica } from './replica.js';
import { StateAlarm } from './state-alarm.js';

/** Time between two attempts: at first, and at most. */
const attemptMsFirst = 1_000;
const attemptMsMax = 8_000;

/** A storage that works for so long has come back; one that fails sooner is tried less often. */
const provenMs = 10_000;

/** What is on disk, and a state machine that was restored to its snapshot. */
export interface OpenedMemory<Machine> {
  readonly storage: Storage;
  readonly recovered: RecoveredState;
  readonly stateMachine: Machine;
}

type PerLife = keyof OpenedMemory<unknown> | 'inherited' | 'onStorageFailed';

export interface LastingReplicaOptions<Command, Result, Machine> {
  /** What every replica of this process is made with. */
  readonly replica: Omit<ReplicaOptions<Command, Result>, PerLife>;
  /** For the first one. */
  readonly opened: OpenedMemory<Machine>;
  /**
   * Opens the storage again, after the one before was closed. Rejects with `StorageError` when the
   * disk refuses still, and with `StorageDamagedError` when nothing will help.
   */
  readonly open: () => Promise<OpenedMemory<Machine>>;
}

export class LastingReplica<
  Command,
  Result,
  Machine extends StateMachine<Command, Result>,
> implements ReplicaApi<Command, Result> {
  readonly partition = new Cut();
  readonly #options: LastingReplicaOptions<Command, Result, Machine>;
  readonly #alarm: StateAlarm;
  #stateMachine: Machine;
  /** What the crash switch froze, when the life that it belonged to has ended since. */
  #frozen: Machine | undefined = undefined;
  #replica: Replica<Command, Result>;
  #isStopping = false;
  #attempt: Promise<void> = Promise.resolve();
  /** Ends the timer of the next attempt, or of the proof that the last one succeeded. */
  #stopTimer: (() => void) | undefined = undefined;
  #attemptMs = attemptMsFirst;
  /** Why the last attempt failed; undefined while nothing is wrong. */
  #toldReason: string | undefined = undefined;

  constructor(options: LastingReplicaOptions<Command, Result, Machine>) {
    this.#options = options;
    this.#alarm = new StateAlarm(options.replica.observer);
    this.#stateMachine = options.opened.stateMachine;
    this.#replica = this.#makeReplica(options.opened, false);
  }

  /** The applied state of the present life: to be asked for anew with each use. */
  get stateMachine(): Machine {
    return this.#frozen ?? this.#stateMachine;
  }

  start(): void {
    this.#replica.start();
  }

  /** As of a replica; also ends the attempts to open the storage again. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopTimer?.();
    await this.#attempt;
    const hasFailed = this.#replica.status().storageError !== undefined;
    await (hasFailed ? this.#replica.stop().catch(ignoreFailedStorage) : this.#replica.stop());
  }

  submit(command: Command, answer: Answer<Result>): HangUp {
    return this.#replica.submit(command, answer);
  }

  readBarrier(answer: Answer<undefined>): HangUp {
    return this.#replica.readBarrier(answer);
  }

  whenTold(action: () => void): HangUp {
    return this.#replica.whenTold(action);
  }

  handlePeer(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): void {
    this.#replica.handlePeer(from, request, answer);
  }

  hearing(from: ServerId): void {
    this.#replica.hearing(from);
  }

  isLeader(): boolean {
    return this.#replica.isLeader();
  }

  crash(): void {
    this.#replica.crash();
  }

  restore(): void {
    this.#frozen = undefined;
    this.#replica.restore();
  }

  isCrashed(): boolean {
    return this.#replica.isCrashed();
  }

  setLeader(answer: Answer<boolean>): HangUp {
    return this.#replica.setLeader(answer);
  }

  sendHeartbeat(answer: Answer<boolean>): HangUp {
    return this.#replica.sendHeartbeat(answer);
  }

  setUnreachable(servers: readonly ServerId[], direction: CutDirection): void {
    this.#replica.setUnreachable(servers, direction);
  }

  changeMembers(change: MemberChange, answer: Answer<MemberOutcome>): HangUp {
    return this.#replica.changeMembers(change, answer);
  }

  status(): ReplicaStatus {
    return this.#replica.status();
  }

  logTail(limit: number): readonly Entry[] {
    return this.#replica.logTail(limit);
  }

  #makeReplica(opened: OpenedMemory<Machine>, isCrashed: boolean): Replica<Command, Result> {
    return new Replica<Command, Result>({
      ...this.#options.replica,
      ...opened,
      inherited: { cut: this.partition, alarm: this.#alarm, isCrashed },
      onStorageFailed: () => {
        this.#attemptLater();
      },
    });
  }

  #attemptLater(): void {
    if (this.#isStopping) return;
    this.#after(this.#attemptMs, () => {
      this.#attemptMs = Math.min(2 * this.#attemptMs, attemptMsMax);
      this.#attempt = this.#reopen();
    });
  }

  /** Takes the place of what was to come before. */
  #after(delayMs: number, action: () => void): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#options.replica.timer.every(delayMs, () => {
      this.#stopTimer?.();
      action();
    });
  }

  async #reopen(): Promise<void> {
    try {
      await this.#replica.closeStorage().catch(ignoreFailedStorage);
      if (this.#isStopping) return;
      await this.#goOnWith(await this.#options.open());
    } catch (error) {
      const isFinal = error instanceof StorageDamagedError;
      if (!(isFinal || error instanceof StorageError)) throw error;
      this.#tellOnce(error.message, isFinal);
      if (!isFinal) this.#attemptLater();
    }
  }

  /** A server that is to stop by now does not come back: what was opened is given back at once. */
  async #goOnWith(opened: OpenedMemory<Machine>): Promise<void> {
    if (this.#isStopping) {
      await opened.storage.close();
      return;
    }
    const { hardState, snapshot, logBase, entries, notices } = opened.recovered;
    this.#toldReason = undefined;
    this.#options.replica.observer({
      type: 'storageReturned',
      term: hardState.term,
      snapshotIndex: snapshot.index,
      lastLogIndex: entries.at(-1)?.index ?? logBase.index,
      standing: hardState.standing,
      notices,
    });
    if (this.isCrashed()) this.#frozen ??= this.#stateMachine;
    this.#stateMachine = opened.stateMachine;
    this.#replica = this.#makeReplica(opened, this.#replica.isCrashed());
    this.#after(provenMs, () => {
      this.#attemptMs = attemptMsFirst;
    });
    this.#replica.start();
  }

  #tellOnce(reason: string, isFinal: boolean): void {
    if (reason === this.#toldReason) return;
    this.#toldReason = reason;
    this.#options.replica.observer({ type: 'storageUnusable', reason, isFinal });
  }
}

/** That this storage has failed was told when it did; what closing it says adds nothing. */
function ignoreFailedStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
