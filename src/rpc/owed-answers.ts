/**
 * The answers that one plain connection is owed: they leave in the order of their requests, all
 * that are known at the end of a turn of the event loop in one write, and are counted for as long
 * as the client has not read them.
 */
import type { Socket } from 'node:net';
import type { HangUp } from '../replica/outcome.js';
import { sendPieces, type AnswerPieces } from './answer-pieces.js';
import type { AnswerText } from './answer-text.js';
import { nothingToHangUp } from './method.js';
import type { Turns } from './turns.js';
import type { UnreadAnswers } from './unread-answers.js';

/** With so much, a connection does not wait for the end of the turn: it would only hold more. */
const promptBytesMin = 32 * 1024;

/** A request whose answer has not been handed over to be sent. */
export class OwedAnswer {
  /** The bytes of the answer, one each, or what writes them; once they are known. */
  body: string | AnswerPieces | undefined = undefined;
  /** After this answer the connection is closed. */
  isLast = false;
  hangUp: HangUp = nothingToHangUp;
  /** The request that came after this one. */
  next: OwedAnswer | undefined = undefined;
}

export interface OwedAnswersOptions {
  readonly answers: AnswerText;
  readonly unread: UnreadAnswers;
  readonly turns: Turns;
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
  /** An answer is being written and sent piece by piece. */
  #isSending = false;
  #stopSending: HangUp = nothingToHangUp;
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

  /** The answer is known; the bytes of a text stand in it one each. */
  answer(owed: OwedAnswer, body: string | AnswerPieces): void {
    const isText = typeof body === 'string';
    if (this.#isOver) {
      if (!isText) body.close();
      return;
    }
    owed.body = body;
    owed.hangUp = isText
      ? nothingToHangUp
      : () => {
          body.close();
        };
    this.#count(isText ? body.length : body.heldBytes);
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
      this.#socket.write(out, 'latin1');
      // A socket mostly takes all at once, and a callback would cost a turn of its own to say so:
      // one that comes behind the rest is asked for only where there is a rest.
      if (this.#socket.writableLength > 0) this.#socket.write('', this.#onWritten);
    }
    this.#settle();
  }

  /** The connection is closed: whoever still works for it may stop. */
  close(): void {
    this.#isOver = true;
    this.#options.unread.count(-this.#unreadBytes, -this.#openRequests);
    this.#stopSending();
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
    if (this.#isEnding || this.#isSending) return;
    if (this.#out === '') flushSoon(this);
    let owed = this.#first;
    while (owed?.body !== undefined && !this.#isEnding) {
      const { body } = owed;
      const isLast = owed.isLast || (owed.next === undefined && isClosing());
      owed = owed.next;
      this.#leavingRequests += 1;
      this.#first = owed;
      if (owed === undefined) this.#newest = undefined;
      if (typeof body !== 'string') {
        this.#send(body, isLast);
        return;
      }
      this.#isEnding = isLast;
      const text = answers.of(body, isLast);
      this.#outBytes += body.length;
      this.#out = this.#out === '' ? text : this.#out + text;
    }
    if (this.#outBytes >= promptBytesMin) this.flush();
  }

  /** Sends an answer that is written on the way; those behind it wait for its end. */
  #send(pieces: AnswerPieces, isLast: boolean): void {
    this.#isSending = true;
    const { answers, turns, unreadTimeoutMs } = this.#options;
    this.#out += answers.head(pieces.size.bytes, isLast);
    this.flush();
    this.#time(unreadTimeoutMs);
    const onEnd = (isWhole: boolean): void => {
      this.#isSending = false;
      this.#stopSending = nothingToHangUp;
      this.#socketBytes += pieces.heldBytes;
      if (!isWhole) {
        this.#socket.destroy();
        return;
      }
      if (isLast) this.#end();
      this.#settle();
      this.#handOn();
    };
    const hangUp = sendPieces(pieces, { to: this.#socket, turns, onEnd, onLeft: this.#onWritten });
    // A short answer is over by now, which the compiler cannot see.
    if (this.#isSending as boolean) this.#stopSending = hangUp;
  }

  /** Nothing follows any more. */
  #end(): void {
    this.#isEnding = true;
    this.#socket.end(this.#onWritten);
    this.#options.onEnd();
  }

  /** Counts what has left. A socket mostly takes all at once, and then nothing is left. */
  #settle(): void {
    const { unread, unreadTimeoutMs, onLeft } = this.#options;
    const left = this.#socket.writableLength;
    const leftBytes = Math.min(left, this.#socketBytes);
    this.#count(leftBytes - this.#socketBytes);
    this.#socketBytes = leftBytes;
    if (left === 0 && !this.#isSending) {
      this.#openRequests -= this.#leavingRequests;
      unread.count(0, -this.#leavingRequests);
      this.#leavingRequests = 0;
    }
    this.#time(left > 0 || this.#isSending ? unreadTimeoutMs : 0);
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
