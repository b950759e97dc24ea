/**
 * Finds what stores missed while nobody remembered it: while we ourselves were not running, or
 * when more was missed than is remembered. Every store is compared with the others once, by names
 * alone, as soon as it answers.
 */
import type { BlockCluster } from './block-cluster.js';
import { BlockStoreError } from './block-store.js';
import type { HandOff } from './hand-off.js';
import { surveyBlocks } from './survey.js';

/** By phase: a store that returns is to have all that it missed within 30 s. */
const retryMs = { first: 10_000, last: 15_000 };

export interface CatchUpOptions {
  readonly cluster: BlockCluster;
  readonly handOff: HandOff;
  /**
   * When in a period this process tries, in [0, 1), else 0: the comparison is work for every store,
   * and processes that were started together are not to do it together.
   */
  readonly phase?: number;
}

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** Stores that have not been compared since they may have missed something. */
  readonly #awaited = new Set<string>();
  #cancel: (() => void) | undefined;
  /** A try is to come, or under way. */
  #isTrying = false;
  #isClosed = false;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Stores that are still to be compared. */
  get awaited(): number {
    return this.#awaited.size;
  }

  /** The store may have missed anything. */
  expect(address: string): void {
    if (this.#isClosed) return;
    this.#awaited.add(address);
    if (!this.#isTrying) this.#tryLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#awaited.clear();
    this.#cancel?.();
  }

  #tryLater(): void {
    const { cluster, phase = 0 } = this.#options;
    this.#isTrying = true;
    const afterMs = retryMs.first + phase * (retryMs.last - retryMs.first);
    this.#cancel = cluster.timer.after(afterMs, () => void this.#tryNow());
  }

  async #tryNow(): Promise<void> {
    const awaited = [...this.#awaited];
    const answers = await Promise.all(awaited.map((address) => this.#answers(address)));
    const compared = awaited.filter((_, index) => answers[index]);
    if (compared.length > 0) await this.#compare(compared);
    this.#isTrying = false;
    if (!this.#isClosed && this.#awaited.size > 0) this.#tryLater();
  }

  async #answers(address: string): Promise<boolean> {
    try {
      await this.#options.cluster.storeAt(address).list('', 1);
      return true;
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      return false;
    }
  }

  async #compare(addresses: readonly string[]): Promise<void> {
    const { cluster, handOff } = this.#options;
    const incomplete = new Set<string>();
    // What is expected anew while this runs is compared again.
    for (const address of addresses) this.#awaited.delete(address);
    const { stores } = await surveyBlocks({
      cluster,
      onAbsent: (address, hash) => {
        if (!handOff.remember(address, hash)) incomplete.add(address);
      },
    });
    for (const { address, reachable } of stores) if (!reachable) incomplete.add(address);
    if (this.#isClosed) return;
    for (const address of incomplete) this.#awaited.add(address);
  }
}
