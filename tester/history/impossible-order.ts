/** Why there is no order for the answers of a minimal evidence. */
import { unreachable } from '../../src/base/assert.js';
import type { DeadEnd } from './check-linearizability.js';
import { contradiction, type Contradiction } from './contradiction.js';
import type { Evidence } from './minimal-evidence.js';
import { tellHash, tellMs } from './words.js';

export function impossibleOrder({ answers, deadEnd }: Evidence): Contradiction {
  return contradiction(expectedBy(deadEnd), answers);
}

/** What the answer at which the search got stuck should have been. */
function expectedBy({ version: reached, stuck, cause }: DeadEnd): string {
  const { version, operation } = stuck;
  const { name } = operation.question;
  switch (cause) {
    case 'passed':
      if (stuck.kind === 'written') {
        return `at most one true for updates of ${name} to version ${version}`;
      }
      if (version === reached) {
        return `version ${version} of ${name} to hold one hash for ever`;
      }
      return (
        `client ${operation.client} to see version ${reached} of ${name} or a later one, as ` +
        `the file had left version ${version} behind`
      );
    case 'unreachable':
      if (stuck.kind === 'denied') {
        return (
          `true for the update of ${name} to version ${version}, as the file was at version ` +
          `${reached} all the while`
        );
      }
      return version === reached + 1
        ? `nobody to see ${tellHash(stuck)} as version ${version} of ${name} by ` +
            `${tellMs(operation.endedMs)}: no update with it that can have taken effect had begun`
        : `nobody to be shown version ${version} of ${name} by ${tellMs(operation.endedMs)}: ` +
            `no update to version ${reached + 1} that can have taken effect had begun`;
    default:
      return unreachable(cause);
  }
}
