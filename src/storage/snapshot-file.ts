/**
 * One snapshot file on a disk, written from its beginning to its end and read at any place. Which
 * snapshot counts, and when one may go, is the concern of `snapshot-store.ts`; a backup is such a
 * file, too, under whatever name.
 */
import { assert } from '../base/assert.js';
import type { LogPosition } from '../raft/messages.js';
import type { Disk, DiskFile, DiskReader } from './disk.js';
import { frameHeaderBytes, payloadChecksum } from './frame-format.js';
import { SnapshotEncoder } from './snapshot-encoder.js';
import {
  blockPlace,
  decodeBlock,
  decodeImageEnd,
  decodeSnapshotHeader,
  snapshotEndBytes,
  snapshotFileBytes,
  snapshotHeaderBytesMax,
  snapshotSeed,
} from './snapshot-format.js';
import type { ImageEnd, SnapshotHeader } from './snapshot-format.js';
import { StorageDamagedError } from './storage.js';
import type { SnapshotReader } from './storage.js';

/** So that the end of a large image finds little left to sync, and the log is not held up. */
const syncEveryBytes = 8 * 1024 * 1024;

export class SnapshotFileWriter {
  readonly #disk: Disk;
  readonly #name: string;
  readonly #encoder: SnapshotEncoder;
  /** Each block is written before the next one is put together in its place. */
  #room = new Uint8Array();
  #file: DiskFile | undefined;
  #unsyncedBytes = 0;

  /** The file is made with the first write; one of that name is replaced. */
  constructor(disk: Disk, name: string, header: SnapshotHeader) {
    this.#disk = disk;
    this.#name = name;
    this.#encoder = new SnapshotEncoder(header, (bytes) => {
      if (this.#room.length !== bytes) this.#room = new Uint8Array(bytes);
      return this.#room;
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const block of this.#encoder.add(bytes)) await this.#append(block);
  }

  /** The contents are durable, and the file closed, when this resolves; its name is not durable. */
  async finish(): Promise<ImageEnd> {
    for (const part of this.#encoder.end()) await this.#append(part);
    const file = await this.#opened();
    await file.sync();
    this.#file = undefined;
    await file.close();
    return this.#encoder.imageEnd;
  }

  /** Closes the file, if it is open; what it holds is of no use. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #append(part: Uint8Array): Promise<void> {
    const file = await this.#opened();
    await file.append([part]);
    this.#unsyncedBytes += part.length;
    if (this.#unsyncedBytes < syncEveryBytes) return;
    await file.sync();
    this.#unsyncedBytes = 0;
  }

  async #opened(): Promise<DiskFile> {
    if (this.#file !== undefined) return this.#file;
    const file = await this.#disk.create(this.#name);
    this.#file = file;
    await file.append([this.#encoder.header]);
    return file;
  }
}

/** The part of an image that begins at `offset`, and the frame in which it stands. */
interface Block {
  readonly offset: number;
  readonly image: Uint8Array;
  readonly frame: Uint8Array;
}

interface SnapshotFileParts {
  readonly disk: DiskReader;
  readonly name: string;
  readonly header: SnapshotHeader;
  readonly end: ImageEnd;
  readonly onClose: () => Promise<void>;
}

export class SnapshotFileReader implements SnapshotReader {
  readonly header: SnapshotHeader;
  readonly #disk: DiskReader;
  readonly #name: string;
  readonly #seed: number;
  readonly #end: ImageEnd;
  readonly #onClose: () => Promise<void>;
  #isClosed = false;
  /** The block that was read last: small reads one behind the other take each block once. */
  #block: Block | undefined;

  /** For `open`, which has checked header and end. */
  constructor(parts: SnapshotFileParts) {
    this.header = parts.header;
    this.#disk = parts.disk;
    this.#name = parts.name;
    this.#seed = snapshotSeed(parts.header);
    this.#end = parts.end;
    this.#onClose = parts.onClose;
  }

  /**
   * Undefined when there is no such file. Throws `StorageDamagedError` when its header, its end or
   * its length is not right; the blocks are checked as they are read.
   */
  static async open(
    disk: DiskReader,
    name: string,
    onClose = () => Promise.resolve(),
  ): Promise<SnapshotFileReader | undefined> {
    const fileBytes = await disk.size(name);
    const start = await disk.readRange(name, 0, snapshotHeaderBytesMax);
    if (fileBytes === undefined || start === undefined) return undefined;
    const header = decodeSnapshotHeader(start);
    if (header === undefined) throw damaged(name, 0, 'its header cannot be read');
    const endAt = Math.max(0, fileBytes - snapshotEndBytes);
    const last = await disk.readRange(name, endAt, snapshotEndBytes);
    if (last === undefined) return undefined;
    const end = decodeImageEnd(snapshotSeed(header), last);
    if (end === undefined || snapshotFileBytes(header, end.imageBytes) !== fileBytes) {
      throw damaged(name, endAt, 'its end cannot be read');
    }
    return new SnapshotFileReader({ disk, name, header, end, onClose });
  }

  get position(): LogPosition {
    return this.header.position;
  }

  get configuration(): Uint8Array {
    return this.header.configuration;
  }

  get imageBytes(): number {
    return this.#end.imageBytes;
  }

  get imageChecksum(): number {
    return this.#end.imageChecksum;
  }

  async read(offset: number, bytesMax: number): Promise<Uint8Array> {
    assert(!this.#isClosed, 'nothing is read of a snapshot that was closed');
    assert(offset >= 0 && bytesMax >= 1, () => `${bytesMax} bytes at ${offset} of an image`);
    if (offset >= this.imageBytes) return new Uint8Array();
    if (this.#block === undefined || !isWithin(this.#block, offset)) {
      this.#block = await this.#readBlock(offset);
    }
    const from = offset - this.#block.offset;
    return this.#block.image.subarray(from, from + bytesMax);
  }

  /** Reads all of it once. Throws `StorageDamagedError` when anything is not what was written. */
  async verify(onImage: (bytes: Uint8Array) => void): Promise<void> {
    let checksum = 0;
    for await (const { image, frame } of this.#blocks()) {
      onImage(image);
      checksum = payloadChecksum(frame, this.#seed, checksum);
    }
    if (checksum !== this.imageChecksum) {
      throw damaged(this.#name, 0, 'the checksum of the whole image is another');
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#block = undefined;
    await this.#onClose();
  }

  /** All blocks. While one is looked at the next is being read, so a restart waits less for it. */
  async *#blocks(): AsyncGenerator<Block, void> {
    let next = this.imageBytes > 0 ? this.#readBlock(0) : undefined;
    while (next !== undefined) {
      const block = await next;
      const end = block.offset + block.image.length;
      next = end < this.imageBytes ? this.#readBlock(end) : undefined;
      // Whoever stops looking does not hear of what was read ahead.
      next?.catch(() => undefined);
      yield block;
    }
  }

  async #readBlock(offset: number): Promise<Block> {
    const place = blockPlace(this.header, this.imageBytes, offset);
    const bytes = await this.#disk.readRange(this.#name, place.fileOffset, place.bytes);
    if (bytes === undefined) throw new StorageDamagedError(`${this.#name} is gone`);
    const image = decodeBlock(this.#seed, place.imageOffset, bytes);
    if (image === undefined || image.length !== place.bytes - frameHeaderBytes) {
      throw damaged(this.#name, place.fileOffset, 'a block cannot be read');
    }
    return { offset: place.imageOffset, image, frame: bytes };
  }
}

function isWithin(block: Block, offset: number): boolean {
  return offset >= block.offset && offset < block.offset + block.image.length;
}

function damaged(name: string, offset: number, what: string): StorageDamagedError {
  return new StorageDamagedError(`${name} is damaged at offset ${offset}: ${what}`);
}
