/**
 * Asks every server, again and again, for how long its event loop stood still at most since it was
 * asked last, and remembers the longest pause of each.
 */
import { host, type TestCluster } from '../../e2e/support/test-cluster.js';

const everyMs = 500;
const askMsMax = 10_000;
const metric = /^nodejs_eventloop_lag_max_seconds (\S+)$/m;

export class LoopWatch {
  readonly #cluster: TestCluster;
  readonly #longestMs: number[];
  #isEnding = false;
  readonly #watching: Promise<unknown>;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    this.#longestMs = cluster.servers.map(() => 0);
    this.#watching = Promise.all(cluster.servers.map(({ id }) => this.#watch(id)));
  }

  /** The longest pause of each server, in milliseconds. */
  async end(): Promise<readonly number[]> {
    this.#isEnding = true;
    await this.#watching;
    return this.#longestMs;
  }

  async #watch(id: number): Promise<void> {
    const { port } = this.#cluster.server(id);
    // What happened before the watch is none of its business.
    await askPauseMs(port);
    while (!this.#isEnding) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      const pauseMs = await askPauseMs(port);
      this.#longestMs[id] = Math.max(this.#longestMs[id] ?? 0, pauseMs ?? 0);
    }
  }
}

/** Undefined when the server does not answer: it is being started. */
async function askPauseMs(port: number): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(askMsMax);
    const response = await fetch(`http://${host}:${port}/metrics`, { signal });
    return Number(metric.exec(await response.text())?.[1]) * 1000;
  } catch {
    return undefined;
  }
}
