/**
 * The bytes of a snapshot file in their order (docs/storage-format.md), from an image that comes in
 * pieces of any size. Where they go is the caller's concern: to a disk, or to whoever asked for a
 * backup.
 */
import { crc32c } from '../base/crc32c.js';
import { ImageCutter } from './image-cutter.js';
import {
  encodeBlock,
  encodeImageEnd,
  encodeSnapshotHeader,
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

  constructor(header: SnapshotHeader) {
    this.header = encodeSnapshotHeader(header);
    this.#seed = snapshotSeed(header);
    this.#cutter = new ImageCutter(header.blockBytes);
  }

  /** Size and checksum of the image as far as it stands in the blocks that were given. */
  get imageEnd(): ImageEnd {
    return { imageBytes: this.#imageBytes, imageChecksum: this.#imageChecksum };
  }

  /** Takes in the next bytes of the image and gives the blocks that they fill. */
  *add(bytes: Uint8Array): Generator<Uint8Array, void> {
    for (const image of this.#cutter.cut(bytes)) yield this.#encode(image);
  }

  /** The image is complete: gives what is left of it, and the file's end. */
  *end(): Generator<Uint8Array, void> {
    const rest = this.#cutter.rest();
    if (rest !== undefined) yield this.#encode(rest);
    yield encodeImageEnd(this.#seed, this.imageEnd);
  }

  #encode(image: Uint8Array): Uint8Array {
    const block = encodeBlock(this.#seed, this.#imageBytes, image);
    this.#imageBytes += image.length;
    this.#imageChecksum = crc32c(image, this.#imageChecksum);
    return block;
  }
}
