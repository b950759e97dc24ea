/**
 * What a follower logged a moment ago is mostly committed by now, and its leader is about to tell
 * it so. Whoever looks into its applied state meanwhile is let wait for that, some ms at most: a
 * client that the leader has answered then finds its update on every server that has logged it.
 * What was logged longer ago may be undecided for long, and is not waited for.
 */
import type { LogIndex } from '../base/ids.js';
import type { Raft } from '../raft/raft.js';
import type { Applier } from './applier.js';
import type { CoreLoop } from './core-loop.js';
import type { HangUp } from './outcome.js';

/** 20 ms: twice as long as a leader may keep a commit to itself (flush-schedule.ts). */
const freshTicks = 4;

interface Waiting {
  readonly index: LogIndex;
  readonly action: () => void;
  ticksLeft: number;
}

const nothingToHangUp: HangUp = () => undefined;

export class FreshTail {
  readonly #raft: Pick<Raft, 'role' | 'log'>;
  readonly #loop: Pick<CoreLoop, 'isHalted'>;
  readonly #applier: Pick<Applier<never, never>, 'lastApplied'>;
  /** Where the log ended at each of the last ticks, oldest first. */
  readonly #ends: LogIndex[] = [];
  /** In the order in which they came. */
  #waiting: Waiting[] = [];

  constructor(
    raft: Pick<Raft, 'role' | 'log'>,
    loop: Pick<CoreLoop, 'isHalted'>,
    applier: Pick<Applier<never, never>, 'lastApplied'>,
  ) {
    this.#raft = raft;
    this.#loop = loop;
    this.#applier = applier;
  }

  /** Calls `action` once it is known what became of the fresh tail: at once when there is none. */
  whenTold(action: () => void): HangUp {
    const index = this.#raft.log.lastIndex;
    if (!this.#isFresh(index)) {
      action();
      return nothingToHangUp;
    }
    const waiting = { index, action, ticksLeft: freshTicks };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  /** The log is applied through `index`. */
  applied(index: LogIndex): void {
    if (this.#waiting.length > 0) this.#release((waiting) => waiting.index <= index);
  }

  /** One unit of time went by. */
  tick(): void {
    this.#ends.push(this.#raft.log.lastIndex);
    if (this.#ends.length > freshTicks) this.#ends.shift();
    for (const waiting of this.#waiting) waiting.ticksLeft -= 1;
    if (this.#waiting.length > 0) this.#release(({ ticksLeft }) => ticksLeft <= 0);
  }

  /** Nothing more will be told: nobody waits any longer. */
  releaseAll(): void {
    this.#release(() => true);
  }

  #isFresh(index: LogIndex): boolean {
    // A leader knows by itself what is committed.
    if (this.#loop.isHalted || this.#raft.role === 'leader') return false;
    if (index <= this.#applier.lastApplied) return false;
    const end = this.#ends.at(-freshTicks);
    return end === undefined || index > end;
  }

  #release(isDue: (waiting: Waiting) => boolean): void {
    const due = this.#waiting.filter(isDue);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !isDue(waiting));
    for (const { action } of due) action();
  }
}
