/**
 * What the clients of a run know together: who seems to lead, which versions were seen, and which
 * servers deserve a look because something has just happened to them. None of it is relied upon; it
 * only steers where calls go.
 */
export class Traffic {
  leader: number | undefined;
  readonly #versions = new Map<string, number>();
  readonly #attendedUntilMs = new Map<number, number>();
  readonly #waiters = new Set<(server: number | undefined) => void>();
  readonly #nowMs: () => number;
  #answered = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Operations that were answered with a value. */
  get answered(): number {
    return this.#answered;
  }

  versionOf(name: string): number {
    return this.#versions.get(name) ?? 0;
  }

  sawVersion(name: string, version: number): void {
    this.#answered += 1;
    if (version > this.versionOf(name)) this.#versions.set(name, version);
  }

  /** Sends clients to `server` for `durationMs`: it may believe something that has passed. */
  attend(server: number, durationMs: number): void {
    this.#attendedUntilMs.set(server, this.#nowMs() + durationMs);
  }

  attended(): readonly number[] {
    const now = this.#nowMs();
    return [...this.#attendedUntilMs]
      .filter(([, untilMs]) => untilMs > now)
      .map(([server]) => server);
  }

  /** `server` has just answered an update with true. */
  updated(server: number): void {
    this.leader = server;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake(server);
  }

  /**
   * The server that next answers an update with true; undefined when none does within `limitMs`, or
   * `signal` is aborted first.
   */
  nextUpdate(limitMs: number, signal: AbortSignal): Promise<number | undefined> {
    return new Promise((resolve) => {
      const settle = (server: number | undefined): void => {
        clearTimeout(timer);
        this.#waiters.delete(settle);
        signal.removeEventListener('abort', giveUp);
        resolve(server);
      };
      const giveUp = (): void => settle(undefined);
      const timer = setTimeout(giveUp, limitMs);
      this.#waiters.add(settle);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  }
}
