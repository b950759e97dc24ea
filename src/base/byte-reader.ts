/**
 * Reads forward through bytes that may be anything: each method throws `MalformedBytesError` at
 * the first oddity, and no two ways of writing the same thing are both accepted.
 */
import { decodeUtf8, isUtf8 } from './utf8.js';

/** Bytes that are not what they should be. Whoever knows what that was says it in its own error. */
export class MalformedBytesError extends Error {
  override readonly name = 'MalformedBytesError';
  /** They say of themselves that they are of a later format: nothing need be wrong with them. */
  readonly isOfNewerFormat: boolean;
  constructor(
    message: string,
    { isOfNewerFormat = false, ...options }: ErrorOptions & { isOfNewerFormat?: boolean } = {},
  ) {
    super(message, options);
    this.isOfNewerFormat = isOfNewerFormat;
  }
}

export class ByteReader {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads these bytes from now on: one reader can serve for many, where a new one would cost. */
  begin(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#at = 0;
    return this;
  }

  /** Offset of the byte that is read next. */
  get at(): number {
    return this.#at;
  }

  /** Bytes that were not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new MalformedBytesError('cut short');
    return value;
  }

  varint(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#longVarint(first);
  }

  /** A length (varint) and as many bytes of UTF-8. */
  text(): string {
    const bytes = this.take(this.varint());
    try {
      return decodeUtf8(bytes);
    } catch (error) {
      throw new MalformedBytesError('text that is not UTF-8', { cause: error });
    }
  }

  /** Passes over a text, and gives its UTF-8: a view of what is read, not a copy. */
  utf8(): Uint8Array {
    const bytes = this.take(this.varint());
    if (!isUtf8(bytes)) throw new MalformedBytesError('text that is not UTF-8');
    return bytes;
  }

  /** The next `length` bytes: a view of what is read, not a copy. */
  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedBytesError('cut short');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** Passes over the next `length` bytes. */
  skip(length: number): void {
    if (length > this.left) throw new MalformedBytesError('cut short');
    this.#at += length;
  }

  /** Everything must have been read. */
  end(): void {
    if (this.left !== 0) throw new MalformedBytesError(`${this.left} bytes too many`);
  }

  #longVarint(first: number): number {
    let value = first & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER || scale > Number.MAX_SAFE_INTEGER) {
        throw new MalformedBytesError('number too large');
      }
      if (byte < 0x80) {
        if (byte === 0) throw new MalformedBytesError('number not in short form');
        return value;
      }
    }
  }
}
