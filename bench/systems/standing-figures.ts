/**
 * What is watched for in all clusters of a run, whatever else is measured: changes of leader and
 * pauses of the servers' event loops.
 */
export class StandingFigures {
  #leaderChanges = 0;
  #longestPauseMs = 0;
  #idlePauseMs: number | undefined = undefined;
  #clusters = 0;

  addCluster(): void {
    this.#clusters += 1;
  }

  addLeaderChanges(count: number): void {
    this.#leaderChanges += count;
  }

  /** By the clock: a process that waits for a processor stands still, too. */
  addPause(pauseMs: number): void {
    this.#longestPauseMs = Math.max(this.#longestPauseMs, pauseMs);
  }

  /** A pause of a process that had nothing to do at the same time. */
  addIdlePause(pauseMs: number): void {
    this.#idlePauseMs = Math.max(this.#idlePauseMs ?? 0, pauseMs);
  }

  /** False while no cluster was watched: then the figures mean nothing. */
  get hasWatched(): boolean {
    return this.#clusters > 0;
  }

  get leaderChanges(): number {
    return this.#leaderChanges;
  }

  get longestPauseMs(): number {
    return this.#longestPauseMs;
  }

  /** Undefined when no process was idle. */
  get idlePauseMs(): number | undefined {
    return this.#idlePauseMs;
  }
}
