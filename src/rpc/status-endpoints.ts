/**
 * What people and machines may `GET`: the state as JSON, the two health checks, the metrics and a
 * page. They answer whatever state the server is in, and change nothing.
 */
import { livePolicy } from './live/live-policy.js';
import type { PageFiles } from './live/page-files.js';
import type { MethodServices } from './method-services.js';
import { findHindrance, findIllness } from './server-health.js';
import type { ServerMetrics } from './server-metrics.js';
import { statusFields } from './status-fields.js';
import { statusPage } from './status-page.js';

/** A whole answer; the HTTP side adds the length and, for HEAD, leaves out the body. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a server answers to `GET` and `HEAD`. */
export interface Pages {
  /** Whether there is a page at `path`. */
  has(path: string): boolean;
  /** The page at `path`, or undefined when there is none. */
  get(path: string): Page | Promise<Page> | undefined;
}

/** What every page may tell of the port that it is asked at. */
export interface PortFacts {
  readonly metrics: ServerMetrics;
  /** The version of this program. */
  readonly version: string;
  readonly connectionCount: () => number;
  readonly pendingCallCount: () => number;
}

export interface StatusEndpointsOptions extends PortFacts {
  readonly services: MethodServices;
  readonly scheme: 'http' | 'https';
  /** Of the live page; without them the page at `/` is a table. */
  readonly pageFiles: PageFiles | undefined;
}

const statusPaths: readonly string[] = ['/', '/status', '/livez', '/readyz', '/metrics'];

/** Answers are of the moment they are given in. */
const fresh = { 'Cache-Control': 'no-store' };

export class StatusEndpoints implements Pages {
  readonly #options: StatusEndpointsOptions;

  constructor(options: StatusEndpointsOptions) {
    this.#options = options;
  }

  has(path: string): boolean {
    return statusPaths.includes(path) || this.#options.pageFiles?.get(path) !== undefined;
  }

  get(path: string): Page | Promise<Page> | undefined {
    switch (path) {
      case '/':
        return this.#overview();
      case '/status':
        return jsonPage(statusFields(this.#options));
      case '/livez':
        return healthPage(findIllness(this.#options.services.replica.status()), '');
      case '/readyz':
        return healthPage(findHindrance(this.#options.services.replica.status()), 'not ready: ');
      case '/metrics':
        return metricsPage(this.#options.metrics);
      default:
        return this.#file(path);
    }
  }

  #overview(): Page {
    const { pageFiles, scheme, services, version } = this.#options;
    const servers = services.members.all;
    return {
      status: 200,
      headers: {
        ...fresh,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy':
          pageFiles === undefined ? tablePolicy : livePolicy(servers, scheme),
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      },
      body: statusPage({
        ...{ status: services.replica.status(), fileCount: services.files.size },
        ...{ servers, scheme, version, files: pageFiles },
      }),
    };
  }

  /** Its path changes with it, so that it may be kept. */
  #file(path: string): Page | undefined {
    const file = this.#options.pageFiles?.get(path);
    if (file === undefined) return undefined;
    const headers = {
      'Content-Type': file.contentType,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    };
    return { status: 200, headers, body: file.body };
  }
}

const tablePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** What Prometheus reads. */
export async function metricsPage(metrics: ServerMetrics): Promise<Page> {
  const body = await metrics.text();
  return { status: 200, headers: { ...fresh, 'Content-Type': metrics.contentType }, body };
}

/** A value as JSON, for people, too. */
export function jsonPage(value: unknown): Page {
  return {
    status: 200,
    headers: { ...fresh, 'Content-Type': 'application/json' },
    body: `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

/** 200, or 503 with what is wrong in one line. */
export function healthPage(mistake: string | undefined, prefix: string): Page {
  if (mistake === undefined) return plainPage(200, 'ok');
  return plainPage(503, `${prefix}${mistake.replaceAll(/\s+/g, ' ')}`);
}

/** A line of text. */
export function plainPage(status: number, text: string): Page {
  return {
    status,
    headers: { ...fresh, 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${text}\n`,
  };
}
