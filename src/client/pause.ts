/** Waiting between two tries, which whoever closes the client may end. */

/** Waits, or less when `signal` fires. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : delayMs);
    signal.addEventListener('abort', done);
  });
}
