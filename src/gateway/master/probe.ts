/**
 * Asks one worker whether it is well: `HEAD /healthcheck` on a connection of its own, within a
 * bounded time, independently of everything else.
 */
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { readCacheFigures, type CacheFigures } from './cache-figures.js';

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProbeResult {
  /** What is wrong, going on from its name; undefined when it is well. */
  readonly problem: string | undefined;
  /** What it tells of its cache, if it does. */
  readonly cache?: CacheFigures | undefined;
}

/** `headers` are told to it. Never rejects. */
export async function probe(
  { host, port }: ProbeTarget,
  timeoutMs: number,
  headers: Readonly<Record<string, string>>,
): Promise<ProbeResult> {
  const options = { host, port, headers, method: 'HEAD', path: '/healthcheck', agent: false };
  const asking = request(options);
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
      IncomingMessage,
    ];
    const { statusCode } = response;
    if (statusCode === 200) {
      return { problem: undefined, cache: readCacheFigures(response.headers) };
    }
    return { problem: `answers ${String(statusCode)} to a health check` };
  } catch (error) {
    if (late.signal.aborted) {
      return { problem: `did not answer a health check within ${timeoutMs} ms` };
    }
    return { problem: describeFailure(error) };
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
