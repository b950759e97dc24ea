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
  const ofCaches = (read: (cache: CacheFigures) => number) => (member: Member) =>
    member.cache && read(member.cache);
  return [
    ...single('requests_total', 'Requests of clients.', requests),
    ...single('cache_answers_total', "Of those, answered from the master's cache.", heldHits),
    ...single('cache_hit_ratio', 'The share of those.', heldRatio(figures) ?? 0),
    ...single('carried_on_total', 'Answers that another worker carried on.', carriedOn),
    ...single('connections', 'Open connections of clients.', connections),
    ...workerMetrics.flatMap(([name, help, read]) => perWorker(members, name, help, read)),
    ...cacheMetrics.flatMap(([name, help, read]) => perWorker(members, name, help, ofCaches(read))),
  ].join('');
}

type Row<Source> = readonly [name: string, help: string, read: (source: Source) => number];

const workerMetrics: readonly Row<Member>[] = [
  ['healthy', 'Whether requests go to the worker.', ({ isHealthy }) => Number(isHealthy)],
  ['requests_total', 'Requests that went to the worker.', ({ requests }) => requests],
  ['running', 'Requests that the worker works on.', ({ running }) => running],
  ['restarts_total', 'Times that the worker was started again.', ({ restarts }) => restarts],
];

const cacheMetrics: readonly Row<CacheFigures>[] = [
  ['cache_hits_total', 'Pieces found in the cache of the worker.', ({ hits }) => hits],
  ['cache_misses_total', 'Pieces not found there.', ({ misses }) => misses],
  ['cache_hit_ratio', 'The share of those found.', (cache) => hitRatio(cache) ?? 0],
  ['cache_bytes', 'Bytes in the cache of the worker.', ({ bytes }) => bytes],
  ['peer_hits_total', 'Pieces that other workers had.', ({ peerHits }) => peerHits],
  ['peer_misses_total', 'Pieces that other workers were asked for in vain.', (c) => c.peerMisses],
];

function single(name: string, help: string, value: number): readonly string[] {
  const full = `surfraft_gateway_${name}`;
  return [...headOf(full, help), `${full} ${value}\n`];
}

function perWorker(
  members: readonly Member[],
  name: string,
  help: string,
  read: (member: Member) => number | undefined,
): readonly string[] {
  const full = `surfraft_gateway_worker_${name}`;
  const lines = members.flatMap((member) => {
    const value = read(member);
    return value === undefined ? [] : [`${full}{worker="${member.address}"} ${value}\n`];
  });
  return [...headOf(full, help), ...lines];
}

function headOf(full: string, help: string): readonly string[] {
  const kind = full.endsWith('_total') ? 'counter' : 'gauge';
  return [`# HELP ${full} ${help}\n`, `# TYPE ${full} ${kind}\n`];
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
