/**
 * Something that only the person who typed the command, or wrote the configuration, can mend. The
 * message is all that they need to see: one line, or one for each mistake.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
