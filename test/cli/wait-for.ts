/**
 * Waiting in tests: for a condition, never for a length of time.
 */
const waitMsMax = 10_000;
const pollMs = 10;

/** Resolves once `condition` holds; rejects, naming `what`, when it does not within 10 s. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + waitMsMax;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${waitMsMax} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
