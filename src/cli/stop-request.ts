/**
 * The ways in which this process is asked to end.
 */

/**
 * Resolves, with the reason, at SIGTERM or SIGINT, and when the process that started this one and
 * kept a channel to it is gone. Signals after the first change nothing: whoever stops a whole
 * process group reaches a server twice, directly and through the runner.
 */
export function listenForStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
    process.once('disconnect', () => {
      resolve('the process that started this server is gone');
    });
  });
}
