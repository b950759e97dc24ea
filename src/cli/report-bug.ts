/**
 * What becomes of errors that must not happen, in a process that serves others.
 */
import { AssertionError } from '../base/assert.js';
import type { Logger } from '../io/logger.js';

/** A broken invariant stops the process before it can spread; another bug costs one call. */
export function reportBug(logger: Logger, error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  logger.log('error', `a bug in ${where}: ${text}`);
  if (error instanceof AssertionError) {
    setImmediate(() => {
      throw error;
    });
  }
}
