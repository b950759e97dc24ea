/**
 * Versions of files as they were at one moment, whatever comes later. The memory that they stand in
 * is kept for them, so they are few, and let go as soon as they are read.
 */
import { FileCursor } from './file-cursor.js';

export class FileVersions {
  /** Bytes of all records. */
  readonly bytes: number;
  readonly #records: readonly Uint8Array[];

  /** Nobody may write to the records. */
  constructor(records: readonly Uint8Array[]) {
    this.#records = records;
    this.bytes = records.reduce((sum, { length }) => sum + length, 0);
  }

  get size(): number {
    return this.#records.length;
  }

  /** Reads one version after another. */
  read(): FileCursor {
    const records = this.#records;
    return new FileCursor(records.length, (at, cursor) => {
      const record = records[at] ?? new Uint8Array();
      cursor.openRecord(record, 0, record.length);
    });
  }
}

/** Where a page of versions begins. */
export interface VersionsPlace {
  readonly afterName: string;
  /** Behind this version of that file: with its older ones. 0: with the next file. */
  readonly belowVersion: number;
}
