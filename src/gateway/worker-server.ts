/**
 * A worker of the gateway: HTTP in front of a responder, with the limits that keep slow and hostile
 * clients from harming the others.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { accessLogLine } from './access-log.js';
import type { CacheStatistics } from './content-cache.js';
import { discardRest } from './discard-rest.js';
import type { Respond } from './file-responder.js';
import type { PeerStatistics } from './peers/peer-blocks.js';
import type { PeerDoor } from './peers/peer-door.js';

/** The longest request target that is answered 414 must still be read. */
const headerBytesMax = 32 * 1024;
export const headersMsDefault = 10_000;
/** A reader that takes nothing for so long is given up. */
const stalledMsMax = 120_000;
/** Longer than the masters' connections rest between two health checks. */
const keptMsMax = 60_000;
const connectionsMax = 10_000;
/** How exactly slow headers are noticed. */
const checkMs = 1_000;

const healthPath = '/healthcheck';

export interface WorkerServerOptions {
  readonly respond: Respond;
  /** Left out for all interfaces. */
  readonly host?: string | undefined;
  readonly port: number;
  /** Told with the answers to health checks. */
  readonly cacheStatistics: () => CacheStatistics;
  /** Left out where nothing is shared with other workers. */
  readonly peers?: PeerDoor | undefined;
  readonly peerStatistics?: (() => PeerStatistics) | undefined;
  /** In the header Allow where no address is known. */
  readonly allow: string;
  /** From the opening of a connection to the end of the head of a request; 10 s. */
  readonly headersMsMax?: number;
  /** Given a line for each request; left out, nothing is put together. */
  readonly log?: ((line: string) => void) | undefined;
}

export class WorkerServer {
  readonly #options: WorkerServerOptions;
  readonly #server: Server;
  /** Requests that run on a connection. */
  readonly #running = new WeakMap<Socket, number>();
  /** The response that was begun last on a connection. */
  readonly #last = new WeakMap<Socket, ServerResponse>();
  /** What a connection is told once they have been answered, because it sent no request. */
  readonly #refused = new WeakMap<Socket, string>();
  #isClosing = false;

  constructor(options: WorkerServerOptions) {
    this.#options = options;
    const { headersMsMax = headersMsDefault } = options;
    this.#server = createServer({
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersMsMax,
      // Whoever reads a body decides how long it may take; of others it is not waited for.
      requestTimeout: 0,
      keepAliveTimeout: keptMsMax,
      connectionsCheckingInterval: Math.min(checkMs, headersMsMax),
      noDelay: true,
    });
    this.#server.timeout = stalledMsMax;
    this.#server.maxConnections = connectionsMax;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response);
    };
    this.#server.on('request', answer);
    // A body is invited by whoever wants it; most are refused.
    this.#server.on('checkContinue', answer);
    this.#server.on('connect', (_request, socket: Socket) => {
      refuse(socket, '405 Method Not Allowed', options.allow);
    });
    this.#server.on('clientError', (error, socket: Socket) => {
      const status = refusalOf(error);
      const last = this.#last.get(socket);
      if (last !== undefined && !last.writableEnded && !last.req.complete) {
        breakOff(last, () => {
          refuse(socket, status, options.allow);
        });
      } else if ((this.#running.get(socket) ?? 0) > 0) this.#refused.set(socket, status);
      else refuse(socket, status, options.allow);
    });
  }

  /** The port that it listens on. Rejects with the system's error. */
  async listen(): Promise<number> {
    const { host, port } = this.#options;
    this.#server.listen({ port, host });
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /**
   * Takes no new connections and lets the running requests end, for `graceMs` at most. Resolves
   * with whether all of them did.
   */
  async close(graceMs: number): Promise<boolean> {
    this.#isClosing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    let isGraceful = true;
    const deadline = setTimeout(() => {
      isGraceful = false;
      this.#server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(deadline);
    return isGraceful;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log, peers, respond } = this.#options;
    const atMs = Date.now();
    this.#count(request.socket, 1);
    this.#last.set(request.socket, response);
    if (this.#isClosing) response.setHeader('Connection', 'close');
    if (request.url === healthPath) this.#answerHealth(request, response);
    else if ((await peers?.answer(request, response)) !== true) await respond(request, response);
    if (log !== undefined) {
      log(accessLogLine({ request, response, atMs }));
    }
    this.#count(request.socket, -1);
    discardRest(request);
    // A connection that is kept would keep the process.
    if (this.#isClosing) setImmediate(() => this.#server.closeIdleConnections());
  }

  #count(socket: Socket, change: number): void {
    const running = (this.#running.get(socket) ?? 0) + change;
    this.#running.set(socket, running);
    const refusal = this.#refused.get(socket);
    if (running === 0 && refusal !== undefined) refuse(socket, refusal, this.#options.allow);
  }

  #answerHealth(request: IncomingMessage, response: ServerResponse): void {
    const { peers, peerStatistics } = this.#options;
    const { hits, misses, bytes } = this.#options.cacheStatistics();
    const shared = peerStatistics?.();
    peers?.learn(request);
    response.writeHead(200, {
      'Cache-Control': 'no-store',
      'Content-Length': 0,
      'X-Cache-Hits': hits,
      'X-Cache-Misses': misses,
      'X-Cache-Bytes': bytes,
      ...(shared === undefined
        ? {}
        : { 'X-Peer-Hits': shared.hits, 'X-Peer-Misses': shared.misses }),
    });
    response.end();
  }
}

/** What is answered to that which the parser does not take. */
export function refusalOf(error: Error & { code?: string; rawPacket?: Buffer }): string {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return '431 Request Header Fields Too Large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return '408 Request Timeout';
    case 'HPE_INVALID_METHOD':
      return looksLikeRequest(error.rawPacket) ? '405 Method Not Allowed' : '400 Bad Request';
    default:
      return '400 Bad Request';
  }
}

/**
 * Ends a request whose body goes wrong, or ends too early: whoever reads it hears of that by the
 * end of the connection. `refuseIt` says what is wrong, where nothing else was said.
 */
export function breakOff(response: ServerResponse, refuseIt: () => void): void {
  const { socket } = response;
  if (!response.headersSent) refuseIt();
  if (response.headersSent) socket?.destroy();
  else socket?.destroySoon();
}

/** A method that nobody knows, rather than something that is not HTTP. */
function looksLikeRequest(packet: Buffer | undefined): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+ [^ ]+ HTTP\/1\.[01]\r?\n/.test(packet?.toString('latin1') ?? '');
}

/** `allow`: what is said of methods, should the status be 405. */
export function refuse(socket: Socket, status: string, allow: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const field = status.startsWith('405') ? `Allow: ${allow}\r\n` : '';
  socket.end(`HTTP/1.1 ${status}\r\n${field}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
