/**
 * The two calls between a front and a server, `updatesite` and `readsite`: what they carry and
 * answer, as JSON texts.
 */
import type { SiteResult } from './site-command.js';
import type { SiteAnswer } from './site-query.js';

/** What `updatesite` answers, once the command is committed and applied. */
export interface SiteUpdated {
  readonly result: SiteResult;
  /** An index of the log at which the leader's state holds the command. */
  readonly index: number;
}

/** What `readsite` answers, from the state of the server that was asked. */
export interface SiteRead {
  /** The server that answers. */
  readonly server: number;
  readonly term: number;
  /** Who leads, as far as this server knows. */
  readonly leader: number | null;
  /** The last index of the log that its state holds, and that it knows to be committed. */
  readonly applied: number;
  readonly committed: number;
  /** Null when `applied` is less than the index that was asked for. */
  readonly answer: SiteAnswer | null;
}
