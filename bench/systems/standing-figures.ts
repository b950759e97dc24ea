/**
 * What is watched for in all clusters of a run, whatever else is measured: changes of leader and
 * pauses of the servers' event loops.
 */

/** The longest pauses of a part of the run, in ms; `idleMs` is undefined when nobody was idle. */
export interface LongestPauses {
  readonly oursMs: number;
  readonly idleMs: number | undefined;
}

const noPause: LongestPauses = { oursMs: 0, idleMs: undefined };

export class StandingFigures {
  readonly #pauses = new Map<string, LongestPauses>();
  #part = '';
  #leaderChanges = 0;
  #clusters = 0;

  /** From now on the run is in this part. */
  enter(part: string): void {
    this.#part = part;
  }

  addCluster(): void {
    this.#clusters += 1;
  }

  addLeaderChanges(count: number): void {
    this.#leaderChanges += count;
  }

  /** By the clock: a process that waits for a processor stands still, too. */
  addPause(pauseMs: number): void {
    this.#add({ oursMs: pauseMs, idleMs: undefined });
  }

  /** A pause of a process that had nothing to do at the same time. */
  addIdlePause(pauseMs: number): void {
    this.#add({ oursMs: 0, idleMs: pauseMs });
  }

  /** False while no cluster was watched: then the figures mean nothing. */
  get hasWatched(): boolean {
    return this.#clusters > 0;
  }

  get leaderChanges(): number {
    return this.#leaderChanges;
  }

  /** Of the whole run. */
  get longestPauses(): LongestPauses {
    return [...this.#pauses.values()].reduce(longer, noPause);
  }

  /** Of each part in which there was one, in order. */
  get pausesByPart(): ReadonlyMap<string, LongestPauses> {
    return this.#pauses;
  }

  #add(pauses: LongestPauses): void {
    this.#pauses.set(this.#part, longer(this.#pauses.get(this.#part) ?? noPause, pauses));
  }
}

function longer(one: LongestPauses, other: LongestPauses): LongestPauses {
  const idle = [one.idleMs, other.idleMs].filter((ms) => ms !== undefined);
  return {
    oursMs: Math.max(one.oursMs, other.oursMs),
    idleMs: idle.length === 0 ? undefined : Math.max(...idle),
  };
}
