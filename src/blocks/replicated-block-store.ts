/**
 * Several stores as one. A block is kept once a majority of its copies is on disk, found as long as
 * one good copy can be reached, and mended where a bad copy is met.
 */
import type { BlockCluster } from './block-cluster.js';
import type { BlockObserver } from './block-event.js';
import type { BlockHash } from './block-hash.js';
import { BlockStoreError, TooFewBlockStores } from './block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from './block-store.js';
import type { CatchUp } from './catch-up.js';
import { getFromAny } from './get-from-any.js';
import type { BadCopy } from './get-from-any.js';
import type { HandOff } from './hand-off.js';
import { putOnOwners } from './put-on-owners.js';

/**
 * Bytes that calls which were answered may still be writing. Beyond it a `put` is answered only
 * when all stores have answered: whoever writes waits for the slower stores then.
 */
const behindBytesMaxDefault = 64 * 1024 * 1024;

/** Copies that are mended side by side; what is met beyond them is left to the hand-off. */
const repairsAtOnceMax = 8;

export interface ReplicatedBlockStoreOptions {
  readonly cluster: BlockCluster;
  readonly handOff: HandOff;
  /** Told of stores that miss more than the hand-off remembers. */
  readonly catchUp: CatchUp;
  readonly observer: BlockObserver;
  readonly behindBytesMax?: number;
}

export class ReplicatedBlockStore implements BlockStore {
  readonly #cluster: BlockCluster;
  readonly #handOff: HandOff;
  readonly #catchUp: CatchUp;
  readonly #observer: BlockObserver;
  readonly #behindBytesMax: number;
  /** Bytes of the blocks that stores are being sent. */
  #bytesUnderWay = 0;
  /** Copies that are being mended, as `address hash`. */
  readonly #repairs = new Set<string>();

  constructor(options: ReplicatedBlockStoreOptions) {
    this.#cluster = options.cluster;
    this.#handOff = options.handOff;
    this.#catchUp = options.catchUp;
    this.#observer = options.observer;
    this.#behindBytesMax = options.behindBytesMax ?? behindBytesMaxDefault;
  }

  /**
   * Resolves once a majority of the copies is durable; the others are written behind it. Rejects
   * with `TooFewBlockStores` when no majority is left that takes it; some may have it then.
   */
  async put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    const { acknowledged, settled } = putOnOwners({
      cluster: this.#cluster,
      hash,
      bytes,
      onMissed: (address, error) => {
        this.#observer({ type: 'missed', address, hash, reason: error.message });
        this.#copyLater(address, hash);
      },
    });
    this.#bytesUnderWay += bytes.length;
    const ended = settled.finally(() => (this.#bytesUnderWay -= bytes.length));
    // A bug in what nobody waits for any more is nobody's to catch: it stops the process.
    void ended;
    await acknowledged;
    if (this.#bytesUnderWay > this.#behindBytesMax) await ended;
  }

  /** Rejects with `BlockOutOfReach` when it is uncertain whether there is a good copy. */
  get(hash: BlockHash): Promise<ReadBlock> {
    const owners = new Set(this.#cluster.ownersOf(hash));
    return getFromAny({
      cluster: this.#cluster,
      hash,
      addresses: this.#cluster.inOrder(hash),
      onBad: (bad, good) => {
        // A store that is no owner need not have the block; but if it has one, then a good one.
        if (bad.kind === 'damaged' || owners.has(bad.address)) void this.#mend(bad, hash, good);
      },
    });
  }

  /**
   * Those that a majority of the copies is there of: a client that stores nothing because of this
   * answer relies on it as on a `put`. Fewer copies are as good as none, so that the block is sent
   * again; and as they are copied meanwhile, it may not have to be. Rejects with
   * `TooFewBlockStores` when fewer stores than such a majority answer.
   */
  async present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    const answers = await this.#askAll((store) => store.present(hashes));
    if (answers.size < this.#cluster.majority) {
      const wanted = `${this.#cluster.majority} must answer, ${answers.size} did`;
      throw new TooFewBlockStores(`too few block stores: ${wanted}`);
    }
    const found = new Set<BlockHash>();
    for (const hash of new Set(hashes)) {
      const copies = [...answers.values()].filter((present) => present.has(hash)).length;
      if (copies >= this.#cluster.majority) found.add(hash);
      else if (copies > 0) this.#copyToOwners(hash, answers);
    }
    return found;
  }

  /** Merged from the stores that answer; what only others have is not shown. */
  async list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    const answers = await this.#askAll((store) => store.list(after, limit));
    const merged = new Map<BlockHash, StoredBlock>();
    for (const block of [...answers.values()].flat()) {
      const other = merged.get(block.hash);
      merged.set(block.hash, other === undefined ? block : youngest(block, other));
    }
    const hashes = [...merged.keys()].sort().slice(0, limit);
    return hashes.flatMap((hash) => merged.get(hash) ?? []);
  }

  /**
   * From every store that answers, each by its own clock; true when one had it. Whoever was told
   * that the block is present has made it young on a majority, which then keeps it.
   */
  async remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    const answers = await this.#askAll((store) => store.remove(hash, minAgeMs));
    const kept = [...answers.values()].every((removed) => !removed);
    if (!kept) this.#handOff.forget(hash);
    return !kept;
  }

  /** What the stores answer, by address. Rejects when none does. */
  async #askAll<T>(ask: (store: BlockStore) => Promise<T>): Promise<ReadonlyMap<string, T>> {
    const answers = new Map<string, T>();
    const refusals: string[] = [];
    const asked = this.#cluster.addresses.map(async (address) => {
      try {
        answers.set(address, await ask(this.#cluster.storeAt(address)));
      } catch (error) {
        if (!(error instanceof BlockStoreError)) throw error;
        refusals.push(error.message);
      }
    });
    await Promise.all(asked);
    if (answers.size > 0) return answers;
    throw new TooFewBlockStores(`too few block stores: none answered (${refusals.join('; ')})`);
  }

  #copyToOwners(hash: BlockHash, answers: ReadonlyMap<string, ReadonlySet<BlockHash>>): void {
    for (const address of this.#cluster.ownersOf(hash)) {
      if (answers.get(address)?.has(hash) === false) this.#copyLater(address, hash);
    }
  }

  #copyLater(address: string, hash: BlockHash): void {
    if (this.#handOff.remember(address, hash)) return;
    this.#observer({ type: 'not-remembered', address, hash });
    this.#catchUp.expect(address);
  }

  async #mend({ address, kind }: BadCopy, hash: BlockHash, good: Uint8Array): Promise<void> {
    const key = `${address} ${hash}`;
    if (this.#repairs.has(key)) return;
    this.#observer({ type: kind, address, hash });
    if (this.#repairs.size >= repairsAtOnceMax) {
      this.#copyLater(address, hash);
      return;
    }
    this.#repairs.add(key);
    try {
      await this.#cluster.storeAt(address).put(hash, good);
      this.#observer({ type: 'repaired', address, hash });
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      this.#observer({ type: 'not-repaired', address, hash, reason: error.message });
      this.#copyLater(address, hash);
    } finally {
      this.#repairs.delete(key);
    }
  }
}

function youngest(left: StoredBlock, right: StoredBlock): StoredBlock {
  return left.ageMs <= right.ageMs ? left : right;
}
