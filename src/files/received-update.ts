/**
 * An update whose hash list stands in the bytes that it came in. It goes from there straight into
 * the bytes of the log; the list is only made for whoever looks at it, and that is nobody.
 */
import type { ByteWriter } from '../base/byte-writer.js';
import { decodeUtf8 } from '../base/utf8.js';
import type { HashItem, UpdateFile } from './file-command.js';
import { writeTextItem } from './hash-item-codec.js';

/** What a client asks for, without a request id: everything but the time. */
export interface ReceivedArguments {
  readonly name: string;
  readonly version: number;
  /** Bytes that never change. The items of the hash list are texts of ASCII in them. */
  readonly bytes: Uint8Array;
  /** Where each item begins and where it ends, one after another. */
  readonly itemBounds: readonly number[];
}

export class ReceivedUpdate implements UpdateFile {
  readonly type = 'updatefile';
  readonly name: string;
  readonly version: number;
  readonly requestId = undefined;
  readonly timeMs: number;
  readonly #bytes: Uint8Array;
  readonly #itemBounds: readonly number[];

  constructor({ name, version, bytes, itemBounds }: ReceivedArguments, timeMs: number) {
    this.name = name;
    this.version = version;
    this.timeMs = timeMs;
    this.#bytes = bytes;
    this.#itemBounds = itemBounds;
  }

  get hashlist(): readonly HashItem[] {
    const bounds = this.#itemBounds;
    return Array.from({ length: bounds.length / 2 }, (_, item) =>
      decodeUtf8(this.#bytes.subarray(bounds[2 * item], bounds[2 * item + 1])),
    );
  }

  /** Writes the count of the items and the items, as they stand in logs. */
  writeItems(writer: ByteWriter): void {
    const bounds = this.#itemBounds;
    writer.varint(bounds.length / 2);
    for (let at = 0; at < bounds.length; at += 2) {
      writeTextItem(writer, this.#bytes, bounds[at] ?? 0, bounds[at + 1] ?? 0);
    }
  }
}
