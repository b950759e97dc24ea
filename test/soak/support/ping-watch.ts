/**
 * Pings a server again and again, one call after the other, and remembers the slowest answer.
 */
import type { TestCluster } from '../../e2e/support/test-cluster.js';

const pauseMs = 20;

export class PingWatch {
  slowestMs = 0;
  #isEnding = false;
  readonly #pinging: Promise<void>;

  constructor(cluster: TestCluster, id: number) {
    this.#pinging = this.#ping(cluster, id);
  }

  /** Rejects if any ping was not answered with true. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#pinging;
  }

  async #ping(cluster: TestCluster, id: number): Promise<void> {
    while (!this.#isEnding) {
      const beganMs = performance.now();
      const answer = await cluster.value(id, 'ping');
      if (answer !== true) throw new Error(`ping answered ${JSON.stringify(answer)}`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - beganMs);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
