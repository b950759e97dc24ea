/**
 * For tests of operations that must fail.
 */

/** The error with which the operation fails; throws when it succeeds. */
export async function failureOf(operation: Promise<unknown>): Promise<Error> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the operation was expected to fail');
}
