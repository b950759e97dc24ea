/**
 * Answers that clients do not read as fast as they ask. A connection with many unread bytes is
 * served no further until it has read, one that reads nothing at all is closed, and while all
 * connections together have too many, only calls with short answers are run. Requests themselves
 * cost memory, too, until they are answered: beyond a number of them a connection may have one.
 *
 * Invariant: all unread bytes are at most `unreadBytesMax`, one answer, and one short answer for
 * each connection. Open requests are at most `openRequestsMax` and one for each connection, those
 * of servers left out.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { must } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';

export interface UnreadLimits {
  /** Unread bytes of one connection; its further requests wait, and it is not read. */
  readonly connectionUnreadBytesMax: number;
  /** Unread bytes of all connections; calls with long answers are refused as busy. */
  readonly unreadBytesMax: number;
  /**
   * Requests of all connections whose answers have not left. With more, a connection that sends one
   * before its last one was answered is closed.
   */
  readonly openRequestsMax: number;
  /** A connection that takes nothing of its answer for so long is closed. */
  readonly unreadTimeoutMs: number;
}

/** To be called with the length of the answer when it is handed over to be sent. */
export type Answered = (bytes: number) => void;

export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  readonly #flows = new WeakMap<Socket, ConnectionFlow>();
  #bytes = 0;
  #openRequests = 0;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  /** Of all connections: handed over to be sent, and not known to have left this process. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests whose answers have not left. */
  get openRequests(): number {
    return this.#openRequests;
  }

  get isOverloaded(): boolean {
    return this.#bytes > this.#limits.unreadBytesMax;
  }

  /** Whether a connection may have one request at a time only. */
  get isFull(): boolean {
    return this.#openRequests >= this.#limits.openRequestsMax;
  }

  /** Unread bytes with which a connection is served on; when memory is short, it has none. */
  get connectionBytesMax(): number {
    return this.isOverloaded ? 0 : this.#limits.connectionUnreadBytesMax;
  }

  /** So many unread bytes and open requests more, or fewer, of a connection that counts them. */
  count(bytes: number, requests: number): void {
    this.#bytes += bytes;
    this.#openRequests += requests;
  }

  /**
   * Runs a request, at once or when its connection has read enough of what it was answered. Servers
   * may send as many as they like: they bound that themselves.
   */
  begin(
    { socket }: IncomingMessage,
    response: ServerResponse,
    isOfPeer: boolean,
    run: (answered: Answered) => void,
  ): void {
    let flow = this.#flows.get(socket);
    if (flow === undefined) {
      flow = new ConnectionFlow({
        socket,
        unreadTimeoutMs: this.#limits.unreadTimeoutMs,
        mayRun: (unreadBytes) => unreadBytes <= this.connectionBytesMax,
        onChange: (bytes) => {
          this.count(bytes, 0);
        },
        onRequests: (requests) => {
          this.count(0, requests);
        },
      });
      this.#flows.set(socket, flow);
    }
    if (this.isFull && flow.openRequests > 0 && !isOfPeer) socket.destroy();
    else flow.begin(response, run);
  }
}

interface FlowOptions {
  readonly socket: Socket;
  readonly unreadTimeoutMs: number;
  readonly mayRun: (unreadBytes: number) => boolean;
  /** The connection has so many unread bytes more, or fewer. */
  readonly onChange: (bytes: number) => void;
  /** The same of open requests. */
  readonly onRequests: (count: number) => void;
}

/** A request whose response has not left yet. */
interface Exchange {
  isAnswered: boolean;
  bytes: number;
}

/** The requests of one connection. Their responses leave in the order in which they came. */
class ConnectionFlow {
  readonly #options: FlowOptions;
  /** The one whose response is the next to leave, and those behind it. */
  #head: Exchange | undefined;
  readonly #behind = new Fifo<Exchange>();
  /** Requests that wait. As the connection is not read, they are as many as came at once. */
  readonly #waiting = new Fifo<() => void>();
  #unreadBytes = 0;
  #isOver = false;

  constructor(options: FlowOptions) {
    this.#options = options;
    options.socket.once('close', () => {
      this.#isOver = true;
      options.onChange(-this.#unreadBytes);
      options.onRequests(-this.openRequests);
    });
  }

  get openRequests(): number {
    return this.#head === undefined ? 0 : 1 + this.#behind.size;
  }

  begin(response: ServerResponse, run: (answered: Answered) => void): void {
    const { mayRun, onRequests, socket } = this.#options;
    if (socket.destroyed) return;
    onRequests(1);
    const exchange: Exchange = { isAnswered: false, bytes: 0 };
    if (this.#head === undefined) this.#head = exchange;
    else this.#behind.push(exchange);
    response.once('close', () => {
      this.#headLeft();
    });
    const runNow = (): void => {
      run((bytes) => {
        this.#answered(exchange, bytes);
      });
    };
    if (this.#waiting.size === 0 && mayRun(this.#unreadBytes)) {
      runNow();
      return;
    }
    this.#waiting.push(runNow);
    socket.pause();
  }

  #answered(exchange: Exchange, bytes: number): void {
    if (this.#isOver) return;
    exchange.isAnswered = true;
    exchange.bytes = bytes;
    this.#unreadBytes += bytes;
    this.#options.onChange(bytes);
    if (exchange === this.#head) this.#watchHead();
  }

  /** The oldest response has left, whole or, with its connection, not at all. */
  #headLeft(): void {
    if (this.#isOver || this.#options.socket.destroyed) return;
    const { bytes } = must(this.#head, 'only the oldest response leaves');
    this.#unreadBytes -= bytes;
    this.#options.onChange(-bytes);
    this.#options.onRequests(-1);
    this.#head = this.#behind.shift();
    // With nothing behind it, node has set the time-out of resting connections.
    if (this.#head !== undefined) this.#watchHead();
    this.#runOn();
  }

  /** Only a client that could read is timed: one whose call blocks has nothing to read. */
  #watchHead(): void {
    const { socket, unreadTimeoutMs } = this.#options;
    socket.setTimeout(this.#head?.isAnswered === true ? unreadTimeoutMs : 0);
  }

  #runOn(): void {
    const { mayRun, socket } = this.#options;
    if (this.#waiting.size === 0) return;
    while (this.#waiting.size > 0 && mayRun(this.#unreadBytes)) this.#waiting.shift()?.();
    if (this.#waiting.size === 0) socket.resume();
  }
}
