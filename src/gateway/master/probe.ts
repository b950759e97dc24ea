/**
 * Asks one worker whether it is well: `HEAD /healthcheck` on a connection of its own, within a
 * bounded time, independently of everything else.
 */
import { request } from 'node:http';
import { once } from 'node:events';

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
}

/** Undefined when it is well; otherwise what is wrong, going on from its name. Never rejects. */
export async function probe(
  { host, port }: ProbeTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  const asking = request({ host, port, method: 'HEAD', path: '/healthcheck', agent: false });
  const late = new AbortController();
  const deadline = setTimeout(() => {
    // What has come in while this process was busy counts: it is read before this runs.
    setImmediate(() => {
      late.abort();
    });
  }, timeoutMs);
  try {
    asking.end();
    const [response] = (await once(asking, 'response', { signal: late.signal })) as [
      { readonly statusCode?: number },
    ];
    const { statusCode } = response;
    return statusCode === 200 ? undefined : `answers ${String(statusCode)} to a health check`;
  } catch (error) {
    if (late.signal.aborted) return `did not answer a health check within ${timeoutMs} ms`;
    return describeFailure(error);
  } finally {
    clearTimeout(deadline);
    asking.on('error', () => undefined);
    asking.destroy();
  }
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections';
    case 'ECONNRESET':
      return 'broke off a health check';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a host name that cannot be looked up';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'cannot be reached from here';
    default:
      return `cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
}
