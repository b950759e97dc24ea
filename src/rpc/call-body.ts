/**
 * The body of one call as it arrives: handed to the decoder chunk by chunk, so that a refused call
 * never stands in memory as a whole.
 */
import type { IncomingMessage } from 'node:http';
import { nestedValuesMax } from '../base/limits.js';
import { CallDecoder, decodeCall, type DecodedCall } from './codec/call-decoder.js';

/** A counter of bytes that stand in memory, shared by all connections. */
export interface ByteBudget {
  /** Takes `bytes`, or refuses because the budget is spent. */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

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
}

/** Reads the body and calls `done` once, unless the client hangs up before its end. */
export function receiveCall(
  request: IncomingMessage,
  options: ReceiveOptions,
  done: (received: ReceivedCall) => void,
): void {
  const { bytesMax, announcedBytes, budget } = options;
  const limits = { bytesMax, nestedValuesMax };
  let decoder: CallDecoder | undefined;
  let bytes = 0;
  let isOver = false;
  const releaseBudget = (): void => {
    budget.giveBack(bytes);
    bytes = 0;
  };
  const finish = (received: ReceivedCall): void => {
    isOver = true;
    releaseBudget();
    done(received);
  };
  const takeChunk = (chunk: Buffer): void => {
    if (isOver) return;
    if (decoder === undefined && chunk.length === announcedBytes) {
      finish(decodeCall(chunk, limits));
      return;
    }
    if (bytes + chunk.length > bytesMax) {
      finish({ kind: 'tooLong' });
      return;
    }
    if (!budget.take(chunk.length)) {
      finish({ kind: 'tooMuchInAll' });
      return;
    }
    if (decoder === undefined) {
      decoder = new CallDecoder(limits);
      request.once('close', releaseBudget);
    }
    bytes += chunk.length;
    decoder.write(chunk);
  };
  request.on('data', takeChunk);
  request.on('end', () => {
    if (!isOver) finish((decoder ?? new CallDecoder(limits)).end());
  });
}
