/**
 * How long to wait before what has failed is tried again: longer after each failure in a row, up to
 * a bound, so that a lasting failure costs little and a passing one is soon forgotten.
 */
import { ticksOf } from './timing.js';

export interface RetryPauseOptions {
  readonly firstMs: number;
  readonly longestMs: number;
}

export class RetryPause {
  readonly #options: RetryPauseOptions;
  #nextMs: number;
  #ticksLeft = 0;

  constructor(options: RetryPauseOptions) {
    this.#options = options;
    this.#nextMs = options.firstMs;
  }

  get isOver(): boolean {
    return this.#ticksLeft === 0;
  }

  failed(): void {
    this.#ticksLeft = ticksOf(this.#nextMs);
    this.#nextMs = Math.min(2 * this.#nextMs, this.#options.longestMs);
  }

  succeeded(): void {
    this.#ticksLeft = 0;
    this.#nextMs = this.#options.firstMs;
  }

  tick(): void {
    if (this.#ticksLeft > 0) this.#ticksLeft -= 1;
  }
}
