/** Repairs all blocks again and again, so slowly that nobody who uses the stores minds. */
import type { BlockCluster } from './block-cluster.js';
import type { BlockObserver } from './block-event.js';
import type { BlockHash } from './block-hash.js';
import { repairBlocks } from './repair.js';
import type { RepairReport } from './repair.js';

const bytesPerSecondDefault = 4 * 1024 * 1024;
const pauseMsDefault = 10 * 60_000;

/** A block costs a file to be opened on every store, however small it is. */
const bytesPerBlockMin = 16 * 1024;

export interface ScrubOptions {
  readonly cluster: BlockCluster;
  readonly observer: BlockObserver;
  /** The blocks that are this server's to look after; else all. */
  readonly isOurs?: (hash: BlockHash) => boolean;
  readonly bytesPerSecond?: number;
  /** Between two rounds, and before the first. */
  readonly pauseMs?: number;
  /** A round has come to its end. */
  readonly onReport?: (report: RepairReport) => void;
}

export class Scrub {
  readonly #options: ScrubOptions;
  #isStopped = false;
  /** Ends the wait that is under way. */
  #wake: (() => void) | undefined;

  constructor(options: ScrubOptions) {
    this.#options = options;
  }

  /** Runs until `stop`; resolves then. To be called once. */
  async run(): Promise<void> {
    const { cluster, observer, isOurs, onReport } = this.#options;
    while (await this.#pause(this.#options.pauseMs ?? pauseMsDefault)) {
      const ours = isOurs === undefined ? {} : { isOurs };
      const pace = (bytes: number) => this.#pace(bytes);
      const report = await repairBlocks({ cluster, observer, pace, ...ours });
      if (!this.#isStopped) onReport?.(report);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  #pace(bytes: number): Promise<boolean> {
    const bytesPerSecond = this.#options.bytesPerSecond ?? bytesPerSecondDefault;
    return this.#pause((Math.max(bytes, bytesPerBlockMin) / bytesPerSecond) * 1_000);
  }

  /** Returns whether to go on. */
  async #pause(forMs: number): Promise<boolean> {
    if (this.#isStopped) return false;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.cluster.timer.after(forMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
    return !this.#isStopped;
  }
}
