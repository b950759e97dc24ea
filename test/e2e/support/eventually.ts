/**
 * Waiting for the real world: a probe is asked again and again until it gives a value, within a
 * deadline that the caller names, as most deadlines here are promises of the service.
 */

const pollMs = 10;

/** The first value that is not undefined; rejects, naming `what`, after `deadlineMs`. */
export async function eventually<T>(
  what: string,
  deadlineMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > endMs) {
      throw new Error(`waited ${Math.round(deadlineMs)} ms in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
