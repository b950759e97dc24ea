/**
 * A check: one sentence of the contract, and how to find out whether a live cluster keeps it.
 */
import type { Cluster } from '../cluster/cluster.js';
import type { Need } from '../cluster/need.js';

export interface Check {
  readonly group: string;
  /** A sentence of the contract. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Rejects with `CheckFailure` or `CheckSkipped`; what it disturbed is healed by the caller. */
  run(cluster: Cluster): Promise<void>;
}
