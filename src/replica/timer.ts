/**
 * Time, as the replica sees it: `src/io` implements it with real timers, the simulator with a clock
 * of its own. No call promises precision.
 */

export interface Timer {
  /** Calls `action` about every `intervalMs` until the returned function is called. */
  every(intervalMs: number, action: () => void): () => void;

  /**
   * Calls `action` once, in about `delayMs`, which is less than a tick, unless what is returned is
   * called first. It may keep the processor busy until then: for waits that are likely to end
   * before.
   */
  afterMoment(delayMs: number, action: () => void): () => void;

  /** Calls `action` once, after what waits to be handled now has been handled. */
  soon(action: () => void): void;
}
