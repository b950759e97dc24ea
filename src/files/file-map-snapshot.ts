/**
 * Gives the image of a file map, as it was when this was made, in slices; in format 1 while that
 * loses nothing. What the map's records
 * are written on never changes, so this reads them at its own pace while updates go on.
 */
import { assert, must } from '../base/assert.js';
import type { FrozenRecords, SeeRecord } from '../base/slab-records.js';
import type { StateSnapshot } from '../base/state-machine.js';
import { putVarint, varintBytesMax } from '../base/varint.js';
import { encodeImageHeader } from './file-map-image.js';
import { withoutTime } from './file-record.js';
import type { FileTable } from './file-table.js';
import type { RequestIds } from './request-ids.js';

/** What one step gives at most: a few milliseconds of copying. */
const sliceBytesMax = 1024 * 1024;

/** A record where it stands. */
interface Shown {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** A shorter record is copied byte by byte, which takes no view of it. */
const viewedBytesMin = 512;

/** Records that are read one after another. */
interface RecordSource {
  /** Shows where the next record stands; false when there is none. */
  showNext(see: SeeRecord): boolean;
}

export class FileMapSnapshot implements StateSnapshot {
  /** What is not read to its end yet, next one first; undefined once closed. */
  #sources: RecordSource[] | undefined;
  /** What did not fit into the slice before. */
  #rest: Uint8Array;
  /** The record that is to be copied: a view of its own for each would cost more than the copy. */
  readonly #shown: Shown = { bytes: new Uint8Array(), start: 0, end: 0 };
  readonly #see: SeeRecord = (bytes, start, end) => {
    this.#shown.bytes = bytes;
    this.#shown.start = start;
    this.#shown.end = end;
  };

  constructor(files: FileTable, requestIds: RequestIds) {
    const { kept, issued } = requestIds;
    const records = inOrder(files.freeze().records);
    const ids = inOrder(requestIds.freeze());
    this.#sources = files.hasTimes ? [records, ids, files.freezeOlder()] : [untimed(records), ids];
    const { bounds, olderVersions } = files;
    const history = files.hasTimes ? { ...bounds, olderVersions } : undefined;
    this.#rest = encodeImageHeader({ kept, issued, files: files.size, history });
  }

  next(bytesMax: number): Uint8Array | undefined {
    assert(bytesMax >= 1, () => `a slice has room for a byte, not for ${bytesMax}`);
    const sources = must(this.#sources, 'a snapshot that is closed is not read');
    const slice = new Uint8Array(Math.min(bytesMax, sliceBytesMax));
    let at = this.#takeRest(slice, 0);
    while (at < slice.length) {
      if (!this.#showNext(sources)) break;
      const { bytes, start, end } = this.#shown;
      const length = end - start;
      if (slice.length - at < varintBytesMax + length) {
        this.#rest = withLength(bytes.subarray(start, end));
        at = this.#takeRest(slice, at);
      } else {
        at = putVarint(slice, at, length);
        at = copy(this.#shown, slice, at);
      }
    }
    return at === 0 ? undefined : slice.subarray(0, at);
  }

  close(): void {
    this.#sources = undefined;
    this.#rest = new Uint8Array();
  }

  /** Shows the next record in `#shown`; false when there is none. */
  #showNext(sources: RecordSource[]): boolean {
    for (let source = sources[0]; source !== undefined; source = sources[0]) {
      if (source.showNext(this.#see)) return true;
      sources.shift();
    }
    return false;
  }

  #takeRest(slice: Uint8Array, at: number): number {
    const taken = this.#rest.subarray(0, slice.length - at);
    slice.set(taken, at);
    this.#rest = this.#rest.subarray(taken.length);
    return at + taken.length;
  }
}

/** In the order of their numbers. */
function inOrder(records: FrozenRecords): RecordSource {
  let number = 0;
  return {
    showNext: (see) => {
      if (number === records.size) return false;
      records.show(number++, see);
      return true;
    },
  };
}

/** The records of files as they were when files had no time. */
function untimed(records: RecordSource): RecordSource {
  return {
    showNext: (see) =>
      records.showNext((bytes, start, end) => {
        const record = withoutTime(bytes.subarray(start, end));
        see(record, 0, record.length);
      }),
  };
}

/** Copies a record to `at`; returns where it ends. */
function copy({ bytes, start, end }: Shown, to: Uint8Array, at: number): number {
  const length = end - start;
  if (length >= viewedBytesMin) to.set(bytes.subarray(start, end), at);
  else for (let place = 0; place < length; place++) to[at + place] = bytes[start + place] ?? 0;
  return at + length;
}

function withLength(record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(varintBytesMax + record.length);
  const at = putVarint(bytes, 0, record.length);
  bytes.set(record, at);
  return bytes.subarray(0, at + record.length);
}
