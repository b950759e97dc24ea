/**
 * Holds messages back until the write that they depend on is on disk. This is where "send only
 * after durable" happens.
 */
import { assert } from '../base/assert.js';
import type { WriteId } from '../raft/effects.js';

interface Held {
  readonly after: WriteId;
  readonly release: () => void;
}

export class DurableGate {
  #durable: WriteId = 0;
  /** Bounded by what peers may have under way. Not always in order of `after`. */
  #held: Held[] = [];

  /** Runs `release` once write `after` is on disk: at once when it is already. */
  pass(after: WriteId, release: () => void): void {
    if (after <= this.#durable) release();
    else this.#held.push({ after, release });
  }

  /** Write `writeId`, and with it every earlier one, is on disk. */
  durable(writeId: WriteId): void {
    assert(
      writeId === this.#durable + 1,
      () => `write ${writeId} completed after ${this.#durable}`,
    );
    this.#durable = writeId;
    const ready = this.#held.filter((held) => held.after <= writeId);
    if (ready.length === 0) return;
    this.#held = this.#held.filter((held) => held.after > writeId);
    for (const held of ready) held.release();
  }

  /** Drops what is held: a crashed server sends nothing. */
  clear(): void {
    this.#held = [];
  }
}
