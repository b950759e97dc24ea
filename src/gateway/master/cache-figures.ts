/** What a worker tells of its cache with each health check. */
import type { IncomingHttpHeaders } from 'node:http';

export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
  /** Of the misses: blocks that another worker had, and asked of one in vain. */
  readonly peerHits: number;
  readonly peerMisses: number;
}

/** Undefined for a server that tells nothing of a cache. */
export function readCacheFigures(headers: IncomingHttpHeaders): CacheFigures | undefined {
  if (headers['x-cache-hits'] === undefined) return undefined;
  const figure = (name: string): number => {
    const text = headers[name]?.toString() ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  };
  return {
    hits: figure('x-cache-hits'),
    misses: figure('x-cache-misses'),
    bytes: figure('x-cache-bytes'),
    peerHits: figure('x-peer-hits'),
    peerMisses: figure('x-peer-misses'),
  };
}

/** Undefined when nothing was asked for yet. */
export function hitRatio({ hits, misses }: Pick<CacheFigures, 'hits' | 'misses'>) {
  return hits + misses === 0 ? undefined : hits / (hits + misses);
}
