/** A clock that stands still until the test moves it. */
import type { BlockTimer } from '../../src/blocks/block-timer.js';

interface Alarm {
  readonly atMs: number;
  readonly action: () => void;
}

export class FakeBlockTimer implements BlockTimer {
  #nowMs = 1_700_000_000_000;
  readonly #alarms = new Set<Alarm>();

  /** Alarms that have neither gone off nor been cancelled. */
  get pending(): number {
    return this.#alarms.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, action };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Moves the clock at once; alarms that are due go off when time passes again. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets the time pass, with everything that happens on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settled();
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.action();
      await settled();
    }
    this.#nowMs = end;
  }

  #nextBefore(end: number): Alarm | undefined {
    const due = [...this.#alarms].filter(({ atMs }) => atMs <= end);
    return due.sort((left, right) => left.atMs - right.atMs)[0];
  }
}

/** Everything that waits for nothing but promises has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
