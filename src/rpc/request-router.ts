/**
 * Which part of a server answers a request of node:http: by its path and its verb. Pages of this
 * cluster's own in a browser may read what calls and feed answer; it is said to their browser here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { backupPath, type BackupEndpoint } from './backup-endpoint.js';
import type { CallEndpoint } from './call-endpoint.js';
import type { BugListener } from './dispatcher.js';
import { livePath, type LiveEndpoint } from './live/live-endpoint.js';
import type { PageOrigins } from './live/page-origins.js';
import type { OpenConnections } from './open-connections.js';
import { endWithLastResponse } from './plain-response.js';
import { plainPage, type Page, type Pages } from './status-endpoints.js';
import type { Answered } from './unread-answers.js';

export interface RequestRouterOptions {
  readonly calls: CallEndpoint;
  readonly pages: Pages;
  /** Undefined where there are none. */
  readonly backups: BackupEndpoint | undefined;
  readonly live: LiveEndpoint | undefined;
  readonly origins: PageOrigins;
  readonly connections: OpenConnections;
  /** How long a connection that is to be closed is still read. */
  readonly lingerMs: number;
  readonly onBug: BugListener;
}

/** A request that is to be answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answered: Answered;
}

const callPaths: readonly string[] = ['/', '/RPC2'];

/** For how long a browser need not ask again whether a page may make calls. */
const grantSeconds = 600;

export class RequestRouter {
  readonly #options: RequestRouterOptions;

  constructor(options: RequestRouterOptions) {
    this.#options = options;
  }

  serve(exchange: Exchange): void {
    const { request, response, answered } = exchange;
    const { backups, calls, live } = this.#options;
    const path = pathOf(request.url ?? '/');
    const verbs = this.#verbsOf(path);
    const verb = request.method ?? '';
    const refuse = (page: Page): void => {
      this.#end(exchange, page);
    };
    if (verbs.length === 0) {
      refuse(plainPage(404, `nothing is served at this path`));
    } else if (verb === 'OPTIONS' && this.#mayCall(path, request)) {
      refuse(this.#permission(request));
    } else if (!verbs.includes(verb)) {
      const allow = verbs.join(', ');
      const page = plainPage(405, `this path takes ${allow}`);
      refuse({ ...page, headers: { ...page.headers, Allow: allow } });
    } else if (verb === 'POST') {
      this.#grant(exchange);
      calls.serve(request, response, answered);
    } else if (path === backupPath) {
      backups?.serve(request, response, refuse);
    } else if (path === livePath) {
      live?.serve(request, response, refuse);
    } else {
      this.#get(path, exchange);
    }
  }

  #verbsOf(path: string): readonly string[] {
    const { backups, live, pages } = this.#options;
    if (path === backupPath) return backups === undefined ? [] : ['GET'];
    if (path === livePath) return live === undefined ? [] : ['GET'];
    const verbs: string[] = [];
    if (pages.has(path)) verbs.push('GET', 'HEAD');
    if (callPaths.includes(path)) verbs.push('POST');
    return verbs;
  }

  /** Whether a browser asks for a page of this cluster's own if it may make calls. */
  #mayCall(path: string, { headers }: IncomingMessage): boolean {
    return callPaths.includes(path) && this.#options.origins.kindOf(headers) === 'own';
  }

  #permission({ headers }: IncomingMessage): Page {
    return {
      status: 204,
      headers: {
        ...this.#options.origins.grant(headers),
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'Content-Type',
        'Access-Control-Max-Age': String(grantSeconds),
      },
      body: '',
    };
  }

  #grant({ request, response }: Exchange): void {
    const granted = this.#options.origins.grant(request.headers);
    for (const [name, value] of Object.entries(granted)) response.setHeader(name, value);
  }

  #get(path: string, exchange: Exchange): void {
    const { onBug, pages } = this.#options;
    const page = pages.get(path) ?? plainPage(404, 'nothing is served at this path');
    Promise.resolve(page).then(
      (ready) => {
        this.#end(exchange, ready);
      },
      (error: unknown) => {
        onBug(error, path);
        this.#end(exchange, plainPage(500, 'internal error; the log of the server tells'));
      },
    );
  }

  #end({ request, response, answered }: Exchange, page: Page): void {
    const { connections, lingerMs } = this.#options;
    if (hasBody(request)) {
      endWithLastResponse(request, response, page, lingerMs);
      return;
    }
    if (connections.isClosing) response.shouldKeepAlive = false;
    const length = Buffer.byteLength(page.body);
    const lengthHeader = page.status === 204 ? {} : { 'Content-Length': length };
    response.writeHead(page.status, { ...page.headers, ...lengthHeader });
    answered(length);
    response.end(page.body);
  }
}

/** Without query; also of the absolute form that proxies send. */
function pathOf(target: string): string {
  if (target === '/RPC2' || target === '/') return target;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = path.search(/[?#]/);
  return (end === -1 ? path : path.slice(0, end)) || '/';
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
