/**
 * Tells people when an S3 service stops doing what it is asked, why, and when it does so again. As
 * long as it does not, it is asked a small question now and then, for ever, so that its return is
 * noticed while nobody needs it.
 */
import { BlockStoreError } from '../blocks/block-store.js';
import type { BlockTimer } from '../blocks/block-timer.js';

export type S3Event =
  | { readonly type: 'failing'; readonly reason: string; readonly askedAgainMs: number }
  | { readonly type: 'working' };

export interface S3WatchOptions {
  readonly timer: BlockTimer;
  readonly observer: (event: S3Event) => void;
  /** Rejects with `BlockStoreError` while the service does not do what it is asked. */
  readonly probe: () => Promise<unknown>;
  readonly askedAgainMs?: number;
}

const askedAgainMsDefault = 10_000;

export class S3Watch {
  readonly #options: S3WatchOptions;
  readonly #askedAgainMs: number;
  /** What was told last. */
  #told: S3Event | undefined;
  /** Until then no further reason is told. */
  #quietUntilMs = 0;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(options: S3WatchOptions) {
    this.#options = options;
    this.#askedAgainMs = options.askedAgainMs ?? askedAgainMsDefault;
  }

  /** Asks at once; what comes of it is told. */
  begin(): void {
    void this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** Runs what is asked of the service, and hears how it ends. */
  async over<T>(action: () => Promise<T>): Promise<T> {
    try {
      const value = await action();
      this.#succeeded();
      return value;
    } catch (error) {
      if (error instanceof BlockStoreError) this.#failed(error.message);
      throw error;
    }
  }

  async #ask(): Promise<void> {
    try {
      await this.over(this.#options.probe);
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
    }
  }

  #succeeded(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#told?.type === 'working' || this.#isClosed) return;
    this.#told = { type: 'working' };
    this.#options.observer(this.#told);
  }

  /** A new reason is told, too, but not more often than the service is asked. */
  #failed(reason: string): void {
    if (this.#isClosed) return;
    const { timer, observer } = this.#options;
    const isNew = this.#told?.type !== 'failing' || this.#told.reason !== reason;
    const isSoon = this.#told?.type === 'failing' && timer.now() < this.#quietUntilMs;
    if (isNew && !isSoon) {
      this.#told = { type: 'failing', reason, askedAgainMs: this.#askedAgainMs };
      this.#quietUntilMs = timer.now() + this.#askedAgainMs;
      observer(this.#told);
    }
    this.#cancel ??= timer.after(this.#askedAgainMs, () => {
      this.#cancel = undefined;
      void this.#ask();
    });
  }
}
