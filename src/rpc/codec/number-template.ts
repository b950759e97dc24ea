/**
 * Documents that servers send each other all the time, always in the same words: fixed text with a
 * whole number between each two parts of it. Reading one compares bytes and looks at digits, which
 * costs a fraction of what our quickest parser does. Whatever differs by a character is left to the
 * parser.
 */
import { assert } from '../../base/assert.js';
import { fixedText, standsAt, type FixedText } from './fixed-text.js';

/** As many digits as are always within 48 bits, which terms and indexes have. */
const digitsMax = 14;

const digitZero = 0x30;

export interface FilledTemplate {
  readonly numbers: readonly number[];
  /** Where the text behind the template begins. */
  readonly end: number;
}

export class NumberTemplate {
  readonly #parts: readonly FixedText[];

  /** The fixed parts, of ASCII: one more than there are numbers. */
  constructor(parts: readonly string[]) {
    this.#parts = parts.map(fixedText);
  }

  /** The text with these whole numbers from 0 up, as many as there are gaps. */
  fill(numbers: readonly number[]): string {
    assert(numbers.length === this.#parts.length - 1, 'a number for each gap');
    let text = this.#parts[0]?.text ?? '';
    for (let at = 0; at < numbers.length; at += 1) {
      text += String(numbers[at]) + (this.#parts[at + 1]?.text ?? '');
    }
    return text;
  }

  /** The numbers of bytes that begin with this template, filled as `fill` does it. */
  read(bytes: Uint8Array): FilledTemplate | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const numbers: number[] = [];
    let at = 0;
    for (const part of this.#parts) {
      if (at > 0) {
        const start = at;
        let value = 0;
        for (; at - start <= digitsMax; at += 1) {
          const digit = (bytes[at] ?? 0) - digitZero;
          if (digit < 0 || digit > 9) break;
          value = value * 10 + digit;
        }
        const digits = at - start;
        const hasLeadingZero = digits > 1 && bytes[start] === digitZero;
        if (digits === 0 || digits > digitsMax || hasLeadingZero) return undefined;
        numbers.push(value);
      }
      if (!standsAt(part, view, at)) return undefined;
      at += part.text.length;
    }
    return { numbers, end: at };
  }
}
