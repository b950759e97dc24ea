/**
 * The bytes of a snapshot file in their order (docs/storage-format.md), from an image that comes in
 * pieces of any size. Where they go is the caller's concern: to a disk, or to whoever asked for a
 * backup.
 */
import { frameHeaderBytes, payloadChecksum, type MakeRoom } from './frame-format.js';
import { ImageCutter } from './image-cutter.js';
import {
  encodeImageEnd,
  encodeSnapshotHeader,
  finishBlock,
  snapshotSeed,
} from './snapshot-format.js';
import type { ImageEnd, SnapshotHeader } from './snapshot-format.js';

export class SnapshotEncoder {
  /** What the file begins with. */
  readonly header: Uint8Array;
  readonly #seed: number;
  readonly #cutter: ImageCutter;
  #imageBytes = 0;
  #imageChecksum = 0;

  /** Who is done with a block before asking for the next may give the same room for each. */
  constructor(header: SnapshotHeader, makeRoom?: MakeRoom) {
    const { blockBytes } = header;
    this.header = encodeSnapshotHeader(header);
    this.#seed = snapshotSeed(header);
    this.#cutter = new ImageCutter({ blockBytes, headBytes: frameHeaderBytes, makeRoom });
  }

  /** Size and checksum of the image as far as it stands in the blocks that were given. */
  get imageEnd(): ImageEnd {
    return { imageBytes: this.#imageBytes, imageChecksum: this.#imageChecksum };
  }

  /** Takes in the next bytes of the image and gives the blocks that they fill. */
  *add(bytes: Uint8Array): Generator<Uint8Array, void> {
    for (const block of this.#cutter.cut(bytes)) yield this.#finish(block);
  }

  /** The image is complete: gives what is left of it, and the file's end. */
  *end(): Generator<Uint8Array, void> {
    const rest = this.#cutter.rest();
    if (rest !== undefined) yield this.#finish(rest);
    yield encodeImageEnd(this.#seed, this.imageEnd);
  }

  #finish(block: Uint8Array): Uint8Array {
    finishBlock(this.#seed, this.#imageBytes, block);
    this.#imageBytes += block.length - frameHeaderBytes;
    this.#imageChecksum = payloadChecksum(block, this.#seed, this.#imageChecksum);
    return block;
  }
}
