/**
 * Has the cluster change the site. What it answers is true: `written` is committed, and
 * `unavailable` says whether the change may have been kept all the same.
 */
import type { ClientFailure } from '../../client/client-errors.js';
import { InvalidArgument } from '../../client/client-errors.js';
import type { SiteUpdated } from '../../site/site-call.js';
import type { SiteCommand } from '../../site/site-command.js';
import { writeMsMax, writesAtOnceMax } from './front-limits.js';
import type { SiteCluster } from './site-cluster.js';

export type Written =
  | ({ readonly kind: 'written' } & SiteUpdated)
  | {
      readonly kind: 'unavailable';
      /** The change may be kept, or may still be: nobody knows. */
      readonly mayBeKept: boolean;
    };

export interface SiteWriterOptions {
  readonly cluster: SiteCluster;
  /** Told why a change was not confirmed. */
  readonly say: (urgency: 'info' | 'warn', text: string) => void;
  /** A change that is not confirmed by then is given up; 8 s unless given. */
  readonly writeMsMax?: number;
}

export class SiteWriter {
  readonly #options: SiteWriterOptions;
  #running = 0;

  constructor(options: SiteWriterOptions) {
    this.#options = options;
  }

  /** Changes that wait for the cluster. */
  get pending(): number {
    return this.#running;
  }

  async write(command: SiteCommand): Promise<Written> {
    if (this.#running >= writesAtOnceMax) return { kind: 'unavailable', mayBeKept: false };
    this.#running += 1;
    const { cluster, say } = this.#options;
    const signal = AbortSignal.timeout(this.#options.writeMsMax ?? writeMsMax);
    try {
      return { kind: 'written', ...(await cluster.update(command, signal)) };
    } catch (error) {
      if (!isClientFailure(error) || error instanceof InvalidArgument) throw error;
      say('warn', `a change (${command.type}) was not confirmed: ${error.message}`);
      return { kind: 'unavailable', mayBeKept: !error.isWithoutEffect };
    } finally {
      this.#running -= 1;
    }
  }
}

function isClientFailure(error: unknown): error is ClientFailure {
  return error instanceof Error && 'isWithoutEffect' in error;
}
