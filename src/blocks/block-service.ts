/** What a server offers of blocks: its own store, and all stores of its cluster as one. */
import type { BlockHash } from './block-hash.js';
import type { BlockStore } from './block-store.js';

export interface BlockService {
  /** The store of this very server; undefined when others keep the blocks of its cluster. */
  readonly own: BlockStore | undefined;
  /** Wherever the cluster keeps a block; the same store as `own` for a stand-alone one. */
  readonly all: BlockStore;
  /** The stores, as the configuration writes them, in its order. */
  readonly addresses: readonly string[];
  /** All stores in the order in which they are to keep a block, its owner first. */
  ownersOf(hash: BlockHash): readonly string[];
}
