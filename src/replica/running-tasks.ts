/**
 * What goes on with a disk over many turns, so that somebody can wait for all of it. A task deals
 * with the failures of the world by itself; whatever it throws is a bug, and stops the process as
 * an unhandled rejection.
 */
export class RunningTasks {
  /** Bounded by those who start tasks: each has a fixed number under way. */
  readonly #running = new Set<Promise<void>>();

  start(task: () => Promise<void>): void {
    const running = task().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves once nothing is under way. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
