/** The artificial partition of `makeserverunreachablefrom`, as two questions. */
import type { ServerId } from '../base/ids.js';
import type { CutDirection } from './replica-api.js';

export class Cut {
  #servers: ReadonlySet<ServerId> = new Set();
  #direction: CutDirection = 'both';

  get servers(): readonly ServerId[] {
    return [...this.#servers];
  }

  /** Replaces the cut made before; no servers heals it. */
  set(servers: readonly ServerId[], direction: CutDirection): void {
    this.#servers = new Set(servers);
    this.#direction = direction;
  }

  /** Whether nothing may go to this server, answers included. */
  blocksSending(to: ServerId): boolean {
    return this.#direction !== 'receive' && this.#servers.has(to);
  }

  /** Whether nothing that comes from this server may be heard, answers included. */
  blocksReceiving(from: ServerId): boolean {
    return this.#direction !== 'send' && this.#servers.has(from);
  }
}
