/**
 * One life of a server's process, from its start to its end. Whatever is to happen inside it goes
 * through `post`, so that a process which is paused hears nothing until it goes on, and one which
 * has ended never hears anything again.
 */
import type { Timer } from '../../src/replica/timer.js';
import { tickMs } from '../../src/replica/timing.js';
import type { SimClock } from './sim-clock.js';

export interface SimProcessOptions {
  readonly clock: SimClock;
  /** How fast its clock runs: 1.1 finds a second to be over after 0.91 s. */
  readonly clockRate: number;
  /** Told after each thing that happened in it, and whether that was but a tick of the core. */
  readonly onTurn: (isTick: boolean) => void;
}

export class SimProcess {
  readonly #options: SimProcessOptions;
  #isAlive = true;
  #isPaused = false;
  #inbox: (() => void)[] = [];

  constructor(options: SimProcessOptions) {
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  post(action: () => void, isTick = false): void {
    if (!this.#isAlive) return;
    if (this.#isPaused) {
      this.#inbox.push(action);
      return;
    }
    action();
    this.#options.onTurn(isTick);
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on, with all that came in the meantime, in order, as one event each. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const inbox = this.#inbox;
    this.#inbox = [];
    for (const action of inbox) this.#soon(action);
  }

  end(): void {
    this.#isAlive = false;
    this.#inbox = [];
  }

  readonly timer: Timer = {
    every: (intervalMs, action) => {
      let isWanted = true;
      const { clock, clockRate } = this.#options;
      const tick = (): void => {
        if (!isWanted) return;
        action();
        schedule();
      };
      const fire = (): void => {
        this.post(tick, intervalMs <= tickMs);
      };
      const schedule = (): void => {
        clock.after(intervalMs / clockRate, fire);
      };
      schedule();
      return () => {
        isWanted = false;
      };
    },
    afterMoment: (delayMs, action) => {
      let isWanted = true;
      const { clock, clockRate } = this.#options;
      clock.after(delayMs / clockRate, () => {
        this.post(() => {
          if (isWanted) action();
        });
      });
      return () => {
        isWanted = false;
      };
    },
    soon: (action) => {
      this.#soon(action);
    },
  };

  #soon(action: () => void): void {
    this.#options.clock.after(0, () => {
      this.post(action);
    });
  }
}
