/**
 * The body of one call as it arrives: handed to the decoder chunk by chunk, so that a refused call
 * never stands in memory as a whole. A long body is read no faster than its pieces are decoded, and
 * those take turns with everything else that the process does.
 */
import type { IncomingMessage } from 'node:http';
import { nestedValuesMax } from '../base/limits.js';
import type { ByteBudget } from './byte-budget.js';
import { CallDecoder, decodeCall, type DecodedCall } from './codec/call-decoder.js';
import type { Turns } from './turns.js';

/** What a call holds beyond so many bytes waits for its turn. */
const promptBytesMax = 64 * 1024;

export type ReceivedCall =
  | DecodedCall
  /** The body was longer than allowed; the rest is unread. */
  | { readonly kind: 'tooLong' }
  /** The bodies of all connections together are too long; the rest is unread. */
  | { readonly kind: 'tooMuchInAll' };

interface ReceiveOptions {
  readonly bytesMax: number;
  /** What Content-Length announces. */
  readonly announcedBytes: number | undefined;
  readonly budget: ByteBudget;
  /** Hears of each piece of a body that comes in several, but the first. */
  readonly onPiece: () => void;
  /** Shared by the bodies that are to be read side by side. */
  readonly turns: Turns;
}

/**
 * Reads the body and calls `done` once, with the number of bytes that were read, unless the client
 * hangs up before its end.
 */
export function receiveCall(
  request: IncomingMessage,
  options: ReceiveOptions,
  done: (received: ReceivedCall, bytes: number) => void,
): void {
  const { bytesMax, announcedBytes, budget, onPiece, turns } = options;
  const limits = { bytesMax, nestedValuesMax };
  let decoder: CallDecoder | undefined;
  let bytes = 0;
  let isOver = false;
  let isWhole = false;
  const releaseBudget = (): void => {
    budget.giveBack(bytes);
    bytes = 0;
  };
  const finish = (received: ReceivedCall, bodyBytes: number): void => {
    isOver = true;
    releaseBudget();
    done(received, bodyBytes);
  };
  const takeChunk = (chunk: Buffer): void => {
    if (isOver) return;
    if (decoder === undefined && chunk.length === announcedBytes) {
      finish(decodeCall(chunk, limits), chunk.length);
      return;
    }
    const isTooLong = bytes + chunk.length > bytesMax;
    if (isTooLong || !budget.take(chunk.length)) {
      finish({ kind: isTooLong ? 'tooLong' : 'tooMuchInAll' }, bytes);
      return;
    }
    if (decoder !== undefined) onPiece();
    const body = (decoder ??= new CallDecoder(limits));
    bytes += chunk.length;
    if (bytes <= promptBytesMax) {
      body.write(chunk);
      return;
    }
    request.pause();
    turns.take(() => {
      if (!isOver) body.write(chunk);
      request.resume();
    });
  };
  const takeEnd = (): void => {
    if (!isOver) finish((decoder ?? new CallDecoder(limits)).end(), bytes);
  };
  request.once('close', () => {
    if (isWhole) return;
    isOver = true;
    releaseBudget();
  });
  request.on('data', takeChunk);
  request.on('end', () => {
    isWhole = true;
    if (bytes <= promptBytesMax) takeEnd();
    else turns.take(takeEnd);
  });
}
