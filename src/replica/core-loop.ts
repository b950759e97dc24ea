/**
 * Events go into the core one at a time, and what each causes is carried out before the next. A
 * core that stands still hears only its own disk and the switch.
 */
import { neverHalf } from '../base/assert.js';
import type { RaftEffect, RaftEvent } from '../raft/effects.js';
import type { Raft } from '../raft/raft.js';

export class CoreLoop {
  readonly #raft: Raft;
  readonly #carryOut: (effect: RaftEffect) => void;
  /** Filled by effects while a step is carried out, and emptied right after it. */
  readonly #inbox: RaftEvent[] = [];
  #isStepping = false;
  #isHalted = false;

  constructor(raft: Raft, carryOut: (effect: RaftEffect) => void) {
    this.#raft = raft;
    this.#carryOut = carryOut;
  }

  /** Whether a step is being carried out: the core may be about to change its mind. */
  get isStepping(): boolean {
    return this.#isStepping;
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** An effect that causes another event has it taken after the present one. */
  take(event: RaftEvent): void {
    this.#inbox.push(event);
    this.stepThrough();
  }

  /** From now on the core stands still. It is told with the next `stepThrough`. */
  halt(): void {
    if (!this.#isHalted) this.#inbox.push({ type: 'crash' });
    this.#isHalted = true;
  }

  /** Before the core is told `restore`. */
  resume(): void {
    this.#isHalted = false;
  }

  stepThrough(): void {
    if (this.#isStepping) return;
    this.#isStepping = true;
    neverHalf('a step', () => {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        if (this.#isShutOut(next)) continue;
        for (const effect of this.#raft.step(next)) this.#carryOut(effect);
      }
    });
    this.#isStepping = false;
  }

  #isShutOut(event: RaftEvent): boolean {
    return this.#isHalted && !['persisted', 'crash', 'restore'].includes(event.type);
  }
}
