/**
 * What happens to the copies of blocks, as a line of the log.
 */
import { unreachable } from '../base/assert.js';
import type { BlockEvent } from '../blocks/block-event.js';
import type { LogLevel } from '../io/logger.js';

export interface DescribedBlockEvent {
  readonly level: LogLevel;
  readonly text: string;
}

export function describeBlockEvent(event: BlockEvent): DescribedBlockEvent {
  const { type, address, hash, reason } = event;
  const why = reason === undefined ? '' : `: ${reason}`;
  const copy = `block ${hash} at ${address}`;
  switch (type) {
    case 'damaged':
      return { level: 'warn', text: `${copy} is damaged` };
    case 'missing':
      return { level: 'info', text: `${copy} is missing` };
    case 'repaired':
      return { level: 'info', text: `${copy} was replaced by a good copy` };
    case 'not-repaired':
      return { level: 'warn', text: `${copy} cannot be replaced now${why}` };
    case 'missed':
      return {
        level: 'info',
        text: `${copy} was not taken, and is to be copied there later${why}`,
      };
    case 'handed-off':
      return { level: 'debug', text: `${copy} was copied there` };
    case 'not-remembered':
      return { level: 'warn', text: `${copy} is one too many to be remembered; found out later` };
    default:
      return unreachable(type);
  }
}
