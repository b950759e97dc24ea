/**
 * An update as it stands in its bytes, looked through once and in place: no text, list or object is
 * made of it, which is what applying commands would spend most of its time on. It takes exactly the
 * updates that `decodeFileCommand` takes, but for one thing: it does not look whether texts are
 * UTF-8. That was seen when the payload came in, before it was logged.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { formatErrorOf, readTime } from './file-command-codec.js';
import { skipItem, tagText } from './hash-item-codec.js';

export class CommandScan {
  /** The payload, whose places the numbers below are. */
  bytes: Uint8Array = new Uint8Array(0);
  /** ms since 1970; 0 when it is not known. */
  timeMs = 0;
  /** The name's UTF-8. */
  nameStart = 0;
  nameEnd = 0;
  /** NaN for an integer that is no version: a negative one, or one of more than 53 bits. */
  version = 0;
  hasRequestId = false;
  /** How many hash items there are; the first one's tag stands at `itemsStart`. */
  itemCount = 0;
  itemsStart = 0;
  readonly #reader = new ByteReader(this.bytes);

  /** Throws `FileCommandFormatError`; the scan is then of no command. */
  read(payload: Uint8Array): this {
    try {
      this.#read(payload);
      return this;
    } catch (error) {
      throw formatErrorOf(error);
    }
  }

  #read(payload: Uint8Array): void {
    const reader = this.#reader.begin(payload);
    this.bytes = payload;
    this.timeMs = readTime(reader);
    const nameLength = reader.varint();
    this.nameStart = reader.at;
    reader.skip(nameLength);
    this.nameEnd = reader.at;
    if (payload[reader.at] === tagText) throw new MalformedBytesError('a version that is a text');
    this.version = skipItem(reader);
    const mark = reader.byte();
    if (mark > 1) throw new MalformedBytesError(`request id mark ${mark}`);
    this.hasRequestId = mark === 1;
    if (this.hasRequestId) reader.skip(reader.varint());
    this.itemCount = reader.varint();
    this.itemsStart = reader.at;
    for (let left = this.itemCount; left > 0; left--) skipItem(reader);
    reader.end();
  }
}
