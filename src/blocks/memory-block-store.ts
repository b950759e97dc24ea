/** A block store in memory, for servers that keep nothing on disk. */
import { hashOf } from './block-hash.js';
import type { BlockHash } from './block-hash.js';
import type { BlockStore, ReadBlock, StoredBlock } from './block-store.js';

interface KeptBlock {
  readonly bytes: Uint8Array;
  /** When it was last put, or named as present. */
  touchedAtMs: number;
}

export class MemoryBlockStore implements BlockStore {
  readonly #now: () => number;
  readonly #blocks = new Map<BlockHash, KeptBlock>();
  /** The hashes in order; undefined once a block has come or gone. */
  #sorted: readonly BlockHash[] | undefined;

  /** `now` tells the time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const kept = this.#blocks.get(hash);
    const good = kept !== undefined && hashOf(kept.bytes) === hash;
    // Whoever gave the bytes may have cut them out of a buffer that would be kept alive whole.
    const ours = good ? kept.bytes : bytes.slice();
    this.#blocks.set(hash, { bytes: ours, touchedAtMs: this.#now() });
    if (kept === undefined) this.#sorted = undefined;
    return Promise.resolve();
  }

  get(hash: BlockHash): Promise<ReadBlock> {
    const kept = this.#blocks.get(hash);
    if (kept === undefined) return Promise.resolve({ kind: 'missing' });
    if (hashOf(kept.bytes) !== hash) return Promise.resolve({ kind: 'damaged' });
    return Promise.resolve({ kind: 'found', bytes: kept.bytes });
  }

  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const found = new Set<BlockHash>();
    for (const hash of hashes) {
      const kept = this.#blocks.get(hash);
      if (kept === undefined) continue;
      kept.touchedAtMs = this.#now();
      found.add(hash);
    }
    return Promise.resolve(found);
  }

  list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    this.#sorted ??= [...this.#blocks.keys()].sort();
    const first = this.#sorted.findIndex((hash) => hash > after);
    const page = first === -1 ? [] : this.#sorted.slice(first, first + limit);
    return Promise.resolve(page.flatMap((hash) => this.#described(hash)));
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    const kept = this.#blocks.get(hash);
    if (kept === undefined || this.#ageMs(kept) < minAgeMs) return Promise.resolve(false);
    this.#blocks.delete(hash);
    this.#sorted = undefined;
    return Promise.resolve(true);
  }

  #described(hash: BlockHash): StoredBlock[] {
    const kept = this.#blocks.get(hash);
    return kept === undefined ? [] : [{ hash, bytes: kept.bytes.length, ageMs: this.#ageMs(kept) }];
  }

  /** A clock that was set back makes nothing older. */
  #ageMs(kept: KeptBlock): number {
    return Math.max(0, this.#now() - kept.touchedAtMs);
  }
}
