/**
 * Finds out how many bytes an answer will have, before the first of them is written: HTTP wants to
 * know, and XML-RPC wants it told. The same walk as the writing, without the bytes.
 */
import type { FileCursor } from '../../files/file-cursor.js';
import type { AnswerPart, FileForm, FilesPart } from './answer-part.js';
import { encodeInteger } from './encode.js';
import { measureEscaped } from './escaped-bytes.js';

/** A text counts as one value more for each of so many characters, or bytes. */
export const charactersPerValue = 160;

export interface AnswerSize {
  readonly bytes: number;
  /** How many values it has, about, a long text being as many as it costs. */
  readonly values: number;
}

/** `<value><string>` and its end. */
const textTagBytes = 32;
const packedHashDigits = 64;
/** Its own one, its version and its list. */
const valuesPerFile = 3;

/** Of a long text so many bytes are looked at before the work may be put off. */
const textStepBytes = 64 * 1024;

export class PartsMeter implements AnswerSize {
  readonly #parts: readonly AnswerPart[];
  #nextPart = 0;
  #cursor: FileCursor | undefined;
  #form: FileForm | undefined;
  #bytes = 0;
  #values = 0;
  /** Where the measuring of a long text stands; at its end there is none. */
  #textAt = 0;
  #textEnd = 0;

  constructor(parts: readonly AnswerPart[]) {
    this.#parts = parts;
  }

  /** Of what was measured so far. */
  get bytes(): number {
    return this.#bytes;
  }

  get values(): number {
    return this.#values;
  }

  /**
   * Goes on for about `bytes` of the answer, a nanosecond or less each; true once all is measured.
   * Throws `UnencodableError`.
   */
  run(bytes: number): boolean {
    const end = this.#bytes + bytes;
    while (this.#bytes < end) {
      if (this.#textAt < this.#textEnd) this.#measureText();
      else if (this.#cursor !== undefined && this.#form !== undefined) {
        if (!this.#measureFiles(this.#cursor, this.#form, end)) this.#cursor = undefined;
      } else {
        const part = this.#parts[this.#nextPart++];
        if (part === undefined) return true;
        if (part instanceof Uint8Array) this.#addText(part.length, part.length);
        else this.#begin(part);
      }
    }
    return false;
  }

  #begin({ read, form }: FilesPart): void {
    this.#cursor = read();
    this.#form = form;
  }

  /** Goes on up to about `end`, or to a long text. False when there are no more files. */
  #measureFiles(cursor: FileCursor, form: FileForm, end: number): boolean {
    while (this.#bytes < end) {
      const item = cursor.nextItem();
      switch (item) {
        case 'packedHash':
          this.#bytes += textTagBytes + packedHashDigits;
          this.#values += 1;
          break;
        case 'text':
          this.#bytes += textTagBytes;
          this.#values += 1;
          if (this.#beginText(cursor)) return true;
          break;
        case 'integer':
          this.#bytes += encodeInteger(cursor.integer).length;
          this.#values += 1;
          break;
        case undefined:
          if (!cursor.nextFile()) return false;
          this.#bytes += form.beforeName.length + form.beforeItems(cursor).length;
          this.#bytes += form.afterItems.length;
          this.#values += valuesPerFile;
          if (form.showsName && this.#beginText(cursor)) return true;
      }
    }
    return true;
  }

  /** Measures the cursor's text, or puts it off when it is long. */
  #beginText(cursor: FileCursor): boolean {
    const { bytes, start, end } = cursor;
    if (end - start <= textStepBytes) {
      this.#addText(measureEscaped(bytes, start, end), end - start);
      return false;
    }
    this.#textAt = start;
    this.#textEnd = end;
    return true;
  }

  #measureText(): void {
    const from = this.#textAt;
    this.#textAt = Math.min(this.#textEnd, from + textStepBytes);
    if (this.#cursor === undefined) return;
    const bytes = measureEscaped(this.#cursor.bytes, from, this.#textAt);
    this.#addText(bytes, this.#textAt - from);
  }

  #addText(bytes: number, characters: number): void {
    this.#bytes += bytes;
    this.#values += Math.floor(characters / charactersPerValue);
  }
}
