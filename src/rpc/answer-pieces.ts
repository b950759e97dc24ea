/**
 * Answers that are written while they are sent. Of each, one piece stands in memory: the next one
 * is written over it once the connection has taken it. Writing takes turns with everything else.
 */
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { HangUp } from '../replica/outcome.js';
import type { AnswerPart } from './codec/answer-part.js';
import { PartsMeter } from './codec/parts-meter.js';
import { PartsWriter, tokenBytesMax } from './codec/parts-writer.js';
import type { Turns } from './turns.js';

/** A whole answer, a response of XML-RPC. */
export interface AnswerPieces {
  /** Of all pieces together. */
  readonly bytes: number;
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

/** Bytes of an answer that are measured at a time; less work than to write a piece. */
const measuredAtATime = 4 * pieceBytesMax;

/** What writing and sending long answers may take of each turn of the event loop. */
export const answerTurnMs = 5;

export interface WrittenPiecesOptions {
  /** Of the parts, which have been measured. */
  readonly bytes: number;
  /** Called once. */
  readonly onClose: () => void;
}

/** An answer that is written from these parts as it is read. */
export class WrittenPieces implements AnswerPieces {
  readonly bytes: number;
  readonly heldBytes: number;
  readonly #piece: Uint8Array;
  readonly #onClose: () => void;
  #writer: PartsWriter | undefined;

  constructor(parts: readonly AnswerPart[], { bytes, onClose }: WrittenPiecesOptions) {
    this.bytes = bytes;
    this.#piece = new Uint8Array(Math.min(bytes + tokenBytesMax, pieceBytesMax));
    this.heldBytes = this.#piece.length + standingBytes(parts);
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
  readonly bytes: number;
  readonly heldBytes: number;
  #piece: Uint8Array | undefined;

  constructor(piece: Uint8Array) {
    this.bytes = piece.length;
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

/** The answer of these parts, which are measured at once. Throws `UnencodableError`. */
export function measureNow(parts: readonly AnswerPart[]): AnswerPieces {
  const meter = new PartsMeter(parts);
  meter.run(Infinity);
  return new WrittenPieces(parts, { bytes: meter.bytes, onClose: () => undefined });
}

/** The whole answer of these parts, which have been measured. */
export function writeMeasured(parts: readonly AnswerPart[], bytes: number): Uint8Array {
  const piece = new Uint8Array(bytes + tokenBytesMax);
  return piece.subarray(0, new PartsWriter(parts).write(piece));
}

export type Measured =
  | { readonly kind: 'bytes'; readonly bytes: number }
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
    if (isDone) done({ kind: 'bytes', bytes: meter.bytes });
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
  /** Destroyed when the pieces end before their time. */
  readonly connection: Socket;
  readonly turns: Turns;
  /** The last piece was handed over; it may not have left yet. */
  readonly onSent: () => void;
  /** The last piece has left this process, or never will. */
  readonly onLeft?: () => void;
}

/**
 * Sends all pieces, one at a time: the next is made when the one before has left this process. They
 * are closed at their end and when the connection closes. The caller has announced their bytes, and
 * bounds how long a connection may take nothing.
 */
export function sendPieces(pieces: AnswerPieces, target: PiecesTarget): void {
  const { to, connection, turns, onSent, onLeft } = target;
  let unsentBytes = pieces.bytes;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    connection.off('close', end);
    pieces.close();
  };
  const step = (): void => {
    if (isOver) return;
    const piece = pieces.next();
    if (piece === undefined) {
      end();
      connection.destroy();
      return;
    }
    unsentBytes -= piece.length;
    if (unsentBytes === 0) {
      end();
      to.write(piece, onLeft);
      onSent();
      return;
    }
    to.write(piece, (error) => {
      // A connection that broke is closed, which ends this.
      if (!(error instanceof Error)) turns.take(step);
    });
  };
  connection.once('close', end);
  if (connection.destroyed) end();
  // What is one piece is there, or nearly: a turn would be a detour.
  else if (unsentBytes <= pieceBytesMax) step();
  else turns.take(step);
}

function standingBytes(parts: readonly AnswerPart[]): number {
  let bytes = 0;
  for (const part of parts) if (part instanceof Uint8Array) bytes += part.length;
  return bytes;
}
