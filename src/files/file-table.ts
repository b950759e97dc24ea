/**
 * All files, by name: each a record outside of the JavaScript heap, numbered in the order in which
 * the names were first seen, which is the same on all servers. A file never goes away: deleting it
 * is a version.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { KeyedRecords } from '../base/keyed-records.js';
import { TextKey } from '../base/text-key.js';
import type { CommandScan } from './command-scan.js';
import type { FileInfo } from './file-command.js';
import {
  checkFileRecord,
  readFileRecord,
  readFileVersion,
  writeCommandRecord,
  writeFileRecord,
} from './file-record.js';
import { FrozenFiles, LongFile } from './frozen-files.js';
import { SortedNumbers } from './sorted-numbers.js';

type NamedFile = [name: string, info: FileInfo];

export class FileTable {
  readonly #records = new KeyedRecords();
  /** Invariant: the numbers of all records. */
  readonly #sorted = new SortedNumbers(this.#records);
  readonly #key = new TextKey();
  readonly #writer = new ByteWriter();
  /** The present files, once they were frozen; who freezes them again gets the same. */
  #frozen: FrozenFiles | undefined;

  get size(): number {
    return this.#records.size;
  }

  get(name: string): FileInfo | undefined {
    const number = this.#find(name);
    return number === undefined ? undefined : this.#read(number)[1];
  }

  /** 0 when the file was never seen. */
  versionOf(name: string): number {
    const number = this.#find(name);
    return number === undefined ? 0 : readFileVersion(this.#records.bytes(number));
  }

  /** The record of a file if it has more than `bytesMax`; undefined for all others. */
  viewLong(name: string, bytesMax: number): LongFile | undefined {
    const number = this.#find(name);
    if (number === undefined || this.#records.lengthOf(number) <= bytesMax) return undefined;
    return new LongFile(this.#records.bytes(number));
  }

  set(name: string, info: FileInfo): void {
    writeFileRecord(this.#writer.begin(), name, info);
    this.#put(this.#find(name), this.#writer.written);
  }

  /** Does what a command says if its version is the next one; returns whether it was. */
  apply(scan: CommandScan): boolean {
    const number = this.#records.find(this.#key.setBytes(scan.bytes, scan.nameStart, scan.nameEnd));
    const version = number === undefined ? 0 : readFileVersion(this.#records.bytes(number));
    if (scan.version !== version + 1) return false;
    writeCommandRecord(this.#writer.begin(), scan);
    this.#put(number, this.#writer.written);
    return true;
  }

  /** In the order in which the names were first seen. */
  *entries(): Generator<NamedFile, void> {
    for (let number = 0; number < this.size; number++) yield this.#read(number);
  }

  /** The numbers of the first `limit` files at most whose names come behind `afterName`. */
  numbersAfter(afterName: string, limit: number): Uint32Array {
    const numbers = new Uint32Array(limit);
    let count = 0;
    for (const number of this.#sorted.after(this.#key.set(afterName))) {
      if (count === limit) break;
      numbers[count++] = number;
    }
    return numbers.subarray(0, count);
  }

  /** Adds the next record of a frozen table. Throws `MalformedBytesError` if it is none. */
  load(record: Uint8Array): void {
    this.#frozen = undefined;
    this.#key.setBytes(checkFileRecord(new ByteReader(record)));
    if (this.#records.find(this.#key) !== undefined) {
      throw new MalformedBytesError('a file that is there twice');
    }
    this.#sorted.add(this.#key, this.#records.add(this.#key, record));
  }

  /** All files as they are now, whatever comes later; the same view until one changes. */
  freeze(): FrozenFiles {
    return (this.#frozen ??= new FrozenFiles(this.#records.freeze()));
  }

  /** Writes the record of the file with the present key, which has this number or is new. */
  #put(number: number | undefined, record: Uint8Array): void {
    this.#frozen = undefined;
    if (number === undefined) this.#sorted.add(this.#key, this.#records.add(this.#key, record));
    else this.#records.update(number, record);
  }

  #find(name: string): number | undefined {
    return this.#records.find(this.#key.set(name));
  }

  #read(number: number): NamedFile {
    return readFileRecord(new ByteReader(this.#records.bytes(number)));
  }
}
