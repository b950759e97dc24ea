/**
 * Finds out how many bytes an answer will have, before the first of them is written: HTTP wants to
 * know, and XML-RPC wants it told. The same walk as the writing, without the bytes.
 */
import type { FileCursor } from '../../files/file-cursor.js';
import type { AnswerPart, FileForm, FilesPart } from './answer-part.js';
import { encodeInteger } from './encode.js';
import { measureEscaped } from './escaped-bytes.js';

/** `<value><string>` and its end. */
const textTagBytes = 32;
const packedHashDigits = 64;

/** Of a long text so many bytes are looked at before the work may be put off. */
const textStepBytes = 64 * 1024;

export class PartsMeter {
  readonly #parts: readonly AnswerPart[];
  #nextPart = 0;
  #cursor: FileCursor | undefined;
  #form: FileForm | undefined;
  #bytes = 0;
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
        if (part instanceof Uint8Array) this.#bytes += part.length;
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
          break;
        case 'text':
          this.#bytes += textTagBytes;
          if (this.#beginText(cursor)) return true;
          break;
        case 'integer':
          this.#bytes += encodeInteger(cursor.integer).length;
          break;
        case undefined:
          if (!cursor.nextFile()) return false;
          this.#bytes += form.beforeName.length + form.beforeItems(cursor.version).length;
          this.#bytes += form.afterItems.length;
          if (this.#beginText(cursor)) return true;
      }
    }
    return true;
  }

  /** Measures the cursor's text, or puts it off when it is long. */
  #beginText(cursor: FileCursor): boolean {
    const { bytes, start, end } = cursor;
    if (end - start <= textStepBytes) {
      this.#bytes += measureEscaped(bytes, start, end);
      return false;
    }
    this.#textAt = start;
    this.#textEnd = end;
    return true;
  }

  #measureText(): void {
    const from = this.#textAt;
    this.#textAt = Math.min(this.#textEnd, from + textStepBytes);
    if (this.#cursor !== undefined) {
      this.#bytes += measureEscaped(this.#cursor.bytes, from, this.#textAt);
    }
  }
}
