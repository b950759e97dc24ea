/**
 * Long work in pieces: all pieces together take about `turnWorkMs` of one turn of the event loop
 * and go on in the next, so that heartbeats and short calls get theirs, however much waits here.
 * The caller bounds what waits.
 */
import { Fifo } from '../base/fifo.js';

/** Well below a heartbeat. One piece more may be begun just before the time is up. */
const turnWorkMs = 10;

export interface TurnsOptions {
  /** What all pieces of one turn take together, about. */
  readonly turnWorkMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Runs this in the next turn. */
  readonly soon: (action: () => void) => void;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #pieces = new Fifo<() => void>();
  #isScheduled = false;

  constructor(options: Partial<TurnsOptions> = {}) {
    this.#options = {
      turnWorkMs,
      now: () => performance.now(),
      soon: (action) => setImmediate(action),
      ...options,
    };
  }

  /** Runs `piece` in a later turn, after those that came before it. */
  take(piece: () => void): void {
    this.#pieces.push(piece);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.soon(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #run(): void {
    const { now, turnWorkMs } = this.#options;
    const endMs = now() + turnWorkMs;
    do this.#pieces.shift()?.();
    while (this.#pieces.size > 0 && now() < endMs);
    if (this.#pieces.size > 0) this.#schedule();
  }
}
