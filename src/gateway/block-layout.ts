/**
 * Where the blocks of a file lie in it. The map tells their hashes and not their lengths. Files are
 * cut into blocks of one size, the last one shorter, so the first and the last block tell it all;
 * should another one turn out to have another length, all are measured. A hash list never means
 * anything else, so what was found out is remembered by it.
 */
import { must } from '../base/assert.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { BlockReader } from './block-reader.js';
import { RecentMap } from '../base/recent-map.js';

/** Where each block begins, and at the end the size of the file. */
export interface BlockLayout {
  readonly size: number;
  /** Of the block `index`, of which there is one. */
  startOf(index: number): number;
  /** The block that has this byte of the file. */
  indexAt(position: number): number;
}

/** So little is measured whole at once: files that were put together by hand are small. */
const measuredBlocksMax = 64;
const measuredBytesMax = 64 * 1024;

const rememberedMax = 200_000;
/** Blocks whose lengths are asked for at the same time. */
const measuredAtATime = 4;

export class BlockLayouts {
  readonly #blocks: BlockReader;
  readonly #known = new RecentMap<string, BlockLayout>(rememberedMax, weigh);
  /** Hash lists whose blocks are known to be of many sizes. */
  readonly #irregular = new RecentMap<string, true>(rememberedMax);

  constructor(blocks: BlockReader) {
    this.#blocks = blocks;
  }

  /** `etag` stands for the hash list. Rejects with `SourceUnavailable`. */
  async of(etag: string, hashes: readonly BlockHash[]): Promise<BlockLayout> {
    const known = this.#known.get(etag);
    if (known !== undefined) return known;
    const layout = await this.#make(etag, hashes);
    this.#known.set(etag, layout);
    return layout;
  }

  /** The size of a file, if it is known without reading any of its blocks. */
  knownSize(etag: string, hashes: readonly BlockHash[]): number | undefined {
    const known = this.#known.get(etag);
    if (known !== undefined) return known.size;
    const [only, ...others] = hashes;
    if (only === undefined) return 0;
    return others.length === 0 ? this.#blocks.knownLength(only) : undefined;
  }

  /** A block has another length than its file's layout says. */
  distrust(etag: string): void {
    this.#known.delete(etag);
    this.#irregular.set(etag, true);
  }

  async #make(etag: string, hashes: readonly BlockHash[]): Promise<BlockLayout> {
    const first = hashes[0];
    const last = hashes.at(-1);
    if (first === undefined || last === undefined) return evenLayout(0, 0, 0);
    const [firstLength, lastLength] = await Promise.all([
      this.#blocks.length(first),
      this.#blocks.length(last),
    ]);
    const isSmall =
      hashes.length <= measuredBlocksMax && hashes.length * firstLength <= measuredBytesMax;
    const isStrange = firstLength === 0 || lastLength > firstLength;
    const isIrregular = isStrange || this.#irregular.get(etag) !== undefined;
    if (hashes.length > 1 && (isSmall || isIrregular)) return this.#measure(hashes);
    return evenLayout(hashes.length, firstLength, lastLength);
  }

  async #measure(hashes: readonly BlockHash[]): Promise<BlockLayout> {
    const starts = [0];
    for (let from = 0; from < hashes.length; from += measuredAtATime) {
      const asked = hashes.slice(from, from + measuredAtATime);
      const lengths = await Promise.all(asked.map((hash) => this.#blocks.length(hash)));
      for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length);
    }
    return measuredLayout(starts);
  }
}

/** `count` blocks of `length`, the last one of `lastLength`. */
function evenLayout(count: number, length: number, lastLength: number): BlockLayout {
  const size = count === 0 ? 0 : (count - 1) * length + lastLength;
  return {
    size,
    startOf: (index) => (index === count ? size : index * length),
    indexAt: (position) => Math.floor(position / length),
  };
}

interface MeasuredLayout extends BlockLayout {
  readonly starts: readonly number[];
}

function measuredLayout(starts: readonly number[]): MeasuredLayout {
  return {
    size: starts.at(-1) ?? 0,
    starts,
    startOf: (index) => must(starts[index], () => `there is a block ${index}`),
    indexAt: (position) => {
      let low = 0;
      let high = starts.length - 1;
      // Invariant: starts[low] <= position < starts[high], and low stays before high.
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if ((starts[middle] ?? 0) <= position) low = middle;
        else high = middle;
      }
      return low;
    },
  };
}

function weigh(layout: BlockLayout): number {
  return 'starts' in layout ? (layout as MeasuredLayout).starts.length : 1;
}
