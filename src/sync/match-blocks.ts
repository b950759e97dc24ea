/**
 * Whether a file holds the bytes of a hash list. The list does not tell how long its blocks are, so
 * that is found first: the first hash is that of as many bytes as the first block has.
 */
import { createHash } from 'node:crypto';
import { hashOf, type BlockHash } from '../blocks/block-hash.js';
import type { OpenFile } from './folder.js';

const chunkBytes = 256 * 1024;

export interface BlockSizes {
  /** Tried first; those that cannot be are passed over. */
  readonly likely: readonly number[];
  /** When none of them is the one: find it, however long that takes, or take it for none. */
  readonly search: boolean;
}

/** The SHA-256 of all bytes. */
export async function wholeHash(file: OpenFile): Promise<string> {
  const whole = createHash('sha256');
  for await (const chunk of chunksOf(file)) whole.update(chunk);
  return whole.digest('hex');
}

/** The SHA-256 of all bytes, if they are those of the list; undefined when they are others. */
export async function matchBlocks(
  file: OpenFile,
  blocks: readonly BlockHash[],
  sizes: BlockSizes,
): Promise<string | undefined> {
  const { sizeBytes } = file.facts;
  const [first] = blocks;
  if (first === undefined) return sizeBytes === 0 ? hashOf(new Uint8Array()) : undefined;
  if (blocks.length === 1) {
    const whole = await wholeHash(file);
    return whole === first ? whole : undefined;
  }
  // ceil(size / block) is the number of blocks exactly for these.
  const min = Math.ceil(sizeBytes / blocks.length);
  const max = Math.floor((sizeBytes - 1) / (blocks.length - 1));
  if (min > max || min < 1) return undefined;
  const likely = sizes.likely.filter((size) => size >= min && size <= max);
  const size =
    (await findLikely(file, first, likely)) ??
    (sizes.search ? await findFirstBlock(file, first, min, max) : undefined);
  return size === undefined ? undefined : compareBlocks(file, blocks, size);
}

async function findLikely(
  file: OpenFile,
  first: BlockHash,
  likely: readonly number[],
): Promise<number | undefined> {
  for (const size of likely) {
    const bytes = new Uint8Array(size);
    if ((await file.read(bytes, 0)) === size && hashOf(bytes) === first) return size;
  }
  return undefined;
}

/** In one pass over `max` bytes at most, with one digest for each length from `min` on. */
async function findFirstBlock(
  file: OpenFile,
  first: BlockHash,
  min: number,
  max: number,
): Promise<number | undefined> {
  const prefix = createHash('sha256');
  let length = 0;
  for await (const chunk of chunksOf(file)) {
    let start = Math.min(Math.max(min - length, 0), chunk.length);
    prefix.update(chunk.subarray(0, start));
    length += start;
    for (;;) {
      if (length >= min && prefix.copy().digest('hex') === first) return length;
      if (start === chunk.length) break;
      if (length === max) return undefined;
      prefix.update(chunk.subarray(start, start + 1));
      start += 1;
      length += 1;
    }
  }
  return undefined;
}

async function compareBlocks(
  file: OpenFile,
  blocks: readonly BlockHash[],
  blockBytes: number,
): Promise<string | undefined> {
  const whole = createHash('sha256');
  let block = createHash('sha256');
  let index = 0;
  let room = blockBytes;
  const isNext = (): boolean => {
    const isSame = block.digest('hex') === blocks[index];
    block = createHash('sha256');
    room = blockBytes;
    index += 1;
    return isSame;
  };
  for await (const chunk of chunksOf(file)) {
    whole.update(chunk);
    for (let start = 0; start < chunk.length;) {
      const part = chunk.subarray(start, start + room);
      block.update(part);
      start += part.length;
      room -= part.length;
      if (room === 0 && !isNext()) return undefined;
    }
  }
  if (room < blockBytes && !isNext()) return undefined;
  return index === blocks.length ? whole.digest('hex') : undefined;
}

/** The bytes from the start, in one buffer that is used again and again. */
async function* chunksOf(file: OpenFile): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, Math.min(chunkBytes, file.facts.sizeBytes + 1)));
  for (let position = 0; ;) {
    const filled = await file.read(buffer, position);
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < buffer.length) return;
    position += filled;
  }
}
