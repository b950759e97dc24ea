/** How a call of a scenario ended, and what that tells. */
import type { CheckFailure } from '../cluster/check-outcome.js';
import type { Reply } from '../wire/server.js';

export interface EndedCall {
  readonly reply: Reply;
  /** What is wrong with the answer whatever was expected. */
  readonly contradiction: CheckFailure | undefined;
  /** The file of an update or a read, by the name that the scenario has for it. */
  readonly file: string;
  /** The version that a read showed. */
  readonly version: number | undefined;
  /** The newest version that had been seen when the call began. */
  readonly floor: number;
}
