/** The artificial partition of `makeserverunreachablefrom`. */
import type { ServerId } from '../base/ids.js';
import type { CutDirection, Partition } from './replica-api.js';

export class Cut implements Partition {
  #servers: ReadonlySet<ServerId> = new Set();
  #direction: CutDirection = 'both';

  get servers(): readonly ServerId[] {
    return [...this.#servers];
  }

  get direction(): CutDirection {
    return this.#direction;
  }

  /** Replaces the cut made before; no servers heals it. */
  set(servers: readonly ServerId[], direction: CutDirection): void {
    this.#servers = new Set(servers);
    this.#direction = direction;
  }

  blocksSending(to: ServerId): boolean {
    return this.#direction !== 'receive' && this.#servers.has(to);
  }

  blocksReceiving(from: ServerId): boolean {
    return this.#direction !== 'send' && this.#servers.has(from);
  }
}
