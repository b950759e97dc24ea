/**
 * Reads that wait for a server to come as far as an index of the log. However many wait, the
 * servers are asked for all of them together: whoever makes an index up costs others nothing, and
 * itself the wait.
 */
import { setTimeout as wait } from 'node:timers/promises';

const askEveryMs = 50;

interface Waiting {
  readonly index: number;
  readonly end: (isReached: boolean) => void;
}

export class IndexWaits {
  readonly #ask: () => void;
  readonly #waiting = new Set<Waiting>();
  #isAsking = false;

  /** `ask` has the servers asked how far they are; what they say is told to `heard`. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** A server has come so far. */
  heard(applied: number): void {
    for (const waiting of this.#waiting) if (waiting.index <= applied) waiting.end(true);
  }

  /** Whether a server came so far within `msMax`. */
  async until(index: number, msMax: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isReached: boolean): void => {
        clearTimeout(timeout);
        this.#waiting.delete(waiting);
        resolve(isReached);
      };
      const timeout = setTimeout(end, msMax, false);
      const waiting: Waiting = { index, end };
      this.#waiting.add(waiting);
      void this.#askOn();
    });
  }

  /** Lets nobody wait any more. */
  stop(): void {
    for (const { end } of this.#waiting) end(false);
  }

  async #askOn(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#waiting.size > 0) {
      this.#ask();
      await wait(askEveryMs);
    }
    this.#isAsking = false;
  }
}
