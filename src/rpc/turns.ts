/**
 * Long work in pieces: all pieces together take about `turnWorkMs` of one turn of the event loop
 * and go on in the next, so that heartbeats and short calls get theirs, however much waits here.
 * The caller bounds what waits.
 */
import { Fifo } from '../base/fifo.js';

/** Well below a heartbeat. One piece more may be begun just before the time is up. */
const turnWorkMs = 10;

export class Turns {
  readonly #pieces = new Fifo<() => void>();
  #isScheduled = false;

  /** Runs `piece` in a later turn, after those that came before it. */
  take(piece: () => void): void {
    this.#pieces.push(piece);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #run(): void {
    const endMs = performance.now() + turnWorkMs;
    do this.#pieces.shift()?.();
    while (this.#pieces.size > 0 && performance.now() < endMs);
    if (this.#pieces.size > 0) this.#schedule();
  }
}
