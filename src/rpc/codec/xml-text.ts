/**
 * From bytes, as they arrive, to text. UTF-8 is the language of XML-RPC; US-ASCII is a part of it,
 * and ISO-8859-1 is understood because PHP's client declares it. Invalid bytes are refused, never
 * replaced: a name that came back altered would be another name.
 */
import { utf8Text } from './utf8-text.js';

/** Bytes that are not text in the encoding they claim. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
}

/** An XML declaration ends within so many bytes, or the document is taken for UTF-8. */
const declarationBytesMax = 1024;

const declarationStart = Buffer.from('<?xml');
const byteOrderMark = Buffer.from('\ufeff');
const declaredEncoding = /\sencoding\s*=\s*["']([^"']*)["']/;
const empty = Buffer.alloc(0);

/**
 * Decodes a document piece by piece. The pieces may be cut anywhere, also inside a character.
 * Both methods throw `EncodingError`; the instance is of no use afterwards.
 */
export class XmlText {
  /** Bytes that cannot be decoded yet: the head of the document, or part of a character. */
  #held: Buffer = empty;
  #encoding: 'unknown' | 'utf-8' | 'iso-8859-1' = 'unknown';

  /** Whether the next piece goes on with what could not be decoded yet. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** The text of this piece, less what must wait for the next one. */
  decode(chunk: Uint8Array): string {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = empty;
    if (this.#encoding === 'unknown' && !this.#sniff(bytes, false)) {
      this.#held = Buffer.from(bytes);
      return '';
    }
    if (this.#encoding === 'iso-8859-1') return bytes.toString('latin1');
    const whole = bytes.length - partialCharacterBytes(bytes);
    if (whole < bytes.length) this.#held = Buffer.from(bytes.subarray(whole));
    return strictText(bytes.subarray(0, whole));
  }

  /** The rest, once no more bytes will come. */
  end(): string {
    const bytes = this.#held;
    this.#held = empty;
    if (this.#encoding === 'unknown') this.#sniff(bytes, true);
    return this.#encoding === 'iso-8859-1' ? bytes.toString('latin1') : strictText(bytes);
  }

  /** Settles the encoding; false when the declaration has not arrived whole. */
  #sniff(bytes: Buffer, isWhole: boolean): boolean {
    if (bytes[0] === 0xfe || bytes[0] === 0xff) {
      throw new EncodingError('UTF-16 is not understood; send UTF-8');
    }
    const start = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    const isDeclared = startsAlike(bytes.subarray(start), declarationStart);
    const isShort = bytes.length < start + declarationBytesMax && !isWhole;
    if (start === 0 && bytes.length < 3 && startsAlike(bytes, byteOrderMark) && isShort) {
      return false;
    }
    const end = isDeclared ? bytes.indexOf('?>', start) : -1;
    if (isDeclared && end < 0 && isShort) return false;
    const declaration = bytes.toString('latin1', start, Math.max(start, end));
    this.#encoding = knownEncoding(declaredEncoding.exec(declaration)?.[1] ?? 'utf-8');
    return true;
  }
}

/** True when one is the beginning of the other. */
function startsAlike(bytes: Buffer, pattern: Buffer): boolean {
  const length = Math.min(bytes.length, pattern.length);
  return bytes.subarray(0, length).equals(pattern.subarray(0, length));
}

function knownEncoding(declared: string): 'utf-8' | 'iso-8859-1' {
  switch (declared.toLowerCase()) {
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
    case 'ascii':
      return 'utf-8';
    case 'iso-8859-1':
    case 'latin1':
      return 'iso-8859-1';
    default:
      throw new EncodingError(`encoding ${declared.slice(0, 40)} is not understood; send UTF-8`);
  }
}

/** How many bytes at the end may be the beginning of a character that goes on. */
function partialCharacterBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

function strictText(bytes: Buffer): string {
  const text = utf8Text(bytes);
  if (text === undefined) throw new EncodingError('invalid UTF-8');
  return text;
}
