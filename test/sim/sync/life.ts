/**
 * A process of the simulated world. Once it has ended, nothing that it waited for ever comes: it
 * stops right where it was, as after SIGKILL. While it is paused, everything comes later.
 */
import type { BlockTimer } from '../../../src/blocks/block-timer.js';
import type { SimClock } from '../sim-clock.js';

/** Simulated time begins here: stamps and ages are to look as they do in the world. */
export const epochMs = 1_700_000_000_000;

export class Life implements BlockTimer {
  readonly #clock: SimClock;
  readonly #onEnd: (() => void)[] = [];
  #isOver = false;
  #pausedUntilMs = 0;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  now(): number {
    return epochMs + this.#clock.nowMs;
  }

  end(): void {
    this.#isOver = true;
    for (const tell of this.#onEnd.splice(0)) tell();
  }

  /** `action` is told once the process has ended. */
  onEnd(action: () => void): void {
    if (this.#isOver) action();
    else this.#onEnd.push(action);
  }

  /** As SIGSTOP, and SIGCONT after `forMs`. */
  pause(forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.nowMs + forMs);
  }

  after(delayMs: number, action: () => void): () => void {
    let cancel = this.#clock.after(delayMs, () => {
      const stillMs = this.#pausedUntilMs - this.#clock.nowMs;
      if (stillMs > 0) cancel = this.after(stillMs, action);
      else if (!this.#isOver) action();
    });
    return () => cancel();
  }

  /** Never resolves once the process has ended. */
  rest(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }
}
