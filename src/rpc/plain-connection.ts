/**
 * One connection of which we read the requests ourselves, for as long as they are plain calls. At
 * the first thing that is not plain the connection is left to node:http for good, as soon as every
 * answer of ours has left.
 *
 * Invariant: a request is read only while nothing before it waits; whoever waits is not read.
 */
import type { Socket } from 'node:net';
import { bytesOf, type AnswerText } from './answer-text.js';
import { ArrivingCall, type ReceivedCall } from './call-body.js';
import { unreadBodyFault, type CallRunner } from './call-runner.js';
import { PlainHeadReader, type PlainHead } from './codec/plain-request.js';
import type { FairReading } from './fair-reading.js';
import type { HttpLimits } from './http-limits.js';
import { unknownCaller, type Caller, type MethodOutcome } from './method.js';
import { OwedAnswers, type OwedAnswer } from './owed-answers.js';
import { endWithPlainResponse, notHttp, tooSlow } from './plain-response.js';
import type { UnreadAnswers } from './unread-answers.js';

/** What all plain connections share. */
export interface PlainConnectionOptions {
  readonly runner: CallRunner;
  readonly answers: AnswerText;
  readonly unread: UnreadAnswers;
  readonly reading: FairReading;
  readonly limits: HttpLimits;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Whether connections are to be closed once they are owed nothing. */
  readonly isClosing: () => boolean;
  readonly flushSoon: (answers: OwedAnswers) => void;
  /** Takes a paused socket of which nobody listens to the bytes any more, and those unread. */
  readonly leave: (connection: PlainConnection, socket: Socket, rest: Buffer) => void;
  readonly onClose: (connection: PlainConnection) => void;
}

const nothing = Buffer.alloc(0);

export class PlainConnection {
  readonly #socket: Socket;
  readonly #options: PlainConnectionOptions;
  readonly #reader: PlainHeadReader;
  readonly #answers: OwedAnswers;
  #head: PlainHead | undefined;
  /** Who sends heads such as `#head`. */
  #caller = unknownCaller;
  /** What was received and is not read yet: a part of a head, or requests that wait. */
  #rest: Buffer = nothing;
  #isWaiting = false;
  /** A body of which a part is missing, or that waits for its turn. */
  #body: ArrivingCall | undefined;
  #missingBytes = 0;
  #isLeaving = false;
  #isLeft = false;
  /** The connection ends, by an answer after which nothing is run. */
  #isEnding = false;
  #linger: NodeJS.Timeout | undefined;
  /** When the request began that has arrived in part; at first, when the connection did. */
  #beganMs: number | undefined;
  #restsSinceMs: number | undefined;

  constructor(socket: Socket, options: PlainConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new PlainHeadReader(options.limits.headerBytesMax);
    this.#answers = new OwedAnswers(socket, {
      ...options,
      turns: options.runner.answerTurns,
      unreadTimeoutMs: options.limits.unreadTimeoutMs,
      onLeft: () => {
        this.#goOn();
      },
      onEnd: () => {
        this.#lingerOn();
      },
    });
    this.#beganMs = options.now();
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', ignore);
    socket.on('close', this.#onClose);
  }

  /** Ends a connection that is owed nothing and has sent no part of a request. */
  closeIfIdle(): void {
    if (this.#answers.openRequests === 0 && this.#rest.length === 0) this.#socket.destroy();
  }

  /** Ends a connection that rests too long, or sends too slowly. To be called now and then. */
  checkTime(nowMs: number): void {
    const arriving = this.#body === undefined ? 0 : 1;
    if (this.#answers.openRequests > arriving || this.#isDeaf) {
      this.#restsSinceMs = undefined;
    } else if (this.#beganMs !== undefined) {
      const { headersTimeoutMs, requestTimeoutMs } = this.#options.limits;
      const allowedMs = this.#body === undefined ? headersTimeoutMs : requestTimeoutMs;
      if (nowMs - this.#beganMs >= allowedMs) this.#refuse(408, tooSlow);
    } else if (arriving === 0) {
      this.#restsSinceMs ??= nowMs;
      if (nowMs - this.#restsSinceMs >= this.#options.limits.idleTimeoutMs) this.#socket.destroy();
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#restsSinceMs = undefined;
    this.#isWaiting = false;
    if (this.#isDeaf) return;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = nothing;
    this.#read(bytes);
  };

  /** The client will send no more, and need not be answered more than is known already. */
  readonly #onEnd = (): void => {
    this.#answers.flush();
    const arriving = this.#body === undefined ? 0 : 1;
    const isCut = !this.#isWaiting && (this.#rest.length > 0 || this.#missingBytes > 0);
    if (isCut && this.#answers.openRequests === arriving) this.#refuse(400, notHttp);
    else this.#socket.end();
  };

  readonly #onClose = (): void => {
    clearTimeout(this.#linger);
    this.#body?.abandon();
    this.#answers.close();
    this.#options.onClose(this);
  };

  /** Whether what still comes is thrown away. */
  get #isDeaf(): boolean {
    return this.#isEnding || this.#answers.isEnding || this.#socket.destroyed;
  }

  #read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#isDeaf) {
      if (this.#mustWait()) {
        this.#wait(bytes.subarray(at));
        return;
      }
      const end =
        this.#body === undefined
          ? this.#readRequest(bytes, at)
          : this.#readBody(this.#body, bytes, at);
      if (end === undefined) return;
      at = end;
    }
  }

  /** Where the request's bytes end, as far as they are there; undefined when it cannot be read. */
  #readRequest(bytes: Buffer, at: number): number | undefined {
    switch (this.#reader.read(bytes, at)) {
      case 'partial':
        this.#beganMs ??= this.#options.now();
        // A copy: the chunk may be long.
        this.#rest = Buffer.from(bytes.subarray(at));
        return undefined;
      case 'odd':
        this.#leave(bytes.subarray(at));
        return undefined;
      case 'whole':
    }
    const { reading, runner } = this.#options;
    const { bodyAt, bodyBytes } = this.#reader;
    const caller = this.#callerNow();
    const bytesMax = runner.bodyBytesMax(caller);
    if (bodyBytes > bytesMax) {
      this.#leave(bytes.subarray(at));
      return undefined;
    }
    if (caller.peerId === undefined) reading.serve(this.#socket);
    if (!this.#mayBegin(caller)) {
      this.#socket.destroy();
      return undefined;
    }
    const owed = this.#answers.begin();
    const end = bodyAt + bodyBytes;
    if (end > bytes.length) {
      this.#expectBody(owed, bodyBytes);
      return bodyAt;
    }
    this.#beganMs = undefined;
    this.#take(owed, runner.decode(bytes.subarray(bodyAt, end), caller), bodyBytes);
    return end;
  }

  /** Who sends such heads as the last one: nobody is asked twice for the same proof. */
  #callerNow(): Caller {
    const { head } = this.#reader;
    if (head === undefined || head === this.#head) return this.#caller;
    this.#head = head;
    this.#caller = this.#options.runner.callerOf(head, this.#socket);
    if (this.#caller.peerId !== undefined) this.#options.reading.exempt(this.#socket);
    return this.#caller;
  }

  /** Servers may send as many as they like: they bound that themselves. */
  #mayBegin({ peerId }: Caller): boolean {
    return !this.#options.unread.isFull || this.#answers.openRequests === 0 || peerId !== undefined;
  }

  #expectBody(owed: OwedAnswer, bytes: number): void {
    const { now, runner } = this.#options;
    this.#beganMs ??= now();
    this.#missingBytes = bytes;
    const receiving = runner.receiving(this.#caller, bytes);
    this.#body = new ArrivingCall(this.#socket, receiving, (received) => {
      this.#body = undefined;
      this.#take(owed, received, bytes);
      this.#goOn();
    });
  }

  #readBody(body: ArrivingCall, bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#missingBytes, bytes.length);
    this.#missingBytes -= end - at;
    if (this.#missingBytes === 0) this.#beganMs = undefined;
    body.take(bytes.subarray(at, end));
    if (this.#missingBytes === 0) body.end();
    return end;
  }

  #take(owed: OwedAnswer, received: ReceivedCall, bytes: number): void {
    const { runner } = this.#options;
    switch (received.kind) {
      case 'call': {
        const hangUp = runner.run(received.call, bytes, this.#caller, (outcome) => {
          this.#answer(owed, outcome);
        });
        if (owed.body === undefined) owed.hangUp = hangUp;
        break;
      }
      case 'fault':
        this.#answer(owed, { kind: 'fault', fault: received.fault });
        break;
      case 'tooLong':
      case 'tooMuchInAll':
        this.#isEnding = true;
        owed.isLast = true;
        this.#answer(owed, {
          kind: 'fault',
          fault: unreadBodyFault(received.kind, runner.bodyBytesMax(this.#caller)),
        });
        break;
    }
  }

  /** The one place where the outcome of a call becomes an answer on this connection. */
  #answer(owed: OwedAnswer, outcome: MethodOutcome): void {
    if (outcome.kind === 'closed') this.#socket.destroy();
    else if (outcome.kind === 'pieces') this.#answers.answer(owed, outcome.pieces);
    else this.#answers.answer(owed, bytesOf(this.#options.runner.encode(outcome)));
  }

  #mustWait(): boolean {
    const isBodyWaiting = this.#body !== undefined && this.#missingBytes === 0;
    return this.#isLeaving || isBodyWaiting || !this.#answers.mayRun;
  }

  #wait(rest: Buffer): void {
    this.#rest = rest;
    this.#isWaiting = true;
    this.#socket.pause();
  }

  /** What a connection waited for may be there. */
  #goOn(): void {
    if (this.#isLeaving) {
      this.#leaveIfDone();
      return;
    }
    if (!this.#isWaiting || this.#mustWait()) return;
    this.#isWaiting = false;
    const rest = this.#rest;
    this.#rest = nothing;
    this.#read(rest);
    // Reading may have come upon another reason to wait, which the compiler cannot see.
    if (!(this.#isWaiting as boolean)) this.#socket.resume();
  }

  #leave(rest: Buffer): void {
    this.#isLeaving = true;
    this.#wait(rest);
    // Answers that are known need not wait for the end of the turn.
    this.#answers.flush();
    this.#leaveIfDone();
  }

  #leaveIfDone(): void {
    const socket = this.#socket;
    if (this.#answers.openRequests > 0 || this.#isLeft || socket.destroyed) return;
    this.#isLeft = true;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', ignore);
    socket.off('close', this.#onClose);
    this.#answers.release();
    this.#options.leave(this, socket, this.#rest);
  }

  /** Tells what is wrong with the bytes of the connection, and ends it. */
  #refuse(status: number, text: string): void {
    this.#isEnding = true;
    endWithPlainResponse(this.#socket, status, text, this.#options.limits.lingerMs);
  }

  /** The last answer is on its way; it would be lost to a reset if we did not read on. */
  #lingerOn(): void {
    this.#socket.resume();
    this.#linger = setTimeout(() => this.#socket.destroy(), this.#options.limits.lingerMs);
  }
}

/** An error is followed by the end of the connection, which is what counts. */
function ignore(): void {
  // Nothing is to be done.
}
