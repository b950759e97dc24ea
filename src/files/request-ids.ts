/**
 * The request ids of the updates that took effect last, with the arguments they stand for. They
 * are forgotten in log order, by count, so all servers remember the same ones.
 */
import { assert } from '../base/assert.js';
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { KeyedRecords } from '../base/keyed-records.js';
import type { FrozenRecords } from '../base/slab-records.js';
import { TextKey } from '../base/text-key.js';
import type { FileInfo } from './file-command.js';
import { checkArguments, readArguments, writeArguments } from './file-record.js';
import type { RequestArguments } from './version-rule.js';

export class RequestIds {
  /** How many ids are remembered; an earlier one is forgotten for each further one. */
  readonly kept: number;
  /**
   * Each record is an id (a text) and the file as the update made it, which the map itself may
   * hold no longer. Invariant: the id of `sequence` has the number `(sequence − 1) % kept`.
   */
  readonly #records = new KeyedRecords();
  readonly #key = new TextKey();
  readonly #writer = new ByteWriter();
  #issued: number;

  /** With `issued` above 0, the ids still remembered of these are to be added with `load`. */
  constructor(kept: number, issued = 0) {
    assert(
      Number.isSafeInteger(kept) && kept >= 1,
      () => `ids to keep: an integer ≥ 1, not ${kept}`,
    );
    this.kept = kept;
    this.#issued = issued;
  }

  /** Ids that are remembered. */
  get size(): number {
    return this.#records.size;
  }

  /** The sequence of the newest id, which is how many there ever were. */
  get issued(): number {
    return this.#issued;
  }

  /** The arguments of an id, as long as it is among the last `kept` up to sequence `issued`. */
  find(id: string, issued: number): RequestArguments | undefined {
    const number = this.#records.find(this.#key.set(id));
    if (number === undefined || this.#sequenceOf(number) <= issued - this.kept) return undefined;
    const reader = new ByteReader(this.#records.bytes(number));
    reader.skip(reader.varint());
    const [name, { version, hashlist }] = readArguments(reader);
    return { name, version, hashlist };
  }

  /** Remembers an id, which must not be remembered already, and forgets the oldest for it. */
  remember(id: string, name: string, info: FileInfo): void {
    this.#key.set(id);
    assert(
      this.#records.find(this.#key) === undefined,
      'a request id takes effect once while it is remembered',
    );
    writeArguments(this.#writer.begin().text(id), name, info);
    const number = this.#issued % this.kept;
    if (number < this.#records.size) {
      this.#records.replace(number, this.#key, this.#writer.written);
    } else {
      this.#records.add(this.#key, this.#writer.written);
    }
    this.#issued += 1;
  }

  /** Adds the next record of a frozen table. Throws `MalformedBytesError` if it is none. */
  load(record: Uint8Array): void {
    const reader = new ByteReader(record);
    this.#key.setBytes(reader.utf8());
    checkArguments(reader);
    if (this.#records.find(this.#key) !== undefined) {
      throw new MalformedBytesError('a request id that is there twice');
    }
    this.#records.add(this.#key, record);
  }

  /** The records of all ids as they are now, whatever comes later. */
  freeze(): FrozenRecords {
    return this.#records.freeze();
  }

  /** The newest sequence that has this number. */
  #sequenceOf(number: number): number {
    const newest = this.#issued - 1;
    return newest - ((newest - number) % this.kept) + 1;
  }
}
