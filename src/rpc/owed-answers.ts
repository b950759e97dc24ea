/**
 * The answers that one plain connection is owed: they leave in the order of their requests, all
 * that are known at the end of a turn of the event loop in one write, and are counted for as long
 * as the client has not read them.
 */
import type { Socket } from 'node:net';
import type { HangUp } from '../replica/outcome.js';
import type { AnswerText } from './answer-text.js';
import { nothingToHangUp } from './method.js';
import type { UnreadAnswers } from './unread-answers.js';

/** With so much, a connection does not wait for the end of the turn: it would only hold more. */
const promptBytesMin = 32 * 1024;

/** A request whose answer has not been handed over to be sent. */
export class OwedAnswer {
  /** The bytes of the answer, once they are known. */
  body: string | undefined = undefined;
  /** After this answer the connection is closed. */
  isLast = false;
  hangUp: HangUp = nothingToHangUp;
  /** The request that came after this one. */
  next: OwedAnswer | undefined = undefined;
}

export interface OwedAnswersOptions {
  readonly answers: AnswerText;
  readonly unread: UnreadAnswers;
  readonly unreadTimeoutMs: number;
  /** Whether an answer with none behind it is to be the last. */
  readonly isClosing: () => boolean;
  /** Has `flush` called at the end of this turn. */
  readonly flushSoon: (answers: OwedAnswers) => void;
  /** Some of the answers have left. */
  readonly onLeft: () => void;
  /** The last answer has been handed to the socket. */
  readonly onEnd: () => void;
}

export class OwedAnswers {
  readonly #socket: Socket;
  readonly #options: OwedAnswersOptions;
  #first: OwedAnswer | undefined;
  #newest: OwedAnswer | undefined;
  /** What is to be handed to the socket at the end of this turn. */
  #out = '';
  #outBytes = 0;
  #isEnding = false;
  /**
   * Bytes of bodies that have not left: those of answers that wait for others, of `#out`, and of
   * what the socket was given.
   */
  #unreadBytes = 0;
  #socketBytes = 0;
  /** Requests whose answers have not left, and those of them that wait in the socket at most. */
  #openRequests = 0;
  #leavingRequests = 0;
  #isTimed = false;
  #isOver = false;

  constructor(socket: Socket, options: OwedAnswersOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('timeout', this.#onTimeout);
  }

  /** Requests whose answers have not left. */
  get openRequests(): number {
    return this.#openRequests;
  }

  /** Whether the last answer was given: what still comes is not to be run. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether the client has read enough for one more request to be run. */
  get mayRun(): boolean {
    return this.#unreadBytes <= this.#options.unread.connectionBytesMax;
  }

  /** A request has begun; its answer will leave after those of the requests before it. */
  begin(): OwedAnswer {
    const owed = new OwedAnswer();
    if (this.#newest === undefined) this.#first = owed;
    else this.#newest.next = owed;
    this.#newest = owed;
    this.#openRequests += 1;
    this.#options.unread.count(0, 1);
    return owed;
  }

  /** The answer is known; its bytes stand in `body` one each. */
  answer(owed: OwedAnswer, body: string): void {
    if (this.#isOver) return;
    owed.body = body;
    owed.hangUp = nothingToHangUp;
    this.#count(body.length);
    if (owed === this.#first) this.#handOn();
  }

  /** Hands what is known to the socket. */
  flush(): void {
    const out = this.#out;
    if (out === '' || this.#isOver || !this.#socket.writable) return;
    this.#out = '';
    this.#socketBytes += this.#outBytes;
    this.#outBytes = 0;
    if (this.#isEnding) {
      this.#socket.end(out, 'latin1', this.#onWritten);
      this.#options.onEnd();
    } else {
      this.#socket.write(out, 'latin1', this.#onWritten);
    }
    this.#settle();
  }

  /** The connection is closed: whoever still works for it may stop. */
  close(): void {
    this.#isOver = true;
    this.#options.unread.count(-this.#unreadBytes, -this.#openRequests);
    for (let owed = this.#first; owed !== undefined; owed = owed.next) owed.hangUp();
    this.#first = undefined;
  }

  /** Leaves the socket to others. Nothing may be owed any more. */
  release(): void {
    this.#isOver = true;
    this.#socket.off('timeout', this.#onTimeout);
  }

  /** Puts out what is known of the oldest answers. */
  #handOn(): void {
    const { answers, flushSoon, isClosing } = this.#options;
    if (this.#isEnding) return;
    if (this.#out === '') flushSoon(this);
    let owed = this.#first;
    while (owed?.body !== undefined && !this.#isEnding) {
      this.#isEnding = owed.isLast || (owed.next === undefined && isClosing());
      const text = answers.of(owed.body, this.#isEnding);
      this.#outBytes += owed.body.length;
      this.#out = this.#out === '' ? text : this.#out + text;
      this.#leavingRequests += 1;
      owed = owed.next;
    }
    this.#first = owed;
    if (owed === undefined) this.#newest = undefined;
    if (this.#outBytes >= promptBytesMin) this.flush();
  }

  /** Counts what has left. A socket mostly takes all at once, and then nothing is left. */
  #settle(): void {
    const { unread, unreadTimeoutMs, onLeft } = this.#options;
    const left = this.#socket.writableLength;
    const leftBytes = Math.min(left, this.#socketBytes);
    this.#count(leftBytes - this.#socketBytes);
    this.#socketBytes = leftBytes;
    if (left === 0) {
      this.#openRequests -= this.#leavingRequests;
      unread.count(0, -this.#leavingRequests);
      this.#leavingRequests = 0;
    }
    this.#time(left > 0 ? unreadTimeoutMs : 0);
    onLeft();
  }

  /** Only a client that could read is timed: one whose call blocks has nothing to read. */
  #time(timeoutMs: number): void {
    if (timeoutMs > 0 === this.#isTimed) return;
    this.#isTimed = timeoutMs > 0;
    this.#socket.setTimeout(timeoutMs);
  }

  #count(bytes: number): void {
    this.#unreadBytes += bytes;
    this.#options.unread.count(bytes, 0);
  }

  readonly #onWritten = (): void => {
    if (this.#socketBytes > 0 && !this.#isOver) this.#settle();
  };

  readonly #onTimeout = (): void => {
    this.#socket.destroy();
  };
}
