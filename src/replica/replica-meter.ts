/**
 * What a replica measures of itself while it works, for whoever watches it. All of it lies on the
 * way of every update, so a measurement is to cost next to nothing. A replica without a meter, as
 * in the simulator, asks no clock.
 */
import type { LogIndex } from '../base/ids.js';

export interface ReplicaMeter {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** This server, which leads, is about to log a batch that ends at `lastIndex`. */
  proposed(lastIndex: LogIndex): void;
  /** This server, which leads, knows the log to be committed through `index`. */
  committed(index: LogIndex): void;
  /** What was applied in one turn of the event loop, and the answers of it, took so long. */
  applied(ms: number): void;
  /** A snapshot of this server is durable; from its beginning that took so long. */
  snapshotTaken(ms: number): void;
}
