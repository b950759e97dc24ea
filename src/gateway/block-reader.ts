/**
 * The blocks of a cluster through the cache. How long a block is, is remembered for longer than its
 * bytes: that is what the size of a file is made of.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import type { ClusterBlocks } from '../client/cluster-blocks.js';
import type { ContentCache } from './content-cache.js';
import { SourceUnavailable } from './file-source.js';
import type { PeerBlocks } from './peers/peer-blocks.js';
import { RecentMap } from '../base/recent-map.js';

/** Blocks on their way at a time, each of which may be 12 MiB. */
const loadsMax = 8;

const lengthsMax = 200_000;

export class BlockReader {
  readonly #blocks: Pick<ClusterBlocks, 'get'>;
  readonly #cache: ContentCache;
  readonly #peers: Pick<PeerBlocks, 'get'> | undefined;
  readonly #lengths = new RecentMap<BlockHash, number>(lengthsMax);
  readonly #waiting: (() => void)[] = [];
  #loads = 0;

  /** `peers` are asked before the cluster, if there are any. */
  constructor(
    blocks: Pick<ClusterBlocks, 'get'>,
    cache: ContentCache,
    peers: Pick<PeerBlocks, 'get'> | undefined,
  ) {
    this.#blocks = blocks;
    this.#cache = cache;
    this.#peers = peers;
  }

  /** Whether a block of this length stays at hand once it is read. */
  isKept(length: number): boolean {
    return this.#cache.hasRoomFor(length);
  }

  /** The verified bytes. Rejects with `SourceUnavailable`. */
  get(hash: BlockHash): Promise<Uint8Array> {
    return this.#cache.get(hash, () => this.#fromPeer(hash));
  }

  /** The same for a peer, who has asked this worker because it is not to ask others. */
  getForPeer(hash: BlockHash): Promise<Uint8Array> {
    return this.#cache.get(hash, () => this.#inTurn(hash));
  }

  /** Bytes of a block, which is read if nobody has read it yet. */
  async length(hash: BlockHash): Promise<number> {
    return this.#lengths.get(hash) ?? (await this.get(hash)).length;
  }

  /** The same, if that needs no reading. */
  knownLength(hash: BlockHash): number | undefined {
    return this.#lengths.get(hash);
  }

  /** Peers are asked apart from the turns: a turn never waits for somebody who waits for one. */
  async #fromPeer(hash: BlockHash): Promise<Uint8Array> {
    const bytes = await this.#peers?.get(hash);
    if (bytes === undefined) return this.#inTurn(hash);
    this.#lengths.set(hash, bytes.length);
    return bytes;
  }

  async #inTurn(hash: BlockHash): Promise<Uint8Array> {
    // Whoever ends hands his place to the one who waits for longest.
    if (this.#loads < loadsMax) this.#loads += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#load(hash);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#loads -= 1;
      else next();
    }
  }

  async #load(hash: BlockHash): Promise<Uint8Array> {
    const bytes = await this.#ask(hash);
    if (bytes === undefined) {
      throw new SourceUnavailable(`no good copy of block ${hash} can be reached`);
    }
    this.#lengths.set(hash, bytes.length);
    return bytes;
  }

  async #ask(hash: BlockHash): Promise<Uint8Array | undefined> {
    try {
      return await this.#blocks.get(hash);
    } catch (error) {
      if (!(error instanceof Error) || !('isWithoutEffect' in error)) throw error;
      throw new SourceUnavailable(`block ${hash} cannot be read: ${error.message}`);
    }
  }
}
