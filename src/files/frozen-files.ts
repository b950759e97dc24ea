/**
 * All files as they were at one moment, whatever comes later. Whoever holds this holds what the
 * map has written anew since then a second time, so it is let go as soon as it is read.
 */
import type { FrozenRecords } from '../base/slab-records.js';
import { FileCursor } from './file-cursor.js';

export class FrozenFiles {
  readonly records: FrozenRecords;

  constructor(records: FrozenRecords) {
    this.records = records;
  }

  /** Files that were ever seen, deleted ones included. */
  get size(): number {
    return this.records.size;
  }

  /** The first `count` files, in the order in which their names were first seen. */
  read(count: number): FileCursor {
    const { records } = this;
    return new FileCursor(count, (at, cursor) => {
      records.show(at, cursor.openRecord);
    });
  }

  /** The files with these numbers. */
  readThese(numbers: Uint32Array): FileCursor {
    const { records } = this;
    return new FileCursor(numbers.length, (at, cursor) => {
      records.show(numbers[at] ?? 0, cursor.openRecord);
    });
  }
}

/** One file as it was at one moment, however long; the memory that it stands in is kept for it. */
export class LongFile {
  readonly #record: Uint8Array;

  /** Nobody may write to the record. */
  constructor(record: Uint8Array) {
    this.#record = record;
  }

  get bytes(): number {
    return this.#record.length;
  }

  read(): FileCursor {
    const record = this.#record;
    return new FileCursor(1, (_at, cursor) => {
      cursor.openRecord(record, 0, record.length);
    });
  }
}
