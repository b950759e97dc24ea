/**
 * What the master does with a request that node:http has read: answers it itself where it is about
 * the gateway, lets in only who may, and carries the rest to the workers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { discardRest } from '../discard-rest.js';
import { pagePolicy } from '../html-page.js';
import type { RecentWrites } from '../recent-writes.js';
import { maxAgeHeader } from '../uploads/upload-headers.js';
import { isUploadMethod } from '../uploads/upload-rules.js';
import { parseRequestTarget } from '../request-target.js';
import { accessLine } from './access-line.js';
import type { Failure } from './ask-worker.js';
import type { BasicAuth } from './basic-auth.js';
import { Exchange, type ExchangeOptions } from './exchange.js';
import type { HeldAnswers } from './held-answers.js';
import type { Member } from './member.js';
import { isAnnounced, sendPlain } from './plain-answer.js';
import { requestFields } from './header-fields.js';
import type { Pool } from './pool.js';
import { UploadExchange } from './upload-exchange.js';
import { statusJson, statusMetrics, statusPage, type StatusFigures } from './status-report.js';

export interface GateOptions {
  readonly pool: Pool;
  readonly auth: BasicAuth | undefined;
  readonly held: HeldAnswers | undefined;
  readonly workerTimeoutMs: number;
  readonly patienceMs: number | undefined;
  readonly proto: 'http' | 'https';
  readonly figures: () => StatusFigures;
  /** A worker failed on a request, which another one carried on or did not. */
  readonly onFailure: (member: Member, failure: Failure) => void;
  /** Undefined: no request is logged. */
  readonly logRequest: ((line: string) => void) | undefined;
  readonly isClosing: () => boolean;
  /** Of the uploads through this master; undefined when it takes none. */
  readonly writes: RecentWrites | undefined;
}

/** Files of these names are not served. */
type OwnPage = 'healthcheck' | 'status';
const ownPages: readonly OwnPage[] = ['healthcheck', 'status'];

/** The status for Prometheus. */
const metricsQuery = /[?&]format=prometheus(&|$)/;

const absoluteForm = /^https?:\/\/[^/?#]*/i;
const readOnlyMethods = ['GET', 'HEAD'];
const retryAfterSeconds = '1';

/** A client that sends so many requests without waiting for an answer is cut off. */
const earlyRequestsMax = 1_000;

/** Of one connection: the request that came last, and how many are not answered yet. */
interface Line {
  last: Promise<void>;
  length: number;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #lines = new WeakMap<Socket, Line>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Requests of one connection are answered one after the other, as they must be: one that comes
   * early costs no worker before its turn. Never rejects.
   */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const line = this.#lines.get(socket) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= earlyRequestsMax) {
      socket.destroy();
      return;
    }
    const answering =
      line.length === 0
        ? this.#handleNow(request, response)
        : line.last.then(() => this.#handleNow(request, response));
    line.last = answering;
    line.length += 1;
    this.#lines.set(socket, line);
    await answering;
    line.length -= 1;
    discardRest(request);
  }

  async #handleNow(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (response.destroyed) return;
    const { isClosing, logRequest } = this.#options;
    // What comes while the master is ending is the last on its connection.
    if (isClosing()) response.shouldKeepAlive = false;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (logRequest !== undefined) this.#logAtEnd(request, response, logRequest);
    const path = (request.url ?? '/').replace(absoluteForm, '') || '/';
    const page = ownPageOf(path);
    if (page !== 'healthcheck' && !(await this.#letIn(request, response))) return;
    if (page !== undefined) {
      this.#answerOwnPage(page, request, response);
      return;
    }
    const { writes } = this.#options;
    if (writes === undefined || !isUploadMethod(request.method)) {
      await this.#carry(path, request, response);
    } else {
      await this.#upload({ path, writes }, request, response);
    }
  }

  async #carry(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pool, held, workerTimeoutMs, patienceMs } = this.#options;
    const { method = 'GET' } = request;
    const fields = this.#ageFields(path);
    const options: ExchangeOptions = {
      choose: (tried) => pool.choose(tried),
      onFailure: this.#options.onFailure,
      onHead: (head) => {
        if (method !== 'GET') return;
        held?.learn(path, request.headers['accept-encoding'], head);
      },
      fieldsFor: (member) => [...this.#fieldsFor(request, member), ...fields],
      ...{ workerTimeoutMs, patienceMs, path },
    };
    // A worker says what it thinks of the method; a body is read by nobody, nor invited.
    if (isAnnounced(request)) response.shouldKeepAlive = false;
    request.resume();
    await new Exchange(request, response, options).run();
  }

  async #upload(
    { path, writes }: { readonly path: string; readonly writes: RecentWrites },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { pool, workerTimeoutMs, patienceMs } = this.#options;
    const exchange = new UploadExchange(request, response, {
      choose: (tried) => pool.choose(tried),
      onFailure: this.#options.onFailure,
      onChange: () => {
        const target = parseRequestTarget(path);
        if (target.kind === 'path') writes.note(target.parts);
      },
      fieldsFor: (member) => this.#fieldsFor(request, member),
      ...{ path, workerTimeoutMs, patienceMs: patienceMs ?? workerTimeoutMs },
    });
    await exchange.run();
  }

  #fieldsFor({ rawHeaders, httpVersion, socket }: IncomingMessage, member: Member): string[] {
    const clientAddress = plainAddress(socket.remoteAddress);
    const isAuthenticated = this.#options.auth !== undefined;
    const { proto } = this.#options;
    const forwarded = { rawHeaders, httpVersion, clientAddress, proto, isAuthenticated };
    return requestFields(forwarded, member.address);
  }

  /** Whoever has written through this master reads what was written, whichever worker answers. */
  #ageFields(path: string): readonly string[] {
    const target = this.#options.writes && parseRequestTarget(path);
    if (target?.kind !== 'path') return [];
    const ageMs = this.#options.writes?.maxAgeMs(target.parts);
    return ageMs === undefined ? [] : [maxAgeHeader, String(Math.floor(ageMs))];
  }

  #answerOwnPage(page: OwnPage, request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET' } = request;
    if (!readOnlyMethods.includes(method)) {
      sendPlain(response, 405, 'GET and HEAD only', { Allow: readOnlyMethods.join(', ') });
    } else if (page === 'healthcheck') {
      const status = this.#options.pool.isAnyHealthy ? 200 : 503;
      response.writeHead(status, { 'Content-Length': 0, 'Cache-Control': 'no-store' }).end();
    } else if (!isLoopback(request.socket.remoteAddress)) {
      sendPlain(response, 403, 'only for clients on the machine of the gateway');
    } else {
      const figures = this.#options.figures();
      const accept = request.headers.accept ?? '';
      if (metricsQuery.test(request.url ?? '')) send(response, metricsType, statusMetrics(figures));
      else if (wantsJson(accept)) send(response, 'application/json', statusJson(figures));
      else send(response, 'text/html; charset=utf-8', statusPage(figures));
    }
  }

  async #letIn(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { auth } = this.#options;
    if (auth === undefined) return true;
    const verdict = await auth.check(request.headers.authorization);
    if (verdict === 'allowed') return true;
    if (verdict === 'busy') {
      sendPlain(response, 503, 'too many log-ins', { 'Retry-After': retryAfterSeconds });
    } else {
      sendPlain(response, 401, 'a name and a password', { 'WWW-Authenticate': auth.challenge });
    }
    return false;
  }

  #logAtEnd(
    request: IncomingMessage,
    response: ServerResponse,
    logRequest: (line: string) => void,
  ): void {
    const { method = '-', url = '-', httpVersion, headers, socket } = request;
    const client = plainAddress(socket.remoteAddress);
    const before = socket.bytesWritten;
    response.once('close', () => {
      logRequest(
        accessLine({
          ...{ client, method, target: url, httpVersion },
          user: undefined,
          timeMs: Date.now(),
          status: response.headersSent ? response.statusCode : 499,
          bytes: Math.max(0, socket.bytesWritten - before),
          referer: headers.referer,
          userAgent: headers['user-agent'],
        }),
      );
    });
  }
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': pagePolicy,
  });
  response.end(body);
}

function ownPageOf(path: string): OwnPage | undefined {
  const target = parseRequestTarget(path);
  if (target.kind === 'refused' || target.parts.length !== 1) return undefined;
  return ownPages.find((page) => page === target.parts[0]);
}

function wantsJson(accept: string): boolean {
  const json = accept.indexOf('application/json');
  const html = accept.indexOf('text/html');
  return json >= 0 && (html < 0 || json < html);
}

/** An IPv4 address as IPv6 sees it, plain. */
export function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '');
}

export function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}
