/**
 * Waiting for a condition, never for a time.
 */

const pollMs = 2;

/** Resolves once `condition` holds; the test's own time-out is the bound. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, pollMs);
    });
  }
}
