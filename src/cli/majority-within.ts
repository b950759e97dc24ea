/**
 * A leader without a majority keeps a call for as long as it believes to lead, and the client waits
 * for that: a program may want to. A person gives up.
 */

/** Nothing is known of what was asked for: it may still happen. */
export class NoMajority extends Error {
  override readonly name = 'NoMajority';
  readonly isWithoutEffect = false;
}

/** Rejects with `NoMajority` when `action` has no end within `timeoutMs`. */
export async function majorityWithin<T>(timeoutMs: number, action: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoMajority(`the cluster has no majority: no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([action(), late]);
  } finally {
    clearTimeout(timer);
  }
}
