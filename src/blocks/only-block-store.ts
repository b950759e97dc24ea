/**
 * The one store of a cluster that has no other. There is nobody to stand in and nothing to mend
 * from: what it says is the answer, and its own refusal is the reason.
 */
import type { BlockObserver } from './block-event.js';
import type { BlockHash } from './block-hash.js';
import type { BlockStore, ReadBlock, StoredBlock } from './block-store.js';

export interface OnlyBlockStoreOptions {
  readonly address: string;
  readonly store: BlockStore;
  /** Hears of damaged copies. */
  readonly observer: BlockObserver;
}

export class OnlyBlockStore implements BlockStore {
  readonly #options: OnlyBlockStoreOptions;

  constructor(options: OnlyBlockStoreOptions) {
    this.#options = options;
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#options.store.put(hash, bytes);
  }

  async get(hash: BlockHash): Promise<ReadBlock> {
    const { address, store, observer } = this.#options;
    const read = await store.get(hash);
    if (read.kind === 'damaged') observer({ type: 'damaged', address, hash });
    return read;
  }

  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return this.#options.store.present(hashes);
  }

  list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    return this.#options.store.list(after, limit);
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    return this.#options.store.remove(hash, minAgeMs);
  }
}
