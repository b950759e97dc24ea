/**
 * One of several stores: what it is asked ends in time, and what goes wrong names the store. The
 * call itself cannot be taken back; it may still take effect after its time.
 */
import type { BlockHash } from './block-hash.js';
import { BlockStoreError } from './block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from './block-store.js';
import type { BlockTimer } from './block-timer.js';

export interface CallTimes {
  /** For calls without a block's bytes. */
  readonly smallCallMs: number;
  /** For those that carry them. */
  readonly bytesCallMs: number;
}

export interface TimedBlockStoreParts {
  readonly address: string;
  readonly store: BlockStore;
  readonly timer: BlockTimer;
  readonly times: CallTimes;
}

export class TimedBlockStore implements BlockStore {
  readonly #parts: TimedBlockStoreParts;

  constructor(parts: TimedBlockStoreParts) {
    this.#parts = parts;
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const { store, times } = this.#parts;
    return this.#within(times.bytesCallMs, store.put(hash, bytes));
  }

  get(hash: BlockHash): Promise<ReadBlock> {
    const { store, times } = this.#parts;
    return this.#within(times.bytesCallMs, store.get(hash));
  }

  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const { store, times } = this.#parts;
    return this.#within(times.smallCallMs, store.present(hashes));
  }

  list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    const { store, times } = this.#parts;
    return this.#within(times.smallCallMs, store.list(after, limit));
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    const { store, times } = this.#parts;
    return this.#within(times.smallCallMs, store.remove(hash, minAgeMs));
  }

  #within<T>(limitMs: number, call: Promise<T>): Promise<T> {
    const { address, timer } = this.#parts;
    return new Promise((resolve, reject) => {
      const cancel = timer.after(limitMs, () => {
        reject(new BlockStoreError(`block store ${address}: no answer within ${limitMs} ms`));
      });
      call.then(
        (value) => {
          cancel();
          resolve(value);
        },
        (error: unknown) => {
          cancel();
          reject(told(address, error));
        },
      );
    });
  }
}

/** The world's failures name their store; everything else is a bug, and stays what it is. */
function told(address: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!(error instanceof BlockStoreError)) return error;
  return new BlockStoreError(`block store ${address}: ${error.message}`, { cause: error });
}
