/**
 * Reads the image of a file map, cut anywhere, into new tables. Nothing of it is seen before all
 * of it was read and found right. Bytes that are accepted are exactly those that a map with this
 * state gives as its image; one that was restored from format 2 counts as one with times.
 */
import { ByteQueue } from '../base/byte-queue.js';
import { MalformedBytesError } from '../base/byte-reader.js';
import { StateImageError } from '../base/state-machine.js';
import type { StateRestore } from '../base/state-machine.js';
import {
  decodeImageFormat,
  decodeImageHeader,
  headerBytes,
  imageStartBytes,
  requestIdsIn,
  type ImageFormat,
  type ImageHeader,
} from './file-map-image.js';
import { FileTable } from './file-table.js';
import type { HistoryBounds } from './kept-versions.js';
import { RequestIds } from './request-ids.js';

/** What an image must have been made with; another one is refused. */
export interface ImageBounds extends HistoryBounds {
  /** Request ids that the map remembers. */
  readonly requestIdsKept: number;
}

/** Tables that fill up, and how many records each will have. */
interface Contents {
  readonly hasTimes: boolean;
  readonly files: FileTable;
  readonly filesExpected: number;
  readonly requestIds: RequestIds;
  readonly requestIdsExpected: number;
  readonly olderVersionsExpected: number;
}

export class FileMapRestore implements StateRestore {
  readonly #bounds: ImageBounds;
  readonly #install: (files: FileTable, requestIds: RequestIds) => void;
  readonly #input = new ByteQueue();
  /** Undefined until the start was read, and until the header behind it was. */
  #format: ImageFormat | undefined;
  #contents: Contents | undefined;
  #failure: MalformedBytesError | undefined;

  constructor(bounds: ImageBounds, install: (files: FileTable, requestIds: RequestIds) => void) {
    this.#bounds = bounds;
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
      const { message, isOfNewerFormat } = this.#failure;
      throw new StateImageError(message, { isOfNewerFormat, cause: this.#failure });
    }
    const contents = this.#contents;
    if (contents === undefined || !isComplete(contents)) throw new StateImageError('cut short');
    return contents;
  }

  #readHeader(): Contents | undefined {
    this.#format ??= this.#readFormat();
    if (this.#format === undefined) return undefined;
    const bytes = this.#input.take(headerBytes(this.#format));
    if (bytes === undefined) return undefined;
    const header = decodeImageHeader(this.#format, bytes);
    this.#checkBounds(header);
    const hasTimes = header.history !== undefined;
    return {
      hasTimes,
      files: new FileTable(this.#bounds, { hasTimes }),
      filesExpected: header.files,
      requestIds: new RequestIds(header.kept, header.issued),
      requestIdsExpected: requestIdsIn(header),
      olderVersionsExpected: header.history?.olderVersions ?? 0,
    };
  }

  #readFormat(): ImageFormat | undefined {
    const start = this.#input.take(imageStartBytes);
    return start === undefined ? undefined : decodeImageFormat(start);
  }

  #checkBounds({ kept, history }: ImageHeader): void {
    const { requestIdsKept } = this.#bounds;
    if (kept !== requestIdsKept) {
      throw new MalformedBytesError(`an image with ${kept} request ids, not ${requestIdsKept}`);
    }
    if (history === undefined) return;
    const has = describeHistory(history);
    const wanted = describeHistory(this.#bounds);
    if (has !== wanted) throw new MalformedBytesError(`an image with ${has}, not ${wanted}`);
  }

  #readRecords(contents: Contents): void {
    while (!isComplete(contents)) {
      const record = this.#input.takePrefixed();
      if (record === undefined) return;
      load(contents, record);
    }
    if (this.#input.length > 0) {
      throw new MalformedBytesError(`${this.#input.length} bytes too many`);
    }
  }
}

function describeHistory({ versionsKeptMax, historyBytesMax }: HistoryBounds): string {
  return `${versionsKeptMax} older versions of a file in ${historyBytesMax} bytes of history`;
}

function load(contents: Contents, record: Uint8Array): void {
  const { files, requestIds } = contents;
  if (files.size < contents.filesExpected) {
    if (contents.hasTimes) files.load(record);
    else files.loadUntimed(record);
  } else if (requestIds.size < contents.requestIdsExpected) {
    requestIds.load(record);
  } else {
    files.loadOlder(record);
  }
}

function isComplete(contents: Contents): boolean {
  return (
    contents.files.size === contents.filesExpected &&
    contents.requestIds.size === contents.requestIdsExpected &&
    contents.files.olderVersions === contents.olderVersionsExpected
  );
}
