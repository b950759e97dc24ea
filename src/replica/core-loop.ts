/**
 * Events go into the core one at a time, and what each causes is carried out before the next. Once
 * the core has nothing more to do, its owner adds what has waited for that; the state machine's
 * work comes last, so that what other servers and the disk wait for leaves first. A core that
 * stands still hears only its own disk and the switch.
 */
import { neverHalf } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';
import type { RaftEvent } from '../raft/effects.js';
import type { Raft } from '../raft/raft.js';
import { carryOut, type EffectOwner } from './carry-out.js';

export class CoreLoop {
  readonly #raft: Raft;
  readonly #owner: () => EffectOwner;
  /** Filled by effects while a step is carried out, and emptied right after it. */
  readonly #inbox = new Fifo<RaftEvent>();
  #isRunning = false;
  #isStepping = false;
  #isHalted = false;

  constructor(raft: Raft, owner: () => EffectOwner) {
    this.#raft = raft;
    this.#owner = owner;
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
    if (this.#isRunning) return;
    this.#isRunning = true;
    neverHalf('a step', this.#takeAll);
    this.#isRunning = false;
    const { applier, flushes } = this.#owner();
    applier.advance();
    flushes.tellCommit();
  }

  readonly #takeAll = (): void => {
    const owner = this.#owner();
    while (this.#inbox.size > 0) {
      this.#isStepping = true;
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        if (this.#isShutOut(next)) continue;
        for (const effect of this.#raft.step(next)) carryOut(effect, owner);
      }
      this.#isStepping = false;
      owner.flushes.shareCommit();
    }
  };

  #isShutOut({ type }: RaftEvent): boolean {
    return this.#isHalted && type !== 'persisted' && type !== 'crash' && type !== 'restore';
  }
}
