/**
 * A check: one sentence of the contract, and how to find out whether a live cluster keeps it.
 */
import type { Cluster } from './cluster.js';

/** What a check needs of the cluster; without it the check is skipped with a word why. */
export type Need =
  | 'followers'
  | 'spare-server'
  | 'two-spare-servers'
  | 'introspection'
  | 'multicall'
  | 'getfileinfo'
  | 'getfileinfopage'
  | 'getinternalstate';

export interface Check {
  readonly group: string;
  /** A sentence of the contract. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Rejects with `CheckFailure` or `CheckSkipped`; what it disturbed is healed by the caller. */
  run(cluster: Cluster): Promise<void>;
}

/** The cluster does not keep the sentence. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly expected: string;
  readonly seen: string;
  /** The server that showed it, when it was one. */
  readonly where: string | undefined;

  constructor(expected: string, seen: string, where?: string) {
    super(`expected ${expected}, saw ${seen}${where === undefined ? '' : ` on ${where}`}`);
    this.expected = expected;
    this.seen = seen;
    this.where = where;
  }
}

/** The check found, while it ran, that it cannot be made on this cluster. */
export class CheckSkipped extends Error {
  override readonly name = 'CheckSkipped';
}
