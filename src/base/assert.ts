/**
 * Assertions stay on in production: a broken invariant stops the process before it can spread.
 * They are for bugs only. Expected outcomes are returned values, the world's failures typed errors.
 */

/** A bug in this program, never a mistake of a caller outside it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** One that has to be put together is a function: nobody pays for it while all is well. */
export type AssertionMessage = string | (() => string);

/** Throws `AssertionError` unless `condition` holds. `message` says what should have been true. */
export function assert(condition: boolean, message: AssertionMessage): asserts condition {
  if (!condition) throw assertionError(message);
}

/** The value, which must be neither undefined nor null. */
export function must<T>(value: T | undefined | null, message: AssertionMessage): T {
  if (value === undefined || value === null) throw assertionError(message);
  return value;
}

/** Runs what nobody can take up where it broke off: whatever it throws is a broken invariant. */
export function neverHalf(work: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AssertionError(`${work} broke off: ${reason}`, { cause: error });
  }
}

/** Ends a `switch` over a discriminated union: compiling proves that every case was handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable case: ${JSON.stringify(value)}`);
}

function assertionError(message: AssertionMessage): AssertionError {
  return new AssertionError(typeof message === 'string' ? message : message());
}
