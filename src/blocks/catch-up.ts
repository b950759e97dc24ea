/**
 * Finds what stores missed while nobody remembered it: while we ourselves were not running, or
 * when more was missed than is remembered. Every store is compared with the others once, by names
 * alone, as soon as it answers.
 */
import type { BlockCluster } from './block-cluster.js';
import { BlockStoreError } from './block-store.js';
import type { HandOff } from './hand-off.js';
import { surveyBlocks } from './survey.js';

const retryMsDefault = 10_000;

export interface CatchUpOptions {
  readonly cluster: BlockCluster;
  readonly handOff: HandOff;
  /** How often stores that have not been compared yet are tried. */
  readonly retryMs?: number;
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
    const retryMs = this.#options.retryMs ?? retryMsDefault;
    this.#isTrying = true;
    this.#cancel = this.#options.cluster.timer.after(retryMs, () => void this.#tryNow());
  }

  async #tryNow(): Promise<void> {
    const awaited = [...this.#awaited];
    const answers = await Promise.all(awaited.map((address) => this.#answers(address)));
    const compared = awaited.filter((_, index) => answers[index]);
    if (compared.length > 0) await this.#compare(new Set(compared));
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

  async #compare(wanted: ReadonlySet<string>): Promise<void> {
    const { cluster, handOff } = this.#options;
    const incomplete = new Set<string>();
    // What is expected anew while this runs is compared again.
    for (const address of wanted) this.#awaited.delete(address);
    const { stores } = await surveyBlocks({
      cluster,
      onAbsent: (address, hash) => {
        if (wanted.has(address) && !handOff.remember(address, hash)) incomplete.add(address);
      },
    });
    for (const { address, reachable } of stores) if (!reachable) incomplete.add(address);
    if (this.#isClosed) return;
    for (const address of incomplete) this.#awaited.add(address);
  }
}
