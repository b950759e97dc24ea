/**
 * The connections that are still plain: what concerns them all at once, and their way to node:http.
 */
import type { Socket } from 'node:net';
import { AnswerText } from './answer-text.js';
import type { CallRunner } from './call-runner.js';
import type { FairReading } from './fair-reading.js';
import type { HttpLimits } from './http-limits.js';
import type { OwedAnswers } from './owed-answers.js';
import { PlainConnection, type PlainConnectionOptions } from './plain-connection.js';
import type { UnreadAnswers } from './unread-answers.js';

export interface PlainConnectionsOptions {
  readonly runner: CallRunner;
  readonly unread: UnreadAnswers;
  readonly reading: FairReading;
  readonly limits: HttpLimits;
  /** Whether connections are to be closed after their next answer. */
  readonly isClosing: () => boolean;
  /** Serves a connection by node:http. */
  readonly serveByNode: (socket: Socket) => void;
}

export class PlainConnections {
  readonly #options: PlainConnectionsOptions;
  readonly #shared: PlainConnectionOptions;
  readonly #connections = new Set<PlainConnection>();
  /** Those with answers that leave at the end of this turn. */
  #answered: OwedAnswers[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlainConnectionsOptions) {
    const { isClosing, limits, reading, runner, unread } = options;
    this.#options = options;
    this.#shared = {
      ...{ isClosing, limits, reading, runner, unread },
      answers: new AnswerText(limits.idleTimeoutMs),
      now: () => performance.now(),
      flushSoon: (answers) => {
        this.#flushSoon(answers);
      },
      leave: (connection, socket, rest) => {
        this.#forget(connection);
        this.#leave(socket, rest);
      },
      onClose: (connection) => {
        this.#forget(connection);
      },
    };
  }

  /** Connections of which we read the requests ourselves. */
  get count(): number {
    return this.#connections.size;
  }

  /** Reads a new connection, whose bytes nobody else may listen to. */
  take(socket: Socket): void {
    this.#connections.add(new PlainConnection(socket, this.#shared));
    this.#timer ??= this.#watch();
  }

  /** Ends the connections that are owed nothing. */
  closeIdle(): void {
    for (const connection of this.#connections) connection.closeIfIdle();
  }

  /** One write for each connection at the end of a turn, and one look at all of them. */
  #flushSoon(answers: OwedAnswers): void {
    if (this.#answered.push(answers) > 1) return;
    setImmediate(() => {
      const answered = this.#answered;
      this.#answered = [];
      for (const each of answered) each.flush();
    });
  }

  #leave(socket: Socket, rest: Buffer): void {
    socket.unshift(rest);
    this.#options.serveByNode(socket);
    socket.resume();
  }

  #forget(connection: PlainConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #watch(): NodeJS.Timeout {
    const { now } = this.#shared;
    const timer = setInterval(() => {
      const nowMs = now();
      for (const connection of this.#connections) connection.checkTime(nowMs);
    }, this.#options.limits.timeoutCheckIntervalMs);
    return timer.unref();
  }
}
