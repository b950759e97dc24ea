/**
 * Feeds committed entries to the state machine in log order, and runs what has to happen between
 * them. A long backlog (a restart with a large log) is applied in slices, so that heartbeats and
 * calls go on in between.
 */
import { assert, neverHalf } from '../base/assert.js';
import type { LogIndex } from '../base/ids.js';
import type { StateMachine } from '../base/state-machine.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { ReplicaMeter } from './replica-meter.js';
import type { Timer } from './timer.js';

/** Entries applied, and their callers answered, before other events get their turn: some ms. */
export const applySliceEntries = 256;

type Work =
  | { readonly type: 'apply'; readonly entries: readonly Entry[] }
  | { readonly type: 'run'; readonly action: () => void };

export interface ApplierOptions<Command, Result> {
  readonly stateMachine: StateMachine<Command, Result>;
  readonly timer: Timer;
  readonly meter?: Pick<ReplicaMeter, 'now' | 'applied'> | undefined;
  /** What the state machine has been restored to. */
  readonly restoredTo: LogPosition;
  /** Called after each entry; `result` is undefined unless it is a command. */
  readonly onApplied: (entry: Entry, result: Result | undefined) => void;
}

export class Applier<Command, Result> {
  readonly #options: ApplierOptions<Command, Result>;
  #work: Work[] = [];
  /** Entries of the first work item that are applied already. */
  #done = 0;
  #position: LogPosition;
  #paused = false;
  #running = false;
  #scheduled = false;

  constructor(options: ApplierOptions<Command, Result>) {
    this.#options = options;
    this.#position = options.restoredTo;
  }

  /** The last entry that the state machine has seen. */
  get position(): LogPosition {
    return this.#position;
  }

  get lastApplied(): LogIndex {
    return this.#position.index;
  }

  /** Takes entries over. Nothing is applied before `advance`. */
  apply(entries: readonly Entry[]): void {
    this.#work.push({ type: 'apply', entries });
  }

  /** Runs `action` once everything handed over before it has been applied. */
  run(action: () => void): void {
    this.#work.push({ type: 'run', action });
  }

  /** The state was replaced by that through a later position, in an action of `run`. */
  jumpTo(position: LogPosition): void {
    const { index } = this.#position;
    assert(
      position.index > index,
      () => `the state does not go back from ${index} to ${position.index}`,
    );
    this.#position = position;
  }

  /** Freezes the applied state (crash switch); the backlog is kept. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.advance();
  }

  /** Does what was handed over, or as much of it as fits into one turn. */
  advance(): void {
    if (this.#work.length > 0) neverHalf('applying', this.#advance);
  }

  readonly #advance = (): void => {
    // An action may hand over more work: the loop that is running takes it.
    if (this.#running || this.#scheduled) return;
    this.#running = true;
    const { meter } = this.#options;
    const beganMs = meter?.now() ?? 0;
    let budget = applySliceEntries;
    for (let work = this.#work[0]; work !== undefined && !this.#paused; work = this.#work[0]) {
      if (work.type === 'run') {
        this.#work.shift();
        work.action();
        continue;
      }
      const entry = work.entries[this.#done];
      if (entry === undefined) {
        this.#work.shift();
        this.#done = 0;
        continue;
      }
      if (budget === 0) break;
      budget -= 1;
      this.#done += 1;
      this.#applyOne(entry);
    }
    this.#running = false;
    if (budget < applySliceEntries) meter?.applied(meter.now() - beganMs);
    if (this.#work.length > 0 && !this.#paused) this.#continueSoon();
  };

  #continueSoon(): void {
    this.#scheduled = true;
    this.#options.timer.soon(() => {
      this.#scheduled = false;
      this.advance();
    });
  }

  #applyOne(entry: Entry): void {
    assert(entry.index === this.lastApplied + 1, () => `entry ${entry.index} applied out of order`);
    const result =
      entry.kind === 'command' ? this.#options.stateMachine.apply(entry.payload) : undefined;
    this.#position = { index: entry.index, term: entry.term };
    this.#options.onApplied(entry, result);
  }
}
