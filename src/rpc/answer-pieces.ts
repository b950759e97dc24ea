/**
 * Answers that are written while they are sent. Of each, one piece stands in memory: the next one
 * is written over it once the connection has taken it. Writing takes turns with everything else.
 */
import type { Writable } from 'node:stream';
import type { HangUp } from '../replica/outcome.js';
import type { AnswerPart } from './codec/answer-part.js';
import type { AnswerSize, PartsMeter } from './codec/parts-meter.js';
import { PartsWriter, tokenBytesMax } from './codec/parts-writer.js';
import type { Turns } from './turns.js';

/** A whole answer, a response of XML-RPC. */
export interface AnswerPieces {
  /** Of all pieces together. */
  readonly size: AnswerSize;
  /** What stands in memory, about, until the last piece has left. */
  readonly heldBytes: number;
  /**
   * The next piece, to be used before this is called again; undefined when there are no more. When
   * they were fewer bytes than promised, the answer was given up and cannot be brought to an end.
   */
  next(): Uint8Array | undefined;
  /** Frees what the rest is written from; to be called at the end, too. May be called again. */
  close(): void;
}

/** What is written of an answer at a time; some tenths of a millisecond of work. */
export const pieceBytesMax = 64 * 1024;

/** An answer of so many bytes is written at once: a turn would be a detour. */
export const promptBytesMax = 2 * pieceBytesMax;

/** Bytes of an answer that are measured at a time; less work than to write a piece. */
const measuredAtATime = 4 * pieceBytesMax;

/** What writing and sending long answers may take of each turn of the event loop. */
export const answerTurnMs = 5;

/** An answer that is written from its parts as it is read. */
export class WrittenPieces implements AnswerPieces {
  readonly size: AnswerSize;
  readonly heldBytes: number;
  readonly #piece: Uint8Array;
  readonly #onClose: () => void;
  #writer: PartsWriter | undefined;

  /** The parts have been measured. `onClose` is called once. */
  constructor(
    parts: readonly AnswerPart[],
    size: AnswerSize,
    onClose: () => void = () => undefined,
  ) {
    this.size = size;
    this.#piece = new Uint8Array(Math.min(size.bytes + tokenBytesMax, pieceBytesMax));
    this.heldBytes = this.#piece.length + heldBytesOf(parts);
    this.#writer = new PartsWriter(parts);
    this.#onClose = onClose;
  }

  next(): Uint8Array | undefined {
    const length = this.#writer?.write(this.#piece) ?? 0;
    return length === 0 ? undefined : this.#piece.subarray(0, length);
  }

  close(): void {
    if (this.#writer === undefined) return;
    this.#writer = undefined;
    this.#onClose();
  }
}

/** An answer that is there already. */
export class ReadyPieces implements AnswerPieces {
  readonly size: AnswerSize;
  readonly heldBytes: number;
  #piece: Uint8Array | undefined;

  constructor(piece: Uint8Array, values: number) {
    this.size = { bytes: piece.length, values };
    this.heldBytes = piece.length;
    this.#piece = piece;
  }

  next(): Uint8Array | undefined {
    const piece = this.#piece;
    this.#piece = undefined;
    return piece;
  }

  close(): void {
    this.#piece = undefined;
  }
}

/** The whole answer of these parts, which have been measured. */
export function writeMeasured(parts: readonly AnswerPart[], bytes: number): Uint8Array {
  const piece = new Uint8Array(bytes + tokenBytesMax);
  return piece.subarray(0, new PartsWriter(parts).write(piece));
}

export type Measured =
  | { readonly kind: 'size'; readonly size: AnswerSize }
  | { readonly kind: 'bug'; readonly error: unknown };

/** Measures on in later turns, and calls `done` once at the end. */
export function measureInTurns(
  meter: PartsMeter,
  turns: Turns,
  done: (measured: Measured) => void,
): HangUp {
  let isOver = false;
  const step = (): void => {
    if (isOver) return;
    let isDone = false;
    try {
      isDone = meter.run(measuredAtATime);
    } catch (error) {
      done({ kind: 'bug', error });
      return;
    }
    if (isDone) done({ kind: 'size', size: meter });
    else turns.take(step);
  };
  turns.take(step);
  return () => {
    isOver = true;
  };
}

export interface PiecesTarget {
  /** Takes the pieces: the response of an HTTP server, or the connection itself. */
  readonly to: Writable;
  readonly turns: Turns;
  /**
   * Called once, perhaps before `sendPieces` returns, unless it is hung up: true when the last
   * piece was handed over, though it may not have left yet; false when the pieces came to an end
   * before their time, and the connection must be destroyed lest they pass for whole.
   */
  readonly onEnd: (isWhole: boolean) => void;
  /** The last piece has left this process, or never will. */
  readonly onLeft?: () => void;
}

/**
 * Sends all pieces, one at a time: the next is made when the one before has left this process. They
 * are closed at their end and when it is hung up, which the caller does when the connection is
 * closed. The caller has announced their bytes, and bounds how long a connection may take nothing.
 */
export function sendPieces(pieces: AnswerPieces, target: PiecesTarget): HangUp {
  const { to, turns, onEnd, onLeft } = target;
  let unsentBytes = pieces.size.bytes;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    pieces.close();
  };
  const step = (): void => {
    if (isOver) return;
    const piece = pieces.next();
    if (piece === undefined) {
      end();
      onEnd(false);
      return;
    }
    unsentBytes -= piece.length;
    if (unsentBytes === 0) {
      end();
      to.write(piece, onLeft);
      onEnd(true);
      return;
    }
    to.write(piece, (error) => {
      // A connection that broke is closed, which ends this.
      if (!(error instanceof Error)) turns.take(step);
    });
  };
  if (unsentBytes <= promptBytesMax) step();
  else turns.take(step);
  return end;
}

function heldBytesOf(parts: readonly AnswerPart[]): number {
  let bytes = 0;
  for (const part of parts) {
    bytes += part instanceof Uint8Array ? part.length : (part.heldBytes ?? 0);
  }
  return bytes;
}
