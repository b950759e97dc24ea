/**
 * What a front tells Prometheus: requests by how they ended, how long they took, which servers live
 * and how many changes wait. For the front's own machine alone.
 */
import { Durations, histogramText } from '../../base/durations.js';
import type { Answer } from './answer.js';

export const metricsPath = '/metrics';

/** What is asked for when somebody reads it. */
export interface FrontFigures {
  readonly servers: number;
  readonly liveServers: number;
  /** Changes that the cluster has not confirmed yet. */
  readonly writesPending: number;
}

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

export class FrontMetrics {
  readonly #figures: () => FrontFigures;
  readonly #requests = new Float64Array(classes.length);
  readonly #durations = new Durations();

  constructor(figures: () => FrontFigures) {
    this.#figures = figures;
  }

  /** A request was answered with this status, after so many ms. */
  answered(status: number, ms: number): void {
    const at = Math.floor(status / 100) - 1;
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
    this.#durations.add(ms / 1_000);
  }

  /** In the text format of Prometheus. */
  answer(): Answer {
    const { servers, liveServers, writesPending } = this.#figures();
    const requests = classes.map((name, at) => [`{class="${name}"}`, this.#requests[at]] as const);
    const body = [
      metric('requests_total', 'counter', 'Requests by the class of their status.', requests),
      metric('servers', 'gauge', 'Servers of the cluster.', [['', servers]]),
      metric('servers_live', 'gauge', 'Servers that answer this front.', [['', liveServers]]),
      metric('writes_pending', 'gauge', 'Changes that are not confirmed yet.', [
        ['', writesPending],
      ]),
      histogramText({
        name: 'surfraft_site_request_duration_seconds',
        help: 'Time from the headers of a request to its answer.',
        durations: this.#durations,
      }),
    ].join('');
    const contentType = 'text/plain; version=0.0.4; charset=utf-8';
    return {
      status: 200,
      headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' },
      body,
    };
  }
}

function metric(
  name: string,
  kind: 'counter' | 'gauge',
  help: string,
  values: readonly (readonly [labels: string, value: number | undefined])[],
): string {
  const full = `surfraft_site_${name}`;
  const lines = values.map(([labels, value = 0]) => `${full}${labels} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n${lines.join('')}`;
}
