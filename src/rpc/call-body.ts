/**
 * The body of one call as it arrives: handed to the decoder chunk by chunk, so that a refused call
 * never stands in memory as a whole. A long body is read no faster than its pieces are decoded, and
 * those take turns with everything else that the process does.
 */
import type { IncomingMessage } from 'node:http';
import { nestedValuesMax } from '../base/limits.js';
import type { ByteBudget } from './byte-budget.js';
import { CallDecoder, type DecodedCall } from './codec/call-decoder.js';
import type { CodecLimits } from './codec/document-parser.js';
import type { Turns } from './turns.js';

/** What a call holds beyond so many bytes waits for its turn. */
const promptBytesMax = 64 * 1024;

export type ReceivedCall =
  | DecodedCall
  /** The body was longer than allowed; the rest is unread. */
  | { readonly kind: 'tooLong' }
  /** The bodies of all connections together are too long; the rest is unread. */
  | { readonly kind: 'tooMuchInAll' };

export interface ReceiveOptions {
  readonly bytesMax: number;
  /** What Content-Length announces. */
  readonly announcedBytes: number | undefined;
  readonly budget: ByteBudget;
  /** Decodes a body that came in one piece, which never changes. */
  readonly decode: (body: Uint8Array) => DecodedCall;
  /** Hears of each piece of a body that comes in several, but the first. */
  readonly onPiece: () => void;
  /** Shared by the bodies that are to be read side by side. */
  readonly turns: Turns;
}

/** Where the bytes come from. */
interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Receives what became of the body, and the number of bytes that were read. */
type ReceivedListener = (received: ReceivedCall, bytes: number) => void;

/**
 * Reads the body and calls `done` once, with the number of bytes that were read, unless the client
 * hangs up before its end.
 */
export function receiveCall(
  request: IncomingMessage,
  options: ReceiveOptions,
  done: ReceivedListener,
): void {
  const body = new ArrivingCall(request, options, done);
  request.once('close', () => {
    body.abandon();
  });
  request.on('data', (chunk: Buffer) => {
    body.take(chunk);
  });
  request.on('end', () => {
    body.end();
  });
}

/** A body that is not whole yet. Tells its listener once what became of it, unless abandoned. */
export class ArrivingCall {
  readonly #source: Source;
  readonly #options: ReceiveOptions;
  readonly #done: ReceivedListener;
  readonly #limits: CodecLimits;
  #decoder: CallDecoder | undefined;
  #bytes = 0;
  #isOver = false;
  #isWhole = false;

  constructor(source: Source, options: ReceiveOptions, done: ReceivedListener) {
    this.#source = source;
    this.#options = options;
    this.#done = done;
    const { bytesMax, announcedBytes } = options;
    this.#limits = { bytesMax, announcedBytes, nestedValuesMax };
  }

  /** Takes the next bytes. */
  take(chunk: Buffer): void {
    if (this.#isOver) return;
    const { announcedBytes, budget, bytesMax, decode, onPiece, turns } = this.#options;
    if (this.#decoder === undefined && chunk.length === announcedBytes) {
      this.#finish(decode(chunk), chunk.length);
      return;
    }
    const isTooLong = this.#bytes + chunk.length > bytesMax;
    if (isTooLong || !budget.take(chunk.length)) {
      this.#finish({ kind: isTooLong ? 'tooLong' : 'tooMuchInAll' }, this.#bytes);
      return;
    }
    if (this.#decoder !== undefined) onPiece();
    const body = (this.#decoder ??= new CallDecoder(this.#limits));
    this.#bytes += chunk.length;
    if (this.#bytes <= promptBytesMax) {
      body.write(chunk);
      return;
    }
    this.#source.pause();
    turns.take(() => {
      if (!this.#isOver) body.write(chunk);
      this.#source.resume();
    });
  }

  /** No more bytes will come: all are there. */
  end(): void {
    this.#isWhole = true;
    if (this.#bytes <= promptBytesMax) this.#takeEnd();
    else {
      this.#options.turns.take(() => {
        this.#takeEnd();
      });
    }
  }

  /** No more bytes will come; nothing of a body that is not whole is wanted any more. */
  abandon(): void {
    if (this.#isWhole) return;
    this.#isOver = true;
    this.#releaseBudget();
  }

  #takeEnd(): void {
    if (this.#isOver) return;
    this.#finish((this.#decoder ?? new CallDecoder(this.#limits)).end(), this.#bytes);
  }

  #finish(received: ReceivedCall, bodyBytes: number): void {
    this.#isOver = true;
    this.#releaseBudget();
    this.#done(received, bodyBytes);
  }

  #releaseBudget(): void {
    this.#options.budget.giveBack(this.#bytes);
    this.#bytes = 0;
  }
}
