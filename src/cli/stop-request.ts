/**
 * The ways in which this process is asked to end.
 */

/**
 * Resolves, with the reason, at SIGTERM or SIGINT, and when the process that started this one and
 * kept a channel to it is gone. A second signal of the same kind ends the process at once.
 */
export function listenForStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal);
      });
    }
    process.once('disconnect', () => {
      resolve('the process that started this server is gone');
    });
  });
}
