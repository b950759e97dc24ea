/**
 * Time, as the replica sees it: `src/io` implements it with real timers, the simulator with a clock
 * of its own. Neither call promises precision.
 */

export interface Timer {
  /** Calls `action` about every `intervalMs` until the returned function is called. */
  every(intervalMs: number, action: () => void): () => void;

  /** Calls `action` once, after what waits to be handled now has been handled. */
  soon(action: () => void): void;
}
