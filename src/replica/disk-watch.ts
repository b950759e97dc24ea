/**
 * How long the disk has not answered a write. A disk that hangs says nothing: callers whose update
 * is in the log are told after a while that nobody knows what becomes of it.
 */
import type { ReplicaObserver } from './observer.js';
import { Fifo } from '../base/fifo.js';
import { tickMs } from './timing.js';

/** Long after the core has stepped down, and long before callers stop waiting by themselves. */
const patienceMs = 2_000;

export class DiskWatch {
  readonly #observer: ReplicaObserver;
  #now = 0;
  /** When each write began that is under way. Bounded by what the core writes ahead. */
  readonly #begun = new Fifo<number>();
  #oldest: number | undefined = undefined;
  #isTold = false;

  constructor(observer: ReplicaObserver) {
    this.#observer = observer;
  }

  /** Age of the oldest write that is under way, in whole ticks; 0 when there is none. */
  get silentMs(): number {
    return this.#oldest === undefined ? 0 : (this.#now - this.#oldest) * tickMs;
  }

  /** Whether nobody should wait for the disk any longer. */
  get isLost(): boolean {
    return this.silentMs >= patienceMs;
  }

  wrote(): void {
    if (this.#oldest === undefined) this.#oldest = this.#now;
    else this.#begun.push(this.#now);
  }

  /** The oldest write has ended. */
  answered(): void {
    const { silentMs } = this;
    this.#oldest = this.#begun.shift();
    if (!this.#isTold || this.isLost) return;
    this.#isTold = false;
    this.#observer({ type: 'diskAnswers', silentMs });
  }

  tick(): void {
    this.#now += 1;
    if (this.#isTold || !this.isLost) return;
    this.#isTold = true;
    this.#observer({ type: 'diskSilent', silentMs: this.silentMs });
  }
}
