/**
 * The front's HTTP: one request after the other is handed to the routes and its answer sent, within
 * limits that keep slow and hostile clients from harming the others.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createListener, type Server as Listener, type Socket } from 'node:net';
import { AssertionError } from '../../base/assert.js';
import { ListenError } from '../../rpc/listen-error.js';
import { securityHeaders, type Answer } from './answer.js';
import {
  bodyBytesMax,
  connectionsMax,
  headerBytesMax,
  headersMsMax,
  keptMsMax,
  requestMsMax,
  targetCharsMax,
} from './front-limits.js';
import { metricsPath, type FrontMetrics } from './front-metrics.js';
import type { Front } from './front.js';
import { answerRequest, problem } from './routes.js';
import { SiteRequest } from './site-request.js';

/** How exactly slow clients are noticed. */
const checkMs = 1_000;

export interface FrontServerOptions {
  readonly front: Front;
  readonly metrics: FrontMetrics;
  /** The first is needed; further ones that this machine lacks are left out. None: all of them. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Given a line for each request. */
  readonly log?: ((line: string) => void) | undefined;
  readonly onBug: (error: unknown) => void;
  /** From the first byte to the end of the headers; 10 s unless given. */
  readonly headersMsMax?: number;
  /** From the first byte to the end of the body; 30 s unless given. */
  readonly requestMsMax?: number;
}

export class FrontServer {
  readonly #options: FrontServerOptions;
  readonly #server: Server;
  readonly #listeners: Listener[] = [];
  #isClosing = false;

  constructor(options: FrontServerOptions) {
    const headersTimeout = options.headersMsMax ?? headersMsMax;
    const requestTimeout = options.requestMsMax ?? requestMsMax;
    this.#options = options;
    this.#server = createServer({
      maxHeaderSize: headerBytesMax,
      headersTimeout,
      requestTimeout,
      keepAliveTimeout: keptMsMax,
      connectionsCheckingInterval: Math.min(checkMs, headersTimeout),
      noDelay: true,
    });
    this.#server.maxConnections = connectionsMax;
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    this.#server.on('request', serve);
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      const bytes = Number(request.headers['content-length'] ?? 0);
      if (bytes <= bodyBytesMax) response.writeContinue();
      serve(request, response);
    });
    this.#server.on('connect', (_request, socket: Socket) => {
      refuse(socket, '405 Method Not Allowed');
    });
    this.#server.on('clientError', (error: ParseError, socket: Socket) => {
      refuse(socket, refusalOf(error));
    });
  }

  /** The port that it listens on. Rejects with `ListenError`. */
  async listen(): Promise<number> {
    const { hosts, port } = this.#options;
    const [host, ...others] = hosts;
    await listenAt(this.#server, host, port);
    const address = this.#server.address();
    const opened = typeof address === 'object' && address !== null ? address.port : port;
    for (const other of others) await this.#alsoListenAt(other, opened);
    return opened;
  }

  /**
   * Takes no new connections and lets the running requests end, for `graceMs` at most. Resolves
   * with whether all of them did.
   */
  async close(graceMs: number): Promise<boolean> {
    this.#isClosing = true;
    let isGraceful = true;
    const deadline = setTimeout(() => {
      isGraceful = false;
      this.#server.closeAllConnections();
    }, graceMs);
    const servers: readonly Listener[] = [this.#server, ...this.#listeners];
    const closed = Promise.all(servers.map((server) => once(server, 'close')));
    for (const server of servers) server.close();
    await closed;
    clearTimeout(deadline);
    return isGraceful;
  }

  async #alsoListenAt(host: string, port: number): Promise<void> {
    const listener = createListener({ noDelay: true }, (socket) => {
      this.#server.emit('connection', socket);
    });
    listener.maxConnections = connectionsMax;
    try {
      await listenAt(listener, host, port);
      this.#listeners.push(listener);
    } catch (error) {
      const isLacking = error instanceof ListenError && codesOfLackingAddress.includes(error.code);
      if (!isLacking) throw error;
    }
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const beganMs = performance.now();
    const request = new SiteRequest(incoming);
    const answer = await this.#answer(request, incoming.url ?? '');
    if (this.#isClosing) response.setHeader('Connection', 'close');
    send(response, answer);
    const { log, metrics } = this.#options;
    const tookMs = performance.now() - beganMs;
    metrics.answered(answer.status, tookMs);
    if (log === undefined) return;
    const ms = tookMs.toFixed(1);
    const address = incoming.socket.remoteAddress ?? '-';
    // Without the query, cookies and body: nothing that somebody typed, and no secret.
    log(`${address} ${request.method} ${request.path} ${answer.status} ${ms} ms`);
  }

  async #answer(request: SiteRequest, target: string): Promise<Answer> {
    const { front, metrics, onBug } = this.#options;
    if (request.path === metricsPath && request.isRead && request.isOfThisMachine) {
      return metrics.answer();
    }
    try {
      if (target.length > targetCharsMax) {
        return await problem(front, request, 414, `Expected ${targetCharsMax} characters at most.`);
      }
      if (request.hasSeveralHosts) {
        return await problem(front, request, 400, 'Expected one header Host.');
      }
      return await answerRequest(front, request);
    } catch (error) {
      onBug(error);
      if (error instanceof AssertionError) return plainProblem;
      return await problem(front, request, 500, 'That is our mistake.').catch(() => plainProblem);
    }
  }
}

const plainProblem: Answer = {
  status: 500,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  body: 'Something broke.\n',
};

/** The machine has no such address, or does not know its kind. */
const codesOfLackingAddress: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];

async function listenAt(server: Listener, host: string | undefined, port: number): Promise<void> {
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(`${host ?? '*'}:${port}`, error as Error);
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    'Content-Length': bytes.length,
  });
  response.end(bytes);
}

/** What the parser says of that which it does not take. */
type ParseError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

function refusalOf({ code, rawPacket }: ParseError): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return '431 Request Header Fields Too Large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return '408 Request Timeout';
    case 'HPE_INVALID_METHOD':
      return looksLikeRequest(rawPacket) ? '405 Method Not Allowed' : '400 Bad Request';
    default:
      return '400 Bad Request';
  }
}

/** A method that nobody knows, rather than something that is not HTTP. */
function looksLikeRequest(packet: Buffer | undefined): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+ [^ ]+ HTTP\/1\.[01]\r?\n/.test(packet?.toString('latin1') ?? '');
}

function refuse(socket: Socket, status: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const allow = status.startsWith('405') ? 'Allow: GET, HEAD, POST\r\n' : '';
  socket.end(`HTTP/1.1 ${status}\r\n${allow}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
