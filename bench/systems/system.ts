/** A running system under load: one or several server processes and what can be asked of them. */
import type { LoadPlan } from '../load/load-plan.js';

export interface System {
  readonly name: string;
  /** The processes that serve, whose processor time counts. */
  readonly pids: readonly number[];
  /** Calls with ever-new names; `run` tells those of one run from those of another. */
  updates(run: number, isScattered: boolean): LoadPlan;
  /** How many files or keys it holds; undefined when it holds nothing. */
  readonly count: (() => Promise<number>) | undefined;
  /**
   * Loads it for so long with updates of a few names, so that its code gets warm and the map stays
   * as empty as it was.
   */
  warmUp(seconds: number): Promise<void>;
  stop(): Promise<void>;
}
