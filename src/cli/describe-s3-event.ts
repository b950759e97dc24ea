/**
 * What becomes of an S3 service, as a line of the log.
 */
import { unreachable } from '../base/assert.js';
import type { LogLevel } from '../io/logger.js';
import type { S3Event } from '../s3/s3-watch.js';

export function describeS3Event(event: S3Event): {
  readonly level: LogLevel;
  readonly text: string;
} {
  switch (event.type) {
    case 'failing': {
      const often = `${event.askedAgainMs / 1_000} s`;
      return { level: 'error', text: `${event.reason} (asked again every ${often} for ever)` };
    }
    case 'working':
      return { level: 'info', text: 'the S3 service of the blocks does what it is asked' };
    default:
      return unreachable(event);
  }
}
