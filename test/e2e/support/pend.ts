/** For tests that need more of the machine than every machine gives. */

/** Marks the test (or all of a `describe`) as pending and says why; never returns. */
export function pend(test: Mocha.Context, why: string): never {
  process.stderr.write(`pending: ${why}\n`);
  return test.skip();
}
