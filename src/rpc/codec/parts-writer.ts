/**
 * Writes an answer in pieces. Names and texts go from where they are kept to where they are sent
 * from as bytes; only integers are strings for a moment. A piece may end anywhere, also within a
 * long text.
 */
import type { FileCursor } from '../../files/file-cursor.js';
import { textPart, type AnswerPart, type FileForm } from './answer-part.js';
import { encodeInteger } from './encode.js';
import { escapedBytesMax, escapeKinds, putEscape } from './escaped-bytes.js';

/** All that stands between two texts is not cut, and takes at most so much room of a piece. */
export const tokenBytesMax = 256;

const openText = textPart('<value><string>');
const closeText = textPart('</string></value>');
/** The two in one: what a list of hashes has most of is copied at a stroke. */
const nextText = textPart('</string></value><value><string>');

/** The two digits of each byte as they stand in memory, to be written by one instruction. */
const digitPairs = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16LE(),
);

/** What is to be written next of a file: its name, or what follows it, a text item, or the rest. */
type Phase = 'nothing' | 'name' | 'nameEnd' | 'text' | 'items';

export class PartsWriter {
  readonly #parts: readonly AnswerPart[];
  #nextPart = 0;
  /** Bytes that stand in the answer and are being copied. */
  #standing: Uint8Array = new Uint8Array();
  #standingAt = 0;
  /** Files that are being written. */
  #files: Files | undefined;
  #areFilesOver = false;
  #phase: Phase = 'nothing';
  /** How far the name or the text item is written. */
  #textAt = 0;
  /** Whether a text item waits for its end. */
  #isTextOpen = false;

  /** The parts must have been measured, which finds what cannot be written. */
  constructor(parts: readonly AnswerPart[]) {
    this.#parts = parts;
  }

  /** Writes on into `piece`, and fills it but for a little; returns its bytes, 0 at the end. */
  write(piece: Uint8Array): number {
    const target = { piece, digits: new DataView(piece.buffer, piece.byteOffset, piece.length) };
    for (let at = 0; ;) {
      if (this.#standingAt < this.#standing.length) {
        at = this.#copyStanding(piece, at);
        if (at === piece.length) return at;
      } else if (this.#files !== undefined) {
        at = this.#writeFiles(this.#files, target, at);
        if (!this.#areFilesOver) return at;
        this.#files = undefined;
      } else {
        const part = this.#parts[this.#nextPart++];
        if (part === undefined) return at;
        this.#begin(part);
      }
    }
  }

  #begin(part: AnswerPart): void {
    if (part instanceof Uint8Array) {
      this.#standing = part;
      this.#standingAt = 0;
    } else {
      this.#files = { cursor: part.read(), form: part.form };
      this.#areFilesOver = false;
      this.#phase = 'nothing';
    }
  }

  #copyStanding(piece: Uint8Array, at: number): number {
    const end = Math.min(this.#standing.length, this.#standingAt + piece.length - at);
    const copied = this.#standing.subarray(this.#standingAt, end);
    piece.set(copied, at);
    this.#standingAt = end;
    return at + copied.length;
  }

  /** Writes while there is room for a token, and up to the last file. */
  #writeFiles({ cursor, form }: Files, { piece, digits }: Target, from: number): number {
    const lastRoom = piece.length - tokenBytesMax;
    let at = from;
    while (at <= lastRoom && !this.#areFilesOver) {
      switch (this.#phase) {
        case 'nothing':
          at = this.#nextFile({ cursor, form }, piece, at);
          break;
        case 'name':
        case 'text':
          at = this.#copyText(cursor, piece, at);
          break;
        case 'nameEnd':
          at = put(form.beforeItems(cursor), piece, at);
          this.#phase = 'items';
          break;
        case 'items': {
          const item = cursor.nextItem();
          if (item === undefined) at = this.#endFile({ cursor, form }, piece, at);
          else if (item === 'integer') at = this.#putInteger(cursor.integer, piece, at);
          else {
            at = put(this.#isTextOpen ? nextText : openText, piece, at);
            this.#isTextOpen = true;
            if (item === 'packedHash') at = putPackedHash(cursor, digits, at);
            else this.#beginText(cursor, 'text');
          }
        }
      }
    }
    return at;
  }

  #endFile(files: Files, piece: Uint8Array, at: number): number {
    const behindText = this.#isTextOpen ? put(closeText, piece, at) : at;
    this.#isTextOpen = false;
    return this.#nextFile(files, piece, put(files.form.afterItems, piece, behindText));
  }

  #nextFile({ cursor, form }: Files, piece: Uint8Array, at: number): number {
    if (!cursor.nextFile()) {
      this.#areFilesOver = true;
      return at;
    }
    this.#beginText(cursor, form.showsName ? 'name' : 'nameEnd');
    return put(form.beforeName, piece, at);
  }

  #beginText({ start }: FileCursor, phase: Phase): void {
    this.#textAt = start;
    this.#phase = phase;
  }

  /** Copies the name or text item as far as there is room. */
  #copyText({ bytes, end }: FileCursor, piece: Uint8Array, to: number): number {
    const lastRoom = piece.length - escapedBytesMax;
    let at = to;
    let textAt = this.#textAt;
    for (; textAt < end && at <= lastRoom; textAt++) {
      const byte = bytes[textAt] ?? 0;
      const kind = escapeKinds[byte] ?? 0;
      if (kind === 0) piece[at++] = byte;
      else at = putEscape(kind, piece, at);
    }
    this.#textAt = textAt;
    if (textAt === end) this.#phase = this.#phase === 'name' ? 'nameEnd' : 'items';
    return at;
  }

  #putInteger(integer: number | bigint, piece: Uint8Array, at: number): number {
    const behindText = this.#isTextOpen ? put(closeText, piece, at) : at;
    this.#isTextOpen = false;
    return put(textPart(encodeInteger(integer)), piece, behindText);
  }
}

interface Files {
  readonly cursor: FileCursor;
  readonly form: FileForm;
}

/** A piece that is being written, and the same memory to write two digits at a time. */
interface Target {
  readonly piece: Uint8Array;
  readonly digits: DataView;
}

function put(bytes: Uint8Array, piece: Uint8Array, at: number): number {
  piece.set(bytes, at);
  return at + bytes.length;
}

function putPackedHash({ bytes, start, end }: FileCursor, digits: DataView, to: number): number {
  let at = to;
  for (let from = start; from < end; from++, at += 2) {
    digits.setUint16(at, digitPairs[bytes[from] ?? 0] ?? 0, true);
  }
  return at;
}
