/**
 * Everything one check has begun and not finished: its open calls and its pauses. Closing the scope
 * ends them all, so that nothing of a check that failed, ran out of time or was interrupted goes on
 * beside the next one.
 */

/** Thrown into whatever still uses a scope that was closed. */
export class ScopeClosed extends Error {
  override readonly name = 'ScopeClosed';
}

export class CallScope {
  readonly #reason: string;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  /** `reason` is told to those who are cut off. */
  constructor(reason = 'the check was ended') {
    this.#reason = reason;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls `cancel` once if the scope closes before the returned function is called. */
  add(cancel: () => void): () => void {
    this.throwIfClosed();
    this.#cancels.add(cancel);
    return () => void this.#cancels.delete(cancel);
  }

  throwIfClosed(): void {
    if (this.#closed) throw new ScopeClosed(this.#reason);
  }

  close(): void {
    this.#closed = true;
    const cancels = [...this.#cancels];
    this.#cancels.clear();
    for (const cancel of cancels) cancel();
  }

  /** Waits; rejects with `ScopeClosed` as soon as the scope closes. */
  async pause(durationMs: number): Promise<void> {
    let remove: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      remove = this.add(resolve);
      timer = setTimeout(resolve, durationMs);
    });
    clearTimeout(timer);
    remove?.();
    this.throwIfClosed();
  }
}
