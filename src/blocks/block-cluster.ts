/** The stores of a cluster: where each block belongs, and whom to ask for it. */
import { assert, must } from '../base/assert.js';
import type { BlockHash } from './block-hash.js';
import type { BlockStore } from './block-store.js';
import type { BlockTimer } from './block-timer.js';
import type { Ring } from './ring.js';
import { TimedBlockStore } from './timed-block-store.js';

const copiesDefault = 3;
const smallCallMsDefault = 5_000;
const bytesCallMsDefault = 15_000;
const patienceMsDefault = 1_000;

export interface BlockClusterOptions {
  readonly ring: Ring;
  /** One for every address of the ring. */
  readonly stores: ReadonlyMap<string, BlockStore>;
  /** How many stores are to keep a block: 1 … number of stores; else 3, or all of fewer. */
  readonly copies?: number;
  readonly timer: BlockTimer;
  /** After so long a store is taken not to answer a call without bytes. */
  readonly smallCallMs?: number;
  /** The same for a call that carries a block. */
  readonly bytesCallMs?: number;
  /** After so long without an answer the next store is asked, too. */
  readonly patienceMs?: number;
}

export class BlockCluster {
  readonly copies: number;
  /** A block is kept once so many stores have it on disk. */
  readonly majority: number;
  readonly timer: BlockTimer;
  readonly patienceMs: number;
  readonly addresses: readonly string[];
  readonly #ring: Ring;
  readonly #stores: ReadonlyMap<string, BlockStore>;

  constructor(options: BlockClusterOptions) {
    const { ring, timer } = options;
    this.#ring = ring;
    this.timer = timer;
    this.addresses = ring.addresses;
    this.patienceMs = options.patienceMs ?? patienceMsDefault;
    this.copies = options.copies ?? Math.min(copiesDefault, ring.addresses.length);
    this.majority = Math.floor(this.copies / 2) + 1;
    const fits = this.copies >= 1 && this.copies <= ring.addresses.length;
    assert(fits, () => `${this.copies} copies fit on ${ring.addresses.length} stores`);
    const times = {
      smallCallMs: options.smallCallMs ?? smallCallMsDefault,
      bytesCallMs: options.bytesCallMs ?? bytesCallMsDefault,
    };
    const stores = ring.addresses.map((address) => {
      const store = must(options.stores.get(address), () => `a store for ${address}`);
      return [address, new TimedBlockStore({ address, store, timer, times })] as const;
    });
    this.#stores = new Map(stores);
  }

  /** The store behind an address; what it is asked ends in time. */
  storeAt(address: string): BlockStore {
    return must(this.#stores.get(address), () => `a store at ${address}`);
  }

  /** All stores in the order in which they are to keep the block. */
  inOrder(hash: BlockHash): readonly string[] {
    return this.#ring.ownersOf(hash);
  }

  /** The stores that are to keep the block while all is well. */
  ownersOf(hash: BlockHash): readonly string[] {
    return this.#ring.ownersOf(hash).slice(0, this.copies);
  }
}
