/**
 * One connection of a client of which the master reads the requests itself, for as long as they are
 * plain and of files that it holds. At the first one that is not, the connection is left to
 * node:http for good, with what was read of it.
 */
import type { Socket } from 'node:net';
import type { HeldAnswers, HeldHead } from './held-answers.js';
import type { PlainGet, PlainGetReader } from './plain-get.js';

export interface HeldConnectionOptions {
  /** Undefined at present: everything is left to node:http. */
  readonly answers: () => HeldAnswers | undefined;
  readonly reader: PlainGetReader;
  /** The value of the header Date. */
  readonly date: () => string;
  /** Whether connections end with the answer that is due. */
  readonly isClosing: () => boolean;
  /** Takes a paused socket to which nobody listens any more, and what was read of it. */
  readonly leave: (socket: Socket, rest: Buffer) => void;
  readonly onAnswer: (socket: Socket, request: PlainGet, sentBytes: number) => void;
  readonly onClose: (connection: HeldConnection) => void;
}

/** As node:http tells its clients; kept for a second longer, so that no request is lost. */
const idleSeconds = 5;
const keptLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${idleSeconds}\r\n\r\n`;
const closedLines = 'Connection: close\r\n\r\n';

export class HeldConnection {
  readonly #socket: Socket;
  readonly #options: HeldConnectionOptions;
  /** What came while an answer was due. */
  #rest: Buffer | undefined;
  #isBusy = false;
  #hasAnswered = false;
  #hasLeft = false;
  #sinceMs: number;

  constructor(socket: Socket, options: HeldConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#sinceMs = performance.now();
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', ignore);
    socket.on('close', this.#onClose);
  }

  /** Ends a connection that is owed nothing. */
  closeIfIdle(): void {
    if (!this.#isBusy) this.#socket.destroy();
  }

  /** Ends a connection that says nothing, or reads nothing, for too long. */
  checkTime(nowMs: number, firstRequestMs: number, readingMs: number): void {
    if (this.#isBusy) {
      if (nowMs - this.#sinceMs >= readingMs) this.#socket.destroy();
      return;
    }
    const allowedMs = this.#hasAnswered ? (idleSeconds + 1) * 1_000 : firstRequestMs;
    if (nowMs - this.#sinceMs >= allowedMs) this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isBusy) {
      // Whoever has not taken an answer yet is not read: no client can make answers pile up.
      this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
      this.#socket.pause();
      return;
    }
    const request = this.#options.reader.read(chunk);
    const answers = this.#options.answers();
    const head = request && answers?.headFor(request.target, request.acceptEncoding);
    if (request === undefined || answers === undefined || head === undefined) this.#leave(chunk);
    else void this.#answer({ request, answers, head, chunk });
  };

  readonly #onEnd = (): void => {
    if (!this.#isBusy) this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#options.onClose(this);
  };

  async #answer({ request, answers, head, chunk }: Asked): Promise<void> {
    this.#isBusy = true;
    const bytes = await answers.bytesFor(head);
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (bytes === undefined) {
      this.#leave(this.#rest === undefined ? chunk : Buffer.concat([chunk, this.#rest]));
      return;
    }
    this.#hasAnswered = true;
    this.#sinceMs = performance.now();
    const keepsAlive = request.keepsAlive && !this.#options.isClosing() && !socket.readableEnded;
    const tail = keepsAlive ? keptLines : closedLines;
    const top = `HTTP/1.1 200 OK\r\n${head.lines}Date: ${this.#options.date()}\r\n${tail}`;
    const hasBody = request.method === 'GET';
    socket.cork();
    if (hasBody) {
      socket.write(top, 'latin1');
      socket.write(bytes, this.#goOn);
    } else {
      socket.write(top, 'latin1', this.#goOn);
    }
    socket.uncork();
    this.#options.onAnswer(socket, request, top.length + (hasBody ? bytes.length : 0));
    if (!keepsAlive) socket.end();
  }

  /** The answer has left. */
  readonly #goOn = (): void => {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    this.#isBusy = false;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest === undefined) {
      if (socket.readableEnded) socket.end();
      return;
    }
    this.#onData(rest);
    if (!this.#hasLeft) socket.resume();
  };

  #leave(rest: Buffer): void {
    const socket = this.#socket;
    this.#hasLeft = true;
    socket.pause();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', ignore);
    socket.off('close', this.#onClose);
    this.#options.onClose(this);
    this.#options.leave(socket, rest);
  }
}

interface Asked {
  readonly request: PlainGet;
  readonly answers: HeldAnswers;
  readonly head: HeldHead;
  /** The request as it came. */
  readonly chunk: Buffer;
}

function ignore(): void {
  // 'close' follows.
}
