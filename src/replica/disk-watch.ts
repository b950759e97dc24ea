/**
 * Watches for a disk that hangs: it says nothing, so callers would wait for it for ever. People are
 * told once when it falls silent and once when it is back.
 */
import type { ReplicaObserver } from './observer.js';
import { tickMs } from './timing.js';

/** Longer than a leader with such a disk leads, shorter than the patience of callers. */
const diskPatienceMs = 2_000;

/** What callers are told. */
export const diskLostReason = `the disk has not answered for ${diskPatienceMs / 1_000} s`;

export class DiskWatch {
  readonly #observer: ReplicaObserver;
  /** What was told: how long it had been silent when it was looked at last. */
  #toldMs: number | undefined = undefined;

  constructor(observer: ReplicaObserver) {
    this.#observer = observer;
  }

  /** Whether nobody should wait for the disk any longer. */
  get isLost(): boolean {
    return this.#toldMs !== undefined;
  }

  /** `silentTicks`: for how long the oldest write has been under way. */
  look(silentTicks: number): void {
    const silentMs = silentTicks * tickMs;
    if (silentMs >= diskPatienceMs) {
      if (this.#toldMs === undefined) this.#observer({ type: 'diskSilent', silentMs });
      this.#toldMs = silentMs;
    } else if (this.#toldMs !== undefined) {
      this.#observer({ type: 'diskAnswers', silentMs: this.#toldMs });
      this.#toldMs = undefined;
    }
  }
}
