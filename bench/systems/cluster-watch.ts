/**
 * Asks the servers of a cluster in turn, again and again, how long their event loops stood still at
 * most, and whether the leader is still the same.
 */
import { setTimeout } from 'node:timers/promises';
import { readServerFigures, type ServerFigures } from './server-metrics-text.js';
import type { StandingFigures } from './standing-figures.js';
import { host } from './world.js';

/**
 * Each server, one after the other and rarely: to put its figures together takes a server some
 * milliseconds, which its clients feel, and all at once would wait for each other's processors.
 */
const everyMsUsual = 5000;
const askMsMax = 20_000;

/** What a server said first, which nothing before it counts against. */
interface Beginning {
  readonly term: number;
  /** Undefined for a server that was started again: it counts its leaders anew. */
  readonly leaderChanges: number | undefined;
}

export class ClusterWatch {
  readonly #ports: readonly number[];
  readonly #standing: StandingFigures;
  readonly #everyMs: number;
  readonly #beginnings: (Beginning | undefined)[];
  #leaderChanges = 0;
  readonly #over = new AbortController();
  #asking: Promise<void> = Promise.resolve();

  private constructor(ports: readonly number[], standing: StandingFigures, everyMs: number) {
    this.#ports = ports;
    this.#standing = standing;
    this.#everyMs = everyMs;
    this.#beginnings = ports.map(() => undefined);
  }

  /** Begins with servers that are up and have a leader. */
  static async begin(
    ports: readonly number[],
    standing: StandingFigures,
    everyMs = everyMsUsual,
  ): Promise<ClusterWatch> {
    const watch = new ClusterWatch(ports, standing, everyMs);
    await Promise.all(
      ports.map(async (port, id) => {
        const { term, leaderChanges } = await askFigures(port);
        watch.#beginnings[id] = { term, leaderChanges };
      }),
    );
    standing.addCluster();
    watch.#asking = watch.#askAgainAndAgain();
    return watch;
  }

  /** The server is about to be ended. */
  leave(id: number): void {
    this.#beginnings[id] = undefined;
  }

  /** The server was started again and answers. */
  async returnTo(id: number): Promise<void> {
    const { term } = await askFigures(this.#ports[id] ?? 0);
    this.#beginnings[id] = { term, leaderChanges: undefined };
  }

  /** Asks a last time and tells what was seen. Must be called while the servers run. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#asking;
    this.#standing.addLeaderChanges(this.#leaderChanges);
  }

  /** All of them a last time when it is over. */
  async #askAgainAndAgain(): Promise<void> {
    const { signal } = this.#over;
    const waitMs = this.#everyMs / this.#ports.length;
    const isOverBy = (ms: number): Promise<boolean> =>
      setTimeout(ms, false, { signal }).catch(() => true);
    for (let id = 0; !(await isOverBy(waitMs)); id = (id + 1) % this.#ports.length) {
      await this.#ask(id);
    }
    for (const id of this.#ports.keys()) await this.#ask(id);
  }

  async #ask(id: number): Promise<void> {
    const before = this.#beginnings[id];
    const port = this.#ports[id];
    if (before === undefined || port === undefined) return;
    const figures = await askFigures(port).catch(() => undefined);
    // One that was ended meanwhile is not asked for what it was.
    if (figures === undefined || this.#beginnings[id] !== before) return;
    this.#standing.addPause(figures.longestPauseMs);
    const seen = figures.leaderChanges - (before.leaderChanges ?? figures.leaderChanges);
    this.#leaderChanges = Math.max(this.#leaderChanges, seen, figures.term - before.term);
  }
}

export async function askFigures(port: number): Promise<ServerFigures> {
  const signal = AbortSignal.timeout(askMsMax);
  const response = await fetch(`http://${host}:${port}/metrics`, { signal });
  return readServerFigures(await response.text());
}
