/**
 * Where blocks are kept. Every kind of store (memory, disk, another server, several stores as one)
 * keeps the same promises, and `test/contract` holds all of them to these.
 *
 * A store is asked from several sides at once; calls for the same block do not disturb each other.
 * What the world refuses (a full disk, a server that does not answer) rejects with
 * `BlockStoreError`; nothing else rejects.
 */
import type { BlockHash } from './block-hash.js';

/** A store could not do what it was asked, and changed nothing that it does not say. */
export class BlockStoreError extends Error {
  override readonly name: string = 'BlockStoreError';
}

/** Fewer stores took a block, or could be asked, than a majority of its copies. */
export class TooFewBlockStores extends BlockStoreError {
  override readonly name = 'TooFewBlockStores';
}

/** No store that answered has the block, and some did not answer: it may be there all the same. */
export class BlockOutOfReach extends BlockStoreError {
  override readonly name = 'BlockOutOfReach';
}

export type ReadBlock =
  | { readonly kind: 'found'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  /** There is a copy, and its bytes are not those of its name. They are never handed out. */
  | { readonly kind: 'damaged' };

/** A block as `list` shows it; its bytes were not looked at. */
export interface StoredBlock {
  readonly hash: BlockHash;
  /** 0 for the empty block. */
  readonly bytes: number;
  /** Milliseconds since it was last put, or named as present. */
  readonly ageMs: number;
}

export interface BlockStore {
  /**
   * Keeps a block; it is durable when this resolves. `hash` must be that of `bytes`: the caller has
   * made sure, and leaves `bytes` unchanged for ever: several stores may still be writing them. A
   * damaged copy is replaced, a good one is made young again.
   */
  put(hash: BlockHash, bytes: Uint8Array): Promise<void>;

  /** The block's bytes, whose hash was checked. */
  get(hash: BlockHash): Promise<ReadBlock>;

  /** Those of the hashes that are here, which become young by that; no bytes are looked at. */
  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>>;

  /** The first `limit` (≥ 1) blocks whose hashes come behind `after` (empty: all), ascending. */
  list(after: string, limit: number): Promise<readonly StoredBlock[]>;

  /**
   * Takes a block away, unless it is younger than `minAgeMs` at this very moment: a `put` or
   * `present` that comes first saves it. Returns whether it went; false when it was not there.
   */
  remove(hash: BlockHash, minAgeMs: number): Promise<boolean>;
}
