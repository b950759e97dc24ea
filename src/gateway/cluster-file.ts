/**
 * A version of a file of the cluster. Only the blocks are read that have wanted bytes, the next one
 * while the one before is sent. A version is read as it was, whatever becomes of the file.
 */
import { must } from '../base/assert.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { BlockLayout, BlockLayouts } from './block-layout.js';
import type { BlockReader } from './block-reader.js';
import { ContentLost, type ServedFile } from './file-source.js';

/** What a slow reader keeps in memory of a longer block. */
const pieceBytes = 128 * 1024;

export interface ClusterFileOptions {
  readonly etag: string;
  readonly modifiedMs: number | undefined;
  readonly version: number;
  readonly isImmutable: boolean;
  readonly hashes: readonly BlockHash[];
  readonly layout: BlockLayout;
  readonly layouts: BlockLayouts;
  readonly blocks: BlockReader;
}

export class ClusterFile implements ServedFile {
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number | undefined;
  readonly version: number;
  readonly isImmutable?: true;
  readonly #options: ClusterFileOptions;

  constructor(options: ClusterFileOptions) {
    this.#options = options;
    this.size = options.layout.size;
    this.etag = options.etag;
    this.modifiedMs = options.modifiedMs;
    this.version = options.version;
    if (options.isImmutable) this.isImmutable = true;
  }

  async *read(start: number, end: number): AsyncGenerator<Uint8Array, void> {
    if (start >= end) return;
    const { layout } = this.#options;
    const last = layout.indexAt(end - 1);
    for (let index = layout.indexAt(start); index <= last; index += 1) {
      const from = layout.startOf(index);
      const block = this.#block(index);
      if (index < last) void this.#prefetch(index + 1);
      const wanted = { from: Math.max(0, start - from), to: end - from };
      yield* this.#readBlock(index, await block, wanted);
    }
  }

  release(): void {
    // Blocks belong to the cache.
  }

  async *#readBlock(
    index: number,
    read: Uint8Array,
    { from, to }: { readonly from: number; readonly to: number },
  ): AsyncGenerator<Uint8Array, void> {
    const { blocks } = this.#options;
    let block = read;
    const end = Math.min(to, block.length);
    const { length } = block;
    if (length <= pieceBytes) {
      // Strange files have empty blocks.
      if (from < end) yield block.subarray(from, end);
      return;
    }
    for (let at = from; at < end; at += pieceBytes) {
      // A copy: while a slow reader takes it, the cache may forget the block.
      const piece = Uint8Array.from(block.subarray(at, Math.min(end, at + pieceBytes)));
      if (blocks.isKept(length)) block = nothing;
      yield piece;
      if (block === nothing && at + pieceBytes < end) block = await this.#block(index);
    }
  }

  async #block(index: number): Promise<Uint8Array> {
    const { blocks, hashes, layout, layouts, etag } = this.#options;
    const block = await blocks.get(must(hashes[index], () => `there is a block ${index}`));
    const length = layout.startOf(index + 1) - layout.startOf(index);
    if (block.length === length) return block;
    layouts.distrust(etag);
    throw new ContentLost(`block ${index} has ${block.length} bytes, and not ${length}`);
  }

  /** Whether it comes or not is seen when it is needed. */
  async #prefetch(index: number): Promise<void> {
    const { blocks, hashes, layout } = this.#options;
    const hash = must(hashes[index], () => `there is a block ${index}`);
    if (!blocks.isKept(layout.startOf(index + 1) - layout.startOf(index))) return;
    await blocks.get(hash).catch(() => undefined);
  }
}

const nothing = new Uint8Array();
