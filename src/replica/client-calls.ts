/**
 * The calls of clients on their way: admitted, logged, answered by the fate of their entry; or
 * judged at once and told when leadership is confirmed; or reading. Everything that waits between
 * two turns goes to the core in one batch.
 */
import { asLogIndex, type LogIndex, type Term } from '../base/ids.js';
import type { StateMachine } from '../base/state-machine.js';
import type { ReadThrough } from '../raft/effects.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import { inflightMax } from '../raft/progress.js';
import { Call } from './call.js';
import { areTooManyCalls, isLogFull, proposeBytesMax, UncommittedMeter } from './limits.js';
import type { Answer, HangUp, Refusal } from './outcome.js';
import { PendingUpdates } from './pending-updates.js';
import { Proposals } from './proposals.js';
import { ReadBatcher } from './read-batcher.js';
import type { ReplicaMeter } from './replica-meter.js';
import type { Timer } from './timer.js';

/**
 * While the batch before is not committed, what comes waits for it, so that the next one is larger
 * and its AppendEntries tell of the commit: fewer writes and calls under load. After so many
 * ticks it goes all the same: it is logged at once, majority or not (contract, section 4).
 */
const heldTicksMax = 2;

/**
 * So many updates are worth a batch of their own, which leaves while earlier ones are on their way:
 * with a great many clients none would be left to come meanwhile, and the leader would rest.
 */
const worthwhileUpdates = 32;

/** Batches on their way at most, for that: as many as one follower is sent at a time. */
const batchesMax = inflightMax;

/** Inherited entries that are judged in one turn; about 5 ms of work. */
export const judgedAtOnceMax = 2_000;

interface LogEnd {
  readonly term: Term;
  readonly lastIndex: LogIndex;
  readonly commitIndex: LogIndex;
}

/** The core, as far as calls need it. */
export interface LogAccess {
  /** The term and the end of the log that `propose` would continue. */
  position(): LogEnd;
  /** Whether a write of the core is under way. */
  isWriting(): boolean;
  /** Both require that this server leads, now. */
  propose(payloads: readonly Uint8Array[]): void;
  read(readId: number, through: ReadThrough): void;
  /** Asks for a `flush` after the present turn. */
  scheduleFlush(): void;
  readonly timer: Pick<Timer, 'soon'>;
  readonly meter?: Pick<ReplicaMeter, 'proposed'> | undefined;
}

export class ClientCalls<Command, Result> {
  readonly #stateMachine: StateMachine<Command, Result>;
  readonly #log: LogAccess;
  readonly #proposals = new Proposals<Command, Result>();
  readonly #updates = new PendingUpdates<Result>();
  readonly #uncommitted = new UncommittedMeter();
  readonly #reads: ReadBatcher;
  /** Answers that the log's tail decides: they wait like reads, but for the whole log. */
  readonly #verdicts: ReadBatcher;
  #lastReadId = 0;
  /** Where the newest batches end that were logged, oldest first, and ticks since the newest. */
  #batchEnds: LogIndex[] = [];
  #heldTicks = 0;
  /** The state machine judges commands: this server leads and its backlog is applied. */
  #tailOpen = false;
  /** The tail opens once the no-op of this server's term is applied. */
  #opensAtNoop = false;

  constructor(stateMachine: StateMachine<Command, Result>, log: LogAccess) {
    this.#stateMachine = stateMachine;
    this.#log = log;
    const newReadId = (): number => {
      this.#lastReadId += 1;
      return this.#lastReadId;
    };
    const begin = (readId: number, through: ReadThrough): void => {
      log.read(readId, through);
    };
    const soon = (action: () => void): void => {
      log.timer.soon(action);
    };
    this.#reads = new ReadBatcher({ through: 'commit', newReadId, begin, soon });
    this.#verdicts = new ReadBatcher({ through: 'log', newReadId, begin, soon });
  }

  get pendingUpdates(): number {
    return this.#updates.size + this.#proposals.size + this.#verdicts.size;
  }

  get pendingReads(): number {
    return this.#reads.size;
  }

  /** Whether updates were logged that are not committed. */
  get areUnderWay(): boolean {
    const newest = this.#batchEnds.at(-1);
    return newest !== undefined && newest > this.#log.position().commitIndex;
  }

  /** Whether one more read would go beyond the limits. */
  get isFullForReads(): boolean {
    return areTooManyCalls(this.pendingUpdates + this.pendingReads);
  }

  /** Whether one more update would. */
  get isFullForUpdates(): boolean {
    return this.isFullForReads || isLogFull(this.#uncommitted, this.#proposals.waitingBytes);
  }

  submit(command: Command, answer: Answer<Result>): HangUp {
    const call = new Call(answer);
    if (this.#tailOpen) this.#admit(command, call);
    else this.#proposals.wait(command, this.#stateMachine.encode(command), call);
    return call.hangUp;
  }

  readBarrier(answer: Answer<undefined>): HangUp {
    const call = new Call(answer);
    call.moveTo(this.#reads.add(call.answer));
    this.#log.scheduleFlush();
    return call.hangUp;
  }

  /** One unit of time went by. */
  tick(): void {
    this.#heldTicks += 1;
    if (this.#proposals.admitted > 0) this.#log.scheduleFlush();
  }

  /**
   * Logs what waits, unless the batch before is still on its way: then the end of its write, its
   * commit, or enough that waits comes back here. Verdicts must not overtake the commands that they
   * were judged against. Returns whether a batch was logged.
   */
  flush(): boolean {
    this.#reads.flush();
    const isAnyWaiting = !this.#areAllLogged();
    if (isAnyWaiting) {
      if (this.#mustWait()) return false;
      this.#propose();
    }
    // A large portion may have left some behind.
    if (this.#areAllLogged()) this.#verdicts.flush();
    return isAnyWaiting;
  }

  /** A read of the core may be answered. */
  readReady(readId: number): void {
    if (!this.#reads.ready(readId)) this.#verdicts.ready(readId);
    this.#log.scheduleFlush();
  }

  /** An entry was applied; `replaced` is for callers whose entry it displaced. */
  settle(entry: Entry, result: Result | undefined, replaced: Refusal): void {
    if (entry.kind === 'command') this.#uncommitted.remove(entry.payload.length);
    this.#updates.settle(entry, result, replaced);
    if (!this.#opensAtNoop || entry.kind !== 'noop') return;
    if (entry.term === this.#log.position().term) this.#openTail([]);
  }

  /** The state through `position` came as a snapshot: the entries up to there were not applied. */
  skipped(position: LogPosition, replaced: Refusal): void {
    const reason = 'the state came as a snapshot, without the fate of each update';
    this.#updates.skip(position, { replaced, unknown: { kind: 'outcomeUnknown', reason } });
  }

  /**
   * Leadership has begun and the state machine has applied everything before `unapplied`. To judge
   * a long backlog in one turn would silence the new leader until it is deposed: then the tail
   * opens when the backlog is applied, up to the term's own no-op, and until then commands wait.
   */
  lead(unapplied: readonly Entry[]): void {
    this.#opensAtNoop = unapplied.length > judgedAtOnceMax;
    if (!this.#opensAtNoop) this.#openTail(unapplied);
  }

  /** Leadership has ended: what is not in the log is refused, what is waits for its fate. */
  deposed(refusal: Refusal): void {
    this.#tailOpen = false;
    this.#opensAtNoop = false;
    this.#batchEnds = [];
    this.#refuseUnlogged(refusal);
  }

  /** The disk hangs: nobody should wait any longer. What is in the tail may still be logged. */
  diskLost(reason: string): void {
    const logged: Refusal = { kind: 'outcomeUnknown', reason };
    const unlogged: Refusal = { kind: 'storage', reason };
    this.#updates.refuseAll(logged);
    this.#proposals.tellAdmitted(logged);
    this.#proposals.refuseWaiting(unlogged);
    this.#reads.refuseAll(unlogged);
    this.#verdicts.refuseAll(unlogged);
  }

  /** Ends every call: those in the log with `logged`, all others with `unlogged`. */
  endAll(logged: Refusal, unlogged: Refusal): void {
    this.#updates.refuseAll(logged);
    this.#refuseUnlogged(unlogged);
  }

  /** `unapplied` is all of the log that the state machine has not seen. */
  #openTail(unapplied: readonly Entry[]): void {
    this.#opensAtNoop = false;
    const commands = unapplied.filter((entry) => entry.kind === 'command');
    this.#uncommitted.reset(commands);
    this.#stateMachine.openTail(commands.map((entry) => entry.payload));
    this.#tailOpen = true;
    for (const { command, call } of this.#proposals.takeWaiting()) this.#admit(command, call);
  }

  #refuseUnlogged(refusal: Refusal): void {
    this.#proposals.refuseAll(refusal);
    this.#reads.refuseAll(refusal);
    this.#verdicts.refuseAll(refusal);
  }

  #admit(command: Command, call: Call<Result>): void {
    const admission = this.#stateMachine.admit(command);
    if (admission.kind === 'log') {
      const { payload } = admission;
      this.#uncommitted.add(payload.length);
      this.#proposals.admit(payload, call);
    } else if (admission.kind === 'refuse') {
      const { reason } = admission;
      // A call is never answered before it has returned.
      this.#log.timer.soon(() => {
        call.answer({ kind: 'busy', reason });
      });
      return;
    } else {
      const { result } = admission;
      const verdict: Answer<undefined> = (outcome) => {
        call.answer(outcome.kind === 'done' ? { kind: 'done', value: result } : outcome);
      };
      call.moveTo(this.#verdicts.add(verdict));
    }
    this.#log.scheduleFlush();
  }

  #areAllLogged(): boolean {
    return this.#proposals.admitted === 0;
  }

  /** Whether what is admitted is to wait for more. */
  #mustWait(): boolean {
    const { commitIndex } = this.#log.position();
    this.#batchEnds = this.#batchEnds.filter((end) => end > commitIndex);
    const underWay = this.#batchEnds.length;
    const isWorthwhile = this.#proposals.admitted >= worthwhileUpdates;
    if (isWorthwhile && underWay > 0 && underWay < batchesMax) return false;
    return this.#log.isWriting() || (underWay > 0 && this.#heldTicks < heldTicksMax);
  }

  #propose(): void {
    const { term, lastIndex } = this.#log.position();
    const payloads: Uint8Array[] = [];
    let index: number = lastIndex;
    for (const { payload, call } of this.#proposals.takeAdmitted(proposeBytesMax)) {
      index += 1;
      payloads.push(payload);
      call.moveTo(this.#updates.add(asLogIndex(index), term, call.answer));
    }
    const end = asLogIndex(index);
    this.#batchEnds = [...this.#batchEnds.slice(1 - batchesMax), end];
    this.#heldTicks = 0;
    this.#log.meter?.proposed(end);
    this.#log.propose(payloads);
  }
}
