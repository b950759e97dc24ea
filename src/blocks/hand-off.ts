/**
 * Remembers which owners did not get which blocks, and copies these there as soon as they answer
 * again. It is kept in memory only: what is forgotten by a restart is found again by `CatchUp`,
 * or at the latest by the scrub.
 */
import type { BlockCluster } from './block-cluster.js';
import type { BlockObserver } from './block-event.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError } from './block-store.js';
import type { ReadBlock } from './block-store.js';
import { getFromAny } from './get-from-any.js';

const retryMsDefault = 3_000;
const rememberedMaxDefault = 100_000;

/** Blocks that are on their way to one store at a time. */
const copiesAtOnceMax = 4;

export interface HandOffOptions {
  readonly cluster: BlockCluster;
  readonly observer: BlockObserver;
  /** How often a store that misses blocks is tried. */
  readonly retryMs?: number;
  /** Blocks that are remembered, for all stores together. */
  readonly rememberedMax?: number;
}

interface MissedBlocks {
  readonly hashes: Set<BlockHash>;
  /** Cancels the next try; undefined while one is under way. */
  cancel: (() => void) | undefined;
}

export class HandOff {
  readonly #cluster: BlockCluster;
  readonly #observer: BlockObserver;
  readonly #retryMs: number;
  readonly #rememberedMax: number;
  /** By store. Invariant: no set in it is empty. */
  readonly #missed = new Map<string, MissedBlocks>();
  #count = 0;
  #isClosed = false;

  constructor(options: HandOffOptions) {
    this.#cluster = options.cluster;
    this.#observer = options.observer;
    this.#retryMs = options.retryMs ?? retryMsDefault;
    this.#rememberedMax = options.rememberedMax ?? rememberedMaxDefault;
  }

  /** Blocks that stores still miss. */
  get size(): number {
    return this.#count;
  }

  /** The store is to get the block. Returns false when too much is remembered already. */
  remember(address: string, hash: BlockHash): boolean {
    if (this.#isClosed || this.#missed.get(address)?.hashes.has(hash) === true) return true;
    if (this.#count >= this.#rememberedMax) return false;
    const missed = this.#missed.get(address) ?? this.#begin(address);
    missed.hashes.add(hash);
    this.#count += 1;
    return true;
  }

  /** The block is wanted nowhere any more. */
  forget(hash: BlockHash): void {
    for (const address of [...this.#missed.keys()]) this.#drop(address, hash);
  }

  /** Nothing is copied from now on but what is on its way. */
  close(): void {
    this.#isClosed = true;
    for (const missed of this.#missed.values()) missed.cancel?.();
    this.#missed.clear();
    this.#count = 0;
  }

  #begin(address: string): MissedBlocks {
    const missed: MissedBlocks = { hashes: new Set(), cancel: undefined };
    this.#missed.set(address, missed);
    this.#tryLater(address, missed);
    return missed;
  }

  #tryLater(address: string, missed: MissedBlocks): void {
    missed.cancel = this.#cluster.timer.after(this.#retryMs, () => {
      missed.cancel = undefined;
      void this.#tryNow(address, missed);
    });
  }

  async #tryNow(address: string, missed: MissedBlocks): Promise<void> {
    const [first] = missed.hashes;
    if (first !== undefined && (await this.#answers(address, first))) {
      const hashes = missed.hashes.values();
      const workers = Array.from({ length: copiesAtOnceMax }, () => this.#work(address, hashes));
      await Promise.all(workers);
    }
    // Another set took its place if it was emptied meanwhile.
    if (this.#missed.get(address) === missed) this.#tryLater(address, missed);
  }

  /** One small question instead of a block that would be read elsewhere for nothing. */
  async #answers(address: string, hash: BlockHash): Promise<boolean> {
    return orElse(false, async () => {
      await this.#cluster.storeAt(address).present([hash]);
      return true;
    });
  }

  /** Copies what no other worker has taken, until the store refuses. */
  async #work(address: string, hashes: Iterator<BlockHash>): Promise<void> {
    for (let next = hashes.next(); next.done !== true; next = hashes.next()) {
      const hash = next.value;
      const read = await this.#readElsewhere(address, hash);
      if (read === 'out of reach') continue;
      if (read.kind === 'found') {
        const put = async () => {
          await this.#cluster.storeAt(address).put(hash, read.bytes);
          return true;
        };
        if (!(await orElse(false, put))) return;
        this.#observer({ type: 'handed-off', address, hash });
      }
      this.#drop(address, hash);
    }
  }

  #readElsewhere(address: string, hash: BlockHash): Promise<ReadBlock | 'out of reach'> {
    const cluster = this.#cluster;
    const addresses = cluster.inOrder(hash).filter((other) => other !== address);
    return orElse('out of reach' as const, () => getFromAny({ cluster, hash, addresses }));
  }

  #drop(address: string, hash: BlockHash): void {
    const missed = this.#missed.get(address);
    if (missed?.hashes.delete(hash) !== true) return;
    this.#count -= 1;
    if (missed.hashes.size > 0) return;
    missed.cancel?.();
    this.#missed.delete(address);
  }
}

/** What `action` gives, or `instead` when a store refuses. */
async function orElse<T, I>(instead: I, action: () => Promise<T>): Promise<T | I> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof BlockStoreError)) throw error;
    return instead;
  }
}
