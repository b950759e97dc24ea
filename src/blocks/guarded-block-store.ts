/**
 * A store behind a door: nothing is sent to it, nor heard of it, while the door says so. The door
 * of another server's store is shut by the crash switch and by the artificial partition; what looks
 * after copies need not know of either, it finds a store that refuses.
 */
import type { BlockHash } from './block-hash.js';
import { BlockStoreError } from './block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from './block-store.js';

export interface BlockDoor {
  /** Why nothing may be sent now; undefined when it may. */
  whyNotSend(): string | undefined;
  /** Why an answer that is here now may not be heard; undefined when it may. */
  whyNotHear(): string | undefined;
}

export class GuardedBlockStore implements BlockStore {
  readonly #store: BlockStore;
  readonly #door: BlockDoor;

  constructor(store: BlockStore, door: BlockDoor) {
    this.#store = store;
    this.#door = door;
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#pass(() => this.#store.put(hash, bytes));
  }

  get(hash: BlockHash): Promise<ReadBlock> {
    return this.#pass(() => this.#store.get(hash));
  }

  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return this.#pass(() => this.#store.present(hashes));
  }

  list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    return this.#pass(() => this.#store.list(after, limit));
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    return this.#pass(() => this.#store.remove(hash, minAgeMs));
  }

  /** A call that went out may have taken effect, also when its answer is not heard. */
  async #pass<T>(call: () => Promise<T>): Promise<T> {
    refuse(this.#door.whyNotSend());
    const answer = await call();
    refuse(this.#door.whyNotHear());
    return answer;
  }
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new BlockStoreError(reason);
}
