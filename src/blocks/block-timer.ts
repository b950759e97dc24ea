/** Time, as the block stores see it: an interface, so that tests own the clock. */

export interface BlockTimer {
  /** Milliseconds since the epoch. */
  now(): number;

  /** Calls `action` once, after about `delayMs`, unless the returned function is called before. */
  after(delayMs: number, action: () => void): () => void;
}
