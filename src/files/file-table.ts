/**
 * All files, by name: each a record outside of the JavaScript heap, numbered in the order in which
 * the names were first seen, which is the same on all servers. A file never goes away: deleting it
 * is a version. Beside them, the older versions that are kept.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { ByteWriter } from '../base/byte-writer.js';
import { KeyedRecords } from '../base/keyed-records.js';
import { TextKey } from '../base/text-key.js';
import type { CommandScan } from './command-scan.js';
import type { FileInfo, FileVersion, TimedFileInfo } from './file-command.js';
import {
  checkFileRecord,
  readFileRecord,
  readFileVersion,
  writeCommandRecord,
  writeFileRecord,
  writeWithoutTime,
} from './file-record.js';
import type { FileVersions } from './file-versions.js';
import { type VersionsPlace } from './file-versions.js';
import { FrozenFiles, LongFile } from './frozen-files.js';
import { KeptVersions, type FrozenVersions, type HistoryBounds } from './kept-versions.js';
import { SortedNumbers } from './sorted-numbers.js';
import { VersionsPageMaker, type VersionsPage, type VersionsPageLimits } from './versions-page.js';

type NamedFile = [name: string, info: FileInfo];

/** Of the version that an update makes. */
type Made = Pick<TimedFileInfo, 'version' | 'timeMs'>;

export class FileTable {
  readonly #records = new KeyedRecords();
  /** Invariant: the numbers of all records. */
  readonly #sorted = new SortedNumbers(this.#records);
  readonly #key = new TextKey();
  /** Names that are gone through. */
  readonly #nextKey = new TextKey();
  readonly #writer = new ByteWriter();
  /** The present files, once they were frozen; who freezes them again gets the same. */
  #frozen: FrozenFiles | undefined;
  readonly #history: KeptVersions;
  #hasTimes: boolean;

  constructor(bounds: HistoryBounds, { hasTimes = false } = {}) {
    this.#hasTimes = hasTimes;
    this.#history = new KeptVersions(bounds);
  }

  get size(): number {
    return this.#records.size;
  }

  /** What is kept of older versions at most. */
  get bounds(): HistoryBounds {
    return this.#history.bounds;
  }

  /**
   * Whether any file or older version has a time, or ever had: what programs from before there
   * were times cannot read.
   */
  get hasTimes(): boolean {
    return this.#hasTimes;
  }

  /** Older versions that are kept. */
  get olderVersions(): number {
    return this.#history.size;
  }

  get(name: string): FileInfo | undefined {
    const number = this.#find(name);
    if (number === undefined) return undefined;
    const [, { version, hashlist }] = this.#read(number);
    return { version, hashlist };
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

  /** Gives a file its next version. */
  set(name: string, info: TimedFileInfo): void {
    writeFileRecord(this.#writer.begin(), name, info);
    this.#put(this.#find(name), info, this.#writer.written);
  }

  /** Does what a command says if its version is the next one; returns whether it was. */
  apply(scan: CommandScan): boolean {
    const number = this.#records.find(this.#key.setBytes(scan.bytes, scan.nameStart, scan.nameEnd));
    const version = number === undefined ? 0 : readFileVersion(this.#records.bytes(number));
    if (scan.version !== version + 1) return false;
    writeCommandRecord(this.#writer.begin(), scan);
    this.#put(number, scan, this.#writer.written);
    return true;
  }

  /** Keeps an older version no longer; anything else that is named means nothing. */
  forget({ name, version }: FileVersion): void {
    this.#history.forget(this.#key.set(name), version);
  }

  /** All versions of a file, from the current one on; undefined when it was never seen. */
  viewVersions(name: string): FileVersions | undefined {
    const number = this.#find(name);
    if (number === undefined) return undefined;
    const maker = new VersionsPageMaker(this.#history, {
      versionsMax: Infinity,
      bytesMax: Infinity,
    });
    maker.addFile(this.#key, this.#records.bytes(number));
    return maker.page.versions;
  }

  /** The versions behind a place, as many as the limits allow. */
  versionsAfter(place: VersionsPlace, limits: VersionsPageLimits): VersionsPage {
    const maker = new VersionsPageMaker(this.#history, limits);
    const number = this.#find(place.afterName);
    if (number !== undefined) {
      const version = readFileVersion(this.#records.bytes(number));
      if (!maker.addOlder(this.#key, version, place.belowVersion)) return maker.page;
    }
    for (const next of this.#sorted.after(this.#key)) {
      this.#nextKey.setBytes(this.#records.keyBytes(next));
      if (!maker.addFile(this.#nextKey, this.#records.bytes(next))) break;
    }
    return maker.page;
  }

  /** In the order in which the names were first seen. */
  *entries(): Generator<NamedFile, void> {
    for (let number = 0; number < this.size; number++) {
      const [name, { version, hashlist }] = this.#read(number);
      yield [name, { version, hashlist }];
    }
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

  /** The same for a record from the times when files had no time. */
  loadUntimed(record: Uint8Array): void {
    writeWithoutTime(this.#writer.begin(), record);
    this.load(this.#writer.written);
  }

  /** Adds the next older version of frozen ones, once all files are there. Throws as `load`. */
  loadOlder(record: Uint8Array): void {
    this.#key.setBytes(checkFileRecord(new ByteReader(record)));
    const number = this.#records.find(this.#key);
    const current = number === undefined ? 0 : readFileVersion(this.#records.bytes(number));
    const version = readFileVersion(record);
    if (version >= current || version < current - this.#history.bounds.versionsKeptMax) {
      throw new MalformedBytesError(`version ${version} of a file that is at ${current}`);
    }
    if (this.#history.find(this.#key, version) !== undefined) {
      throw new MalformedBytesError('an older version that is there twice');
    }
    if (!this.#history.hasRoomFor(record.length)) {
      throw new MalformedBytesError('more older versions than are ever kept');
    }
    this.#history.load(this.#key, version, record);
  }

  /** All files as they are now, whatever comes later; the same view until one changes. */
  freeze(): FrozenFiles {
    return (this.#frozen ??= new FrozenFiles(this.#records.freeze()));
  }

  /** The same of the older versions. */
  freezeOlder(): FrozenVersions {
    return this.#history.freeze();
  }

  /**
   * Writes the record of the file with the present key, which has this number or is new. An update
   * without a time is from before older versions were kept, and keeps none: of two servers, one may
   * have applied it and the other have got an image of those days, and they are to be the same.
   */
  #put(number: number | undefined, { version, timeMs }: Made, record: Uint8Array): void {
    this.#frozen = undefined;
    this.#hasTimes ||= timeMs !== 0;
    if (number === undefined) {
      this.#sorted.add(this.#key, this.#records.add(this.#key, record));
      return;
    }
    const older = timeMs === 0 ? undefined : this.#records.bytes(number);
    this.#history.supersede(this.#key, version - 1, older);
    this.#records.update(number, record);
  }

  #find(name: string): number | undefined {
    return this.#records.find(this.#key.set(name));
  }

  #read(number: number): [name: string, info: TimedFileInfo] {
    return readFileRecord(new ByteReader(this.#records.bytes(number)));
  }
}
