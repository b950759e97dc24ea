/**
 * Reads the image of a file map, cut anywhere, into new tables. Nothing of it is seen before all
 * of it was read and found right; bytes that are accepted are exactly those that a map with this
 * state would give as its image.
 */
import { ByteQueue } from '../base/byte-queue.js';
import { MalformedBytesError } from '../base/byte-reader.js';
import { StateImageError } from '../base/state-machine.js';
import type { StateRestore } from '../base/state-machine.js';
import { decodeImageHeader, imageHeaderBytes, requestIdsIn } from './file-map-image.js';
import { FileTable } from './file-table.js';
import { RequestIds } from './request-ids.js';

/** Tables that fill up, and how many records each will have. */
interface Contents {
  readonly files: FileTable;
  readonly filesExpected: number;
  readonly requestIds: RequestIds;
  readonly requestIdsExpected: number;
}

export class FileMapRestore implements StateRestore {
  readonly #kept: number;
  readonly #install: (files: FileTable, requestIds: RequestIds) => void;
  readonly #input = new ByteQueue();
  /** Undefined until the header was read. */
  #contents: Contents | undefined;
  #failure: MalformedBytesError | undefined;

  /** `kept`: request ids that the map remembers; an image made with another number is refused. */
  constructor(kept: number, install: (files: FileTable, requestIds: RequestIds) => void) {
    this.#kept = kept;
    this.#install = install;
  }

  write(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#input.add(bytes);
    try {
      this.#contents ??= this.#readHeader();
      if (this.#contents !== undefined) this.#readRecords(this.#contents);
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      this.#failure = error;
    }
  }

  verify(): void {
    this.#wholeContents();
  }

  finish(): void {
    const { files, requestIds } = this.#wholeContents();
    this.#install(files, requestIds);
  }

  #wholeContents(): Contents {
    if (this.#failure !== undefined) {
      throw new StateImageError(this.#failure.message, { cause: this.#failure });
    }
    const contents = this.#contents;
    if (contents === undefined || !isComplete(contents)) throw new StateImageError('cut short');
    return contents;
  }

  #readHeader(): Contents | undefined {
    const bytes = this.#input.take(imageHeaderBytes);
    if (bytes === undefined) return undefined;
    const header = decodeImageHeader(bytes);
    if (header.kept !== this.#kept) {
      throw new MalformedBytesError(`an image with ${header.kept} request ids, not ${this.#kept}`);
    }
    return {
      files: new FileTable(),
      filesExpected: header.files,
      requestIds: new RequestIds(header.kept, header.issued),
      requestIdsExpected: requestIdsIn(header),
    };
  }

  #readRecords(contents: Contents): void {
    while (!isComplete(contents)) {
      const record = this.#input.takePrefixed();
      if (record === undefined) return;
      if (contents.files.size < contents.filesExpected) contents.files.load(record);
      else contents.requestIds.load(record);
    }
    if (this.#input.length > 0) {
      throw new MalformedBytesError(`${this.#input.length} bytes too many`);
    }
  }
}

function isComplete(contents: Contents): boolean {
  return (
    contents.files.size === contents.filesExpected &&
    contents.requestIds.size === contents.requestIdsExpected
  );
}
