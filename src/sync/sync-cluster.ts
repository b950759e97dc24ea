/**
 * The cluster as a sync needs it. `src/cli` implements it over the network, tests in memory. Each
 * call blocks until it is done or rejects with `ClusterGone`; nothing else rejects but
 * `BlockMissing` and `ClusterRefused`.
 */
import type { BytePool } from '../base/byte-pool.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { FileState } from './plan.js';

/** No server answered, or no majority, for as long as one was willing to wait. */
export class ClusterGone extends Error {
  override readonly name = 'ClusterGone';
}

/** No good copy of a block can be reached. */
export class BlockMissing extends Error {
  override readonly name = 'BlockMissing';
}

/** The cluster is there and will never do this, for this file at least: it is too large for it. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused';
}

export interface SyncCluster {
  /** Where `getBlock` has bytes from, and where they are given back to. */
  readonly pool: BytePool;
  /** Every file that was ever seen, deleted ones included. */
  readMap(): Promise<ReadonlyMap<string, FileState>>;
  /** Gives a file its next version, exactly once; false when `state.version` is not the next. */
  update(name: string, state: FileState): Promise<boolean>;
  /** Those of the hashes that no store has. */
  missing(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>>;
  putBlock(hash: BlockHash, bytes: Uint8Array): Promise<void>;
  /** The bytes, whose hash was checked. */
  getBlock(hash: BlockHash): Promise<Uint8Array>;
}
