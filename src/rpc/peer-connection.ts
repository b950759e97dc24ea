/**
 * The way to one peer: a TCP connection that is kept, over which requests are pipelined and
 * answered in order (HTTP/1.1, RFC 9112 section 9.3.2). It is opened by the first request and
 * opened anew by the first one after a failure.
 *
 * Invariant: every request ends exactly once, in an answer or in a failure; when the connection
 * fails, all that are under way fail with it, because nobody can say which of them arrived.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { must } from '../base/assert.js';
import { HttpResponseParser, type HttpResponse } from './http-response-parser.js';
import type { PeerLimits } from './peer-limits.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import type { TlsIdentity } from './tls-identity.js';

/** How a request ends. */
export type PeerAnswer =
  | { readonly kind: 'answered'; readonly response: HttpResponse }
  | { readonly kind: 'failed'; readonly reason: string };

interface Outstanding {
  readonly bytes: number;
  readonly done: (answer: PeerAnswer) => void;
}

export interface PeerConnectionOptions {
  readonly address: ServerAddress;
  /** Header lines that every request carries, each ended by CRLF. */
  readonly headerLines: string;
  /** Undefined for plain HTTP. */
  readonly tls: TlsIdentity | undefined;
  readonly limits: PeerLimits;
}

export class PeerConnection {
  readonly #options: PeerConnectionOptions;
  readonly #requestHead: string;
  #socket: Socket | undefined;
  #outstanding: Outstanding[] = [];
  #outstandingBytes = 0;
  /** When the oldest outstanding request became the one that is to be answered next. */
  #oldestSinceMs = 0;
  /** Looks after the oldest outstanding request; one timer, however many requests there are. */
  #timer: NodeJS.Timeout | undefined;
  #lastAttemptMs = Number.NEGATIVE_INFINITY;
  #lastFailure = 'not connected';
  #isClosed = false;

  constructor(options: PeerConnectionOptions) {
    this.#options = options;
    this.#requestHead =
      `POST /RPC2 HTTP/1.1\r\nHost: ${formatAddress(options.address)}\r\n` +
      `Content-Type: text/xml\r\n${options.headerLines}Content-Length: `;
  }

  /** Sends `body`, which must be ASCII. `done` is called once, never before `send` returned. */
  send(body: string, done: (answer: PeerAnswer) => void): void {
    const refusal = this.#refusal(body.length);
    if (refusal !== undefined) {
      setImmediate(() => {
        if (!this.#isClosed) done({ kind: 'failed', reason: refusal });
      });
      return;
    }
    const socket = (this.#socket ??= this.#open());
    if (this.#outstanding.length === 0) this.#oldestSinceMs = performance.now();
    this.#outstanding.push({ bytes: body.length, done });
    this.#outstandingBytes += body.length;
    socket.write(`${this.#requestHead}${body.length}\r\n\r\n${body}`, 'latin1');
    this.#timer ??= this.#armTimer(this.#options.limits.requestTimeoutMs);
  }

  /** Closes the connection; nothing that is under way will be told its end. */
  close(): void {
    this.#isClosed = true;
    this.#outstanding = [];
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Why nothing can be sent now, or undefined when it can. */
  #refusal(bytes: number): string | undefined {
    const { outstandingMax, outstandingBytesMax, reconnectPauseMs } = this.#options.limits;
    if (this.#isClosed) return 'the transport is closed';
    if (this.#outstanding.length >= outstandingMax) {
      return `${outstandingMax} requests are under way`;
    }
    if (this.#outstanding.length > 0 && this.#outstandingBytes + bytes > outstandingBytesMax) {
      return `requests of ${this.#outstandingBytes} bytes are under way`;
    }
    const isPausing = performance.now() - this.#lastAttemptMs < reconnectPauseMs;
    return this.#socket === undefined && isPausing ? this.#lastFailure : undefined;
  }

  #open(): Socket {
    this.#lastAttemptMs = performance.now();
    const socket = openSocket(this.#options);
    const parser = new HttpResponseParser(this.#options.limits);
    socket.on('data', (chunk) => {
      this.#receive(socket, parser, chunk);
    });
    socket.on('error', (error) => {
      this.#fail(socket, error.message);
    });
    socket.on('close', () => {
      this.#fail(socket, 'the peer closed the connection');
    });
    return socket;
  }

  #receive(socket: Socket, parser: HttpResponseParser, chunk: Buffer): void {
    if (socket !== this.#socket) return;
    let responses: HttpResponse[];
    try {
      responses = parser.write(chunk);
    } catch (error) {
      this.#fail(socket, error instanceof Error ? error.message : String(error));
      return;
    }
    for (const response of responses) {
      this.#answer(socket, response);
      // The listener may have closed the transport.
      if (socket !== this.#socket) return;
    }
  }

  #answer(socket: Socket, response: HttpResponse): void {
    const oldest = this.#outstanding.shift();
    if (oldest === undefined) {
      this.#fail(socket, 'a response to no request');
      return;
    }
    this.#outstandingBytes -= oldest.bytes;
    this.#oldestSinceMs = performance.now();
    oldest.done({ kind: 'answered', response });
    if (response.isLast) this.#fail(socket, 'the peer closes the connection');
  }

  /** Gives the connection up. Only the first failure of the present connection counts. */
  #fail(socket: Socket, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#lastFailure = reason;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    socket.destroy();
    const failed = this.#outstanding;
    this.#outstanding = [];
    this.#outstandingBytes = 0;
    for (const { done } of failed) {
      if (!this.#isClosed) done({ kind: 'failed', reason });
    }
  }

  #armTimer(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#checkOldest();
    }, delayMs);
  }

  #checkOldest(): void {
    this.#timer = undefined;
    const [oldest] = this.#outstanding;
    if (oldest === undefined) return;
    const { requestTimeoutMs, bytesPerMsMin } = this.#options.limits;
    const allowedMs = Math.ceil(requestTimeoutMs + oldest.bytes / bytesPerMsMin);
    const restMs = this.#oldestSinceMs + allowedMs - performance.now();
    if (restMs > 0) {
      this.#timer = this.#armTimer(Math.ceil(restMs));
      return;
    }
    const socket = must(this.#socket, 'a request is under way over a connection');
    this.#fail(socket, `no answer within ${allowedMs} ms`);
  }
}

/** Over TLS the peer must show a certificate for its host, of an authority of the cluster. */
function openSocket({ address, tls }: PeerConnectionOptions): Socket {
  const { host, port } = address;
  if (tls === undefined) return connect({ host, port, noDelay: true });
  const { cert, key, ca } = tls;
  const socket = connectTls({ host, port, cert, key, ca });
  // Unlike `connect` of node:net, that of node:tls does not know `noDelay`.
  return socket.once('connect', () => socket.setNoDelay(true));
}
