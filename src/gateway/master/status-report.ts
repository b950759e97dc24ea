/**
 * What the master tells of itself to people on its own machine: a page, the same as JSON, and the
 * figures for Prometheus.
 */
import { escapeHtml } from '../../base/escape-html.js';
import { hitRatio, type CacheFigures } from './cache-figures.js';
import type { Member } from './member.js';
import { statusStyle } from './status-style.js';

export interface StatusFigures {
  readonly members: readonly Member[];
  readonly startedMs: number;
  readonly nowMs: number;
  /** Requests of clients, whoever answered them. */
  readonly requests: number;
  /** Of those, answered by the master from its cache. */
  readonly heldHits: number;
  readonly carriedOn: number;
  readonly connections: number;
}

/** The shape is a promise (contract, section 13). */
export function statusJson({ members }: StatusFigures): string {
  const workers = members.map(({ host, port, pid = null, isHealthy, requests, restarts }) => ({
    ...{ host, port, pid, healthy: isHealthy, requests, restarts },
  }));
  return `${JSON.stringify({ workers })}\n`;
}

export function statusPage(figures: StatusFigures): string {
  const { members, requests, carriedOn, connections } = figures;
  const healthy = members.filter(({ isHealthy }) => isHealthy).length;
  const tiles = [
    ['healthy workers', `${healthy} of ${members.length}`],
    ['requests', requests.toLocaleString('en')],
    ['from the master’s cache', percent(heldRatio(figures))],
    ['found in the workers’ caches', percent(hitRatio(sumOfCaches(members)))],
    ['blocks from other workers', sumOfPeerHits(members).toLocaleString('en')],
    ['saved from a lost worker', carriedOn.toLocaleString('en')],
    ['connections', connections.toLocaleString('en')],
    ['up for', duration(figures.nowMs - figures.startedMs)],
  ].map(([name = '', value = '']) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const verdict = healthy === members.length ? 'well' : healthy === 0 ? 'down' : 'weakened';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<title>Gateway: ${healthy} of ${members.length} workers healthy</title>
<style>${statusStyle}</style>
</head>
<body>
<h1>Gateway <span class="verdict ${verdict}">${verdict}</span></h1>
<dl>${tiles.join('')}</dl>
<div class="card">
<table>
<caption>Workers</caption>
<thead><tr>${columns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${members.map(workerRow).join('\n')}
</tbody>
</table>
</div>
</body>
</html>
`;
}

const numbers = ['Process', 'Requests', 'Running', 'Cache hits', 'From peers', 'Restarts'] as const;
const columns = ['Worker', 'State', ...numbers];

function workerRow(member: Member): string {
  const { address, state, pid, requests, running, cache, restarts } = member;
  const why = state.reason === undefined ? '' : ` <small>${escapeHtml(state.reason)}</small>`;
  const figures = [
    pid === undefined ? '–' : String(pid),
    requests.toLocaleString('en'),
    running.toLocaleString('en'),
    percent(cache && hitRatio(cache)),
    cache?.peerHits.toLocaleString('en') ?? '–',
    restarts.toLocaleString('en'),
  ].map((figure, at) => `<td class="number" data-label="${numbers[at] ?? ''}">${figure}</td>`);
  const cells = [`<td class="state ${state.phase}">${state.phase}${why}</td>`, ...figures];
  return `<tr><th scope="row">${escapeHtml(address)}</th>${cells.join('')}</tr>`;
}

/** Of all requests, those that the master answered itself; undefined before the first one. */
function heldRatio({ requests, heldHits }: StatusFigures): number | undefined {
  return hitRatio({ hits: heldHits, misses: requests - heldHits });
}

function sumOfCaches(members: readonly Member[]): Pick<CacheFigures, 'hits' | 'misses'> {
  const caches = members.flatMap(({ cache }) => (cache === undefined ? [] : [cache]));
  return {
    hits: caches.reduce((sum, { hits }) => sum + hits, 0),
    misses: caches.reduce((sum, { misses }) => sum + misses, 0),
  };
}

function sumOfPeerHits(members: readonly Member[]): number {
  return members.reduce((sum, { cache }) => sum + (cache?.peerHits ?? 0), 0);
}

function percent(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${(100 * ratio).toFixed(1)} %`;
}

/** In the text format of Prometheus, version 0.0.4. */
export function statusMetrics(figures: StatusFigures): string {
  const { members, requests, heldHits, carriedOn, connections } = figures;
  const perWorker = (name: string, kind: string, value: (member: Member) => number): string =>
    [
      `# TYPE ${name} ${kind}`,
      ...members.map((member) => `${name}{worker="${member.address}"} ${value(member)}`),
    ].join('\n');
  const ofCaches = (name: string, kind: string, value: (cache: CacheFigures) => number): string =>
    [
      `# TYPE ${name} ${kind}`,
      ...members.flatMap(({ address, cache }) =>
        cache === undefined ? [] : [`${name}{worker="${address}"} ${value(cache)}`],
      ),
    ].join('\n');
  const single = (name: string, kind: string, value: number): string =>
    `# TYPE ${name} ${kind}\n${name} ${value}`;
  return `${[
    single('surfraft_gateway_requests_total', 'counter', requests),
    single('surfraft_gateway_cache_answers_total', 'counter', heldHits),
    single('surfraft_gateway_cache_hit_ratio', 'gauge', heldRatio(figures) ?? 0),
    single('surfraft_gateway_carried_on_total', 'counter', carriedOn),
    single('surfraft_gateway_connections', 'gauge', connections),
    perWorker('surfraft_gateway_worker_healthy', 'gauge', ({ isHealthy }) => (isHealthy ? 1 : 0)),
    perWorker('surfraft_gateway_worker_requests_total', 'counter', (member) => member.requests),
    perWorker('surfraft_gateway_worker_running', 'gauge', ({ running }) => running),
    perWorker('surfraft_gateway_worker_restarts_total', 'counter', (member) => member.restarts),
    ofCaches('surfraft_gateway_worker_cache_hits_total', 'counter', (cache) => cache.hits),
    ofCaches('surfraft_gateway_worker_cache_misses_total', 'counter', (cache) => cache.misses),
    ofCaches('surfraft_gateway_worker_cache_hit_ratio', 'gauge', (cache) => hitRatio(cache) ?? 0),
    ofCaches('surfraft_gateway_worker_cache_bytes', 'gauge', (cache) => cache.bytes),
    ofCaches('surfraft_gateway_worker_peer_hits_total', 'counter', (cache) => cache.peerHits),
    ofCaches('surfraft_gateway_worker_peer_misses_total', 'counter', (cache) => cache.peerMisses),
  ].join('\n')}\n`;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
