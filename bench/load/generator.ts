/** Who makes the load: always one process, the same for all systems of a run. */
import type { LoadPlan } from './load-plan.js';

export interface LoadFigures {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Calls that were answered, all of them rightly, those of a warm-up included. */
  readonly answered: number;
}

export interface Generator {
  readonly name: string;
  /** Whether this process makes the load, and so is no idle one. */
  readonly isThisProcess: boolean;
  /**
   * Closed loop: each of `clients` connections asks again once it is answered. Rejects when an
   * answer was wrong or a connection failed. Calls under way at the end are given up.
   */
  run(plan: LoadPlan, clients: number, seconds: number): Promise<LoadFigures>;
}
