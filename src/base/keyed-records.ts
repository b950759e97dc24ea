/**
 * Records that are found by a text, outside of the JavaScript heap: each begins with its key, as
 * length (varint) and UTF-8. They are numbered 0, 1, 2, … in the order in which they were added.
 */
import { ByteReader } from './byte-reader.js';
import { HashIndex } from './hash-index.js';
import { SlabRecords } from './slab-records.js';
import type { FrozenRecords } from './slab-records.js';
import type { TextKey } from './text-key.js';

export class KeyedRecords {
  readonly #records: SlabRecords;
  readonly #index = new HashIndex();
  /** The key that is being looked for. */
  #wanted: TextKey | undefined;
  readonly #isWanted = (number: number): boolean =>
    this.#wanted !== undefined && this.#records.compareKey(this.#wanted, number) === 0;

  /** `slabBytes` as for `SlabRecords`. */
  constructor(slabBytes?: number) {
    this.#records = new SlabRecords(slabBytes);
  }

  get size(): number {
    return this.#records.size;
  }

  /** The number of the record with this key. */
  find(key: TextKey): number | undefined {
    this.#wanted = key;
    return this.#index.find(key.hash, this.#isWanted);
  }

  /** A record's bytes, key included: a view, not to be written to. */
  bytes(number: number): Uint8Array {
    return this.#records.bytes(number);
  }

  /** The key that a record begins with, in UTF-8: a view, not to be written to. */
  keyBytes(number: number): Uint8Array {
    const reader = new ByteReader(this.#records.bytes(number));
    return reader.take(reader.varint());
  }

  /** What of a record's key stands at `at`, as `headOf` gives it. */
  keyHead(number: number, at: number): number {
    return this.#records.keyHead(number, at);
  }

  /** How many bytes a record has, key included. */
  lengthOf(number: number): number {
    return this.#records.lengthOf(number);
  }

  /** Compares `key` with that of record `number`, by code points. */
  compareKey(key: TextKey, number: number): number {
    return this.#records.compareKey(key, number);
  }

  /** Adds a record with a key that no other has; returns its number. */
  add(key: TextKey, record: Uint8Array): number {
    const number = this.size;
    this.#records.put(number, record);
    this.#index.add(key.hash, number);
    return number;
  }

  /** Writes a record anew, with the same key. */
  update(number: number, record: Uint8Array): void {
    this.#records.put(number, record);
  }

  /** Writes another record in the place of one, with a key that no other has. */
  replace(number: number, key: TextKey, record: Uint8Array): void {
    this.#index.remove(number);
    this.#records.put(number, record);
    this.#index.add(key.hash, number);
  }

  /** All records as they are now, whatever is written later. */
  freeze(): FrozenRecords {
    return this.#records.freeze();
  }
}
