/**
 * The master's port: plain or TLS, its limits and time-outs, and the connections that the master
 * reads itself (held-connection.ts).
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ListenError } from '../../rpc/listen-error.js';
import { breakOff, headersMsDefault, refusalOf, refuse } from '../worker-server.js';
import type { HeldAnswers } from './held-answers.js';
import { HeldConnection } from './held-connection.js';
import { HttpDate } from './http-date-clock.js';
import { PlainGetReader, type PlainGet } from './plain-get.js';

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface FrontOptions {
  /** Undefined: all interfaces. */
  readonly host: string | undefined;
  readonly port: number;
  readonly tls: TlsPair | undefined;
  readonly connectionsMax: number;
  readonly onRequest: RequestListener;
  /** What the master answers itself at present; never over TLS. */
  readonly held: () => HeldAnswers | undefined;
  readonly onHeldAnswer: (socket: Socket, request: PlainGet, sentBytes: number) => void;
  /** In the header Allow where no address is known. */
  readonly allow: () => string;
  /** From the opening of a connection, or the end of the answer before, to the end of a head. */
  readonly headersMsMax?: number | undefined;
  /** A connection was refused because there are too many. */
  readonly onFull: () => void;
}

const headerBytesMax = 32 * 1024;
const checkIntervalMs = 1_000;
/** A client that takes nothing of its response for so long is given up. */
const readingTimeoutMs = 60_000;

export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server | TlsServer;
  readonly #held = new Set<HeldConnection>();
  readonly #open = new Set<Socket>();
  /** The response that was begun last on a connection and has not ended. */
  readonly #running = new WeakMap<Duplex, ServerResponse>();
  readonly #date = new HttpDate();
  readonly #headersMsMax: number;
  readonly #checkMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    const { tls, connectionsMax, headersMsMax = headersMsDefault } = options;
    this.#headersMsMax = headersMsMax;
    this.#checkMs = Math.min(checkIntervalMs, headersMsMax);
    const limits = {
      noDelay: true,
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersMsMax,
      connectionsCheckingInterval: this.#checkMs,
      // Whoever reads a body decides how long it may take; of others it is not waited for.
      requestTimeout: 0,
    };
    const server =
      tls === undefined
        ? createServer(limits, options.onRequest)
        : createTlsServer({ ...limits, ...tls, handshakeTimeout: headersMsMax }, options.onRequest);
    this.#server = server;
    server.timeout = readingTimeoutMs;
    server.maxConnections = connectionsMax;
    server.on('drop', options.onFull);
    server.on('clientError', (error, socket) => {
      const refuseIt = (): void => {
        if (socket instanceof Socket) refuse(socket, refusalOf(error), options.allow());
        else socket.destroy();
      };
      const running = this.#running.get(socket);
      // In the middle of a response it would look like a part of it.
      if (running === undefined) refuseIt();
      else if (!running.req.complete) breakOff(running, refuseIt);
      else running.once('close', refuseIt);
    });
    server.on('request', (request, response) => {
      this.#begin(request.socket, response);
    });
    // A body is invited by the worker that wants it.
    server.on('checkContinue', (request, response) => {
      this.#begin(request.socket, response);
      options.onRequest(request, response);
    });
    server.on('connect', (_request, socket: Socket) => {
      refuse(socket, '405 Method Not Allowed', options.allow());
    });
    if (tls === undefined) this.#readItself(server);
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Rejects with `ListenError`. */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    const backlog = 4_096;
    this.#server.listen({ host, port, backlog });
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const address = host === undefined ? `port ${port}` : `${host}:${port}`;
      throw new ListenError(address, error as Error);
    }
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      for (const each of this.#held) each.checkTime(nowMs, this.#headersMsMax, readingTimeoutMs);
    }, this.#checkMs).unref();
  }

  /** For connections from now on. */
  changeTls(tls: TlsPair): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tls);
  }

  changeConnectionsMax(connectionsMax: number): void {
    this.#server.maxConnections = connectionsMax;
  }

  /** Takes nothing new; resolves once all that runs has ended, or was cut off after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // A connection counts as idle only from the moment when its response has left.
    const closeIdle = (): void => {
      for (const each of this.#held) each.closeIfIdle();
      this.#server.closeIdleConnections();
    };
    closeIdle();
    const sweepMs = 50;
    const sweep = setInterval(closeIdle, sweepMs);
    const deadline = setTimeout(() => {
      this.cutOff();
    }, graceMs);
    await closed;
    clearInterval(sweep);
    clearInterval(this.#timer);
    clearTimeout(deadline);
  }

  /** Ends every connection at once. */
  cutOff(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #begin(socket: Duplex, response: ServerResponse): void {
    this.#running.set(socket, response);
    response.once('close', () => {
      if (this.#running.get(socket) === response) this.#running.delete(socket);
    });
  }

  #readItself(server: Server): void {
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    const shared = {
      answers: this.#options.held,
      reader: new PlainGetReader(),
      date: () => this.#date.now(),
      isClosing: () => this.#isClosing,
      onAnswer: this.#options.onHeldAnswer,
      leave: (socket: Socket, rest: Buffer) => {
        socket.unshift(rest);
        for (const listen of listeners) Reflect.apply(listen, server, [socket]);
        socket.resume();
      },
      onClose: (connection: HeldConnection) => this.#held.delete(connection),
    };
    server.on('connection', (socket: Socket) => {
      this.#held.add(new HeldConnection(socket, shared));
    });
  }
}
