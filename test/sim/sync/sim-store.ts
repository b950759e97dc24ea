/**
 * A block store of the simulated world: the one that keeps blocks in memory, behind a network that
 * takes its time, loses questions and answers, and is refused or left waiting at the other end.
 */
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import {
  BlockStoreError,
  type BlockStore,
  type ReadBlock,
  type StoredBlock,
} from '../../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../../src/blocks/memory-block-store.js';
import type { SimClock } from '../sim-clock.js';
import type { SimRandom } from '../sim-random.js';
import type { Judge } from './judge.js';
import { epochMs, type Life } from './life.js';

export interface SimStoreParts {
  readonly address: string;
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly judge: Judge;
}

const travelMsMax = 8;
const refusalMs = 1;

export class SimStore {
  readonly address: string;
  readonly #parts: SimStoreParts;
  readonly #inner: MemoryBlockStore;
  #mode: 'up' | 'down' | 'hung' = 'up';
  #modeChanges = 0;
  #slowMs = 0;
  #lossRate = 0;
  #networkChanges = 0;

  constructor(parts: SimStoreParts) {
    this.address = parts.address;
    this.#parts = parts;
    this.#inner = new MemoryBlockStore(() => epochMs + parts.clock.nowMs);
  }

  get mode(): 'up' | 'down' | 'hung' {
    return this.#mode;
  }

  set mode(mode: 'up' | 'down' | 'hung') {
    if (mode !== this.#mode) this.#modeChanges += 1;
    this.#mode = mode;
  }

  /** Of both ways of a call. */
  get slowMs(): number {
    return this.#slowMs;
  }

  set slowMs(slowMs: number) {
    if (slowMs !== this.#slowMs) this.#networkChanges += 1;
    this.#slowMs = slowMs;
  }

  /** Of questions and of answers, each. */
  get lossRate(): number {
    return this.#lossRate;
  }

  set lossRate(lossRate: number) {
    if (lossRate !== this.#lossRate) this.#networkChanges += 1;
    this.#lossRate = lossRate;
  }

  /**
   * Changes whenever the store may have failed somebody, for good: one that lost calls for a while
   * and is well again has another word than before.
   */
  get troubles(): string {
    const network = `${this.slowMs} ms slower, loses ${this.lossRate}, ${this.#networkChanges}`;
    return `${this.#mode}, ${this.#modeChanges}; ${network}`;
  }

  get isWell(): boolean {
    return this.#mode === 'up' && this.slowMs === 0 && this.lossRate === 0;
  }

  /** The store as a process reaches it. */
  seenFrom(life: Life): BlockStore {
    const { judge } = this.#parts;
    const { address } = this;
    const inner = this.#inner;
    return {
      put: (hash, bytes) =>
        this.#call(life, () => {
          judge.written(address, hash, bytes);
          return inner.put(hash, bytes);
        }),
      get: (hash) => this.#call<ReadBlock>(life, () => inner.get(hash)),
      present: (hashes) => this.#call(life, () => inner.present(hashes)),
      list: (after, limit) =>
        this.#call<readonly StoredBlock[]>(life, () => inner.list(after, limit)),
      remove: (hash, minAgeMs) =>
        this.#call(life, async () => {
          const went = await inner.remove(hash, minAgeMs);
          if (went) judge.removed(address, hash, minAgeMs);
          return went;
        }),
    };
  }

  async lose(hash: BlockHash): Promise<void> {
    await this.#inner.remove(hash, 0);
    this.#parts.judge.hurt(this.address, hash, true);
  }

  async damage(hash: BlockHash): Promise<void> {
    await this.#inner.remove(hash, 0);
    await this.#inner.put(hash, Uint8Array.of(66, 97, 100));
    this.#parts.judge.hurt(this.address, hash, false);
  }

  async #call<T>(life: Life, action: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#parts;
    // Once it has left, a question does not depend on who asked any more.
    await new Promise<void>((resolve) => void clock.after(this.#travelMs(), resolve));
    if (random.chance(this.lossRate)) return this.#lost(life);
    if (this.#mode === 'hung') return new Promise<T>(() => undefined);
    if (this.#mode === 'down') {
      await life.rest(refusalMs);
      throw new BlockStoreError('connection refused');
    }
    const before = this.#modeChanges;
    const value = await action();
    await life.rest(this.#travelMs());
    if (random.chance(this.lossRate)) return this.#lost(life);
    if (this.#modeChanges === before) return value;
    throw new BlockStoreError('connection reset');
  }

  async #lost(life: Life): Promise<never> {
    if (this.#parts.random.chance(0.5)) return new Promise<never>(() => undefined);
    await life.rest(refusalMs);
    throw new BlockStoreError('connection reset');
  }

  #travelMs(): number {
    const { random } = this.#parts;
    return random.between(0.1, travelMsMax) + random.next() * this.slowMs;
  }
}
