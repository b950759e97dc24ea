/** A store in memory that refuses, hangs, is slow, or has lost or damaged what it held. */
import type { BlockHash } from '../../src/blocks/block-hash.js';
import { BlockStoreError } from '../../src/blocks/block-store.js';
import type { BlockStore, ReadBlock, StoredBlock } from '../../src/blocks/block-store.js';
import { MemoryBlockStore } from '../../src/blocks/memory-block-store.js';
import type { FakeBlockTimer } from './fake-block-timer.js';

export class FaultyBlockStore implements BlockStore {
  /** What happens to calls from now on. */
  mode: 'up' | 'down' | 'hung' = 'up';
  /** How long each call takes. */
  delayMs = 0;
  /** Names of the calls that came, in order. */
  readonly calls: string[] = [];
  readonly #timer: FakeBlockTimer;
  readonly #inner: MemoryBlockStore;

  constructor(timer: FakeBlockTimer) {
    this.#timer = timer;
    this.#inner = new MemoryBlockStore(() => timer.now());
  }

  put(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#call('put', () => this.#inner.put(hash, bytes));
  }

  get(hash: BlockHash): Promise<ReadBlock> {
    return this.#call('get', () => this.#inner.get(hash));
  }

  present(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return this.#call('present', () => this.#inner.present(hashes));
  }

  list(after: string, limit: number): Promise<readonly StoredBlock[]> {
    return this.#call('list', () => this.#inner.list(after, limit));
  }

  remove(hash: BlockHash, minAgeMs: number): Promise<boolean> {
    return this.#call('remove', () => this.#inner.remove(hash, minAgeMs));
  }

  /** Whether there is a copy, and how it is; whatever the mode. */
  async copy(hash: BlockHash): Promise<ReadBlock['kind']> {
    return (await this.#inner.get(hash)).kind;
  }

  /** Puts the block there, whatever the mode. */
  plant(hash: BlockHash, bytes: Uint8Array): Promise<void> {
    return this.#inner.put(hash, bytes);
  }

  async lose(hash: BlockHash): Promise<void> {
    await this.#inner.remove(hash, 0);
  }

  /** What is there gets other bytes; nothing happens when there is none. */
  async damage(hash: BlockHash): Promise<void> {
    if (!(await this.#inner.remove(hash, 0))) return;
    await this.#inner.put(hash, Uint8Array.of(66, 97, 100));
  }

  async #call<T>(name: string, action: () => Promise<T>): Promise<T> {
    this.calls.push(name);
    const mode = this.mode;
    if (mode === 'down') throw new BlockStoreError('connection refused');
    if (mode === 'hung') return new Promise<T>(() => undefined);
    if (this.delayMs > 0) {
      await new Promise<void>((resolve) => this.#timer.after(this.delayMs, resolve));
    }
    return action();
  }
}
