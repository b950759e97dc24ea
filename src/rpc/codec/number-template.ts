/**
 * Documents that servers send each other all the time, always in the same words: fixed text with a
 * whole number between each two parts of it. Reading one compares text and looks at digits, which
 * costs about half of what our quickest parser does. Whatever differs by a character is left to the
 * parser.
 */
import { assert } from '../../base/assert.js';

/** As many digits as are always within 48 bits, which terms and indexes have. */
const digitsMax = 14;

const digitZero = 0x30;

export interface FilledTemplate {
  readonly numbers: readonly number[];
  /** Where the text behind the template begins. */
  readonly end: number;
}

export class NumberTemplate {
  readonly #parts: readonly string[];
  /** No filled template has more characters. */
  readonly #lengthMax: number;

  /** The fixed parts: one more than there are numbers. */
  constructor(parts: readonly string[]) {
    this.#parts = parts;
    this.#lengthMax = parts.join('').length + (parts.length - 1) * digitsMax;
  }

  /** The text with these whole numbers from 0 up, as many as there are gaps. */
  fill(numbers: readonly number[]): string {
    assert(numbers.length === this.#parts.length - 1, 'a number for each gap');
    let text = this.#parts[0] ?? '';
    for (let at = 0; at < numbers.length; at += 1) {
      text += String(numbers[at]) + (this.#parts[at + 1] ?? '');
    }
    return text;
  }

  /** The numbers of bytes that begin with this template, filled as `fill` does it. */
  read(bytes: Uint8Array): FilledTemplate | undefined {
    const length = Math.min(bytes.length, this.#lengthMax);
    // What is not ASCII becomes characters that no fixed part has.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
    const numbers: number[] = [];
    let at = 0;
    for (const part of this.#parts) {
      if (at > 0) {
        const start = at;
        let value = 0;
        for (; at - start <= digitsMax; at += 1) {
          const digit = text.charCodeAt(at) - digitZero;
          if (!(digit >= 0 && digit <= 9)) break;
          value = value * 10 + digit;
        }
        const digits = at - start;
        const hasLeadingZero = digits > 1 && text.charCodeAt(start) === digitZero;
        if (digits === 0 || digits > digitsMax || hasLeadingZero) return undefined;
        numbers.push(value);
      }
      if (!text.startsWith(part, at)) return undefined;
      at += part.length;
    }
    return { numbers, end: at };
  }
}
