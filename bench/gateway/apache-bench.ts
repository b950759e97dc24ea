/**
 * ApacheBench (`ab`), the generator of the original's report: so many requests, so many clients at
 * once, of one file. It counts what failed: connections, statuses, and lengths that differ.
 */
import type { Processes } from '../systems/processes.js';

export interface AbLoad {
  readonly url: string;
  readonly requests: number;
  readonly clients: number;
  /** HTTP keep-alive; otherwise a connection for each request. */
  readonly keepsAlive: boolean;
}

export interface AbResult {
  readonly perSecond: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export async function runAb(
  processes: Processes,
  command: string,
  { url, requests, clients, keepsAlive }: AbLoad,
): Promise<AbResult> {
  const counts = ['-n', String(requests), '-c', String(clients)];
  const printed = await processes.run(command, [
    '-q',
    ...counts,
    ...(keepsAlive ? ['-k'] : []),
    url,
  ]);
  return readAbResult(printed, requests);
}

/** What was not completed, and what was answered with an error, failed, too. */
export function readAbResult(printed: string, requests: number): AbResult {
  const figure = (pattern: RegExp): number | undefined => {
    const text = pattern.exec(printed)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const perSecond = figure(/^Requests per second: +([\d.]+)/m);
  const completed = figure(/^Complete requests: +(\d+)/m);
  const failed = figure(/^Failed requests: +(\d+)/m);
  if (perSecond === undefined || completed === undefined || failed === undefined) {
    throw new Error(`ab printed something else: ${printed.slice(0, 200)}`);
  }
  const errors = figure(/^Non-2xx responses: +(\d+)/m) ?? 0;
  return {
    perSecond,
    failed: failed + errors + (requests - completed),
    p50Ms: figure(/^ +50% +(\d+)/m) ?? Number.NaN,
    p99Ms: figure(/^ +99% +(\d+)/m) ?? Number.NaN,
    longestMs: figure(/^ *100% +(\d+)/m) ?? Number.NaN,
  };
}
