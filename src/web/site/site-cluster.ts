/**
 * The cluster as a front sees it: servers that can be asked one by one, and somewhere among them a
 * leader that takes changes.
 */
import type { SiteRead, SiteUpdated } from '../../site/site-call.js';
import type { SiteCommand } from '../../site/site-command.js';
import type { SiteQuery } from '../../site/site-query.js';

export interface SiteQuestion {
  readonly query: SiteQuery;
  /** A server whose state is older than this index of the log answers null. */
  readonly atLeastIndex: number;
}

export interface SiteCluster {
  /** Ids of all servers, in order. */
  readonly servers: readonly number[];
  /**
   * Asks one server. Rejects with an error of client-errors.ts when it does not answer, or not so,
   * within `timeoutMs`.
   */
  read(server: number, question: SiteQuestion, timeoutMs: number): Promise<SiteRead>;
  /**
   * Has the leader, whoever that is, carry it out, once. Rejects with an error of
   * client-errors.ts when nobody confirms it before `signal` fires.
   */
  update(command: SiteCommand, signal: AbortSignal): Promise<SiteUpdated>;
  /** Ends everything; what waits is rejected. */
  close(): void;
}
