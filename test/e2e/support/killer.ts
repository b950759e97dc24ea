/**
 * Ends servers with SIGKILL, chosen by a seeded random function, and starts them again.
 */
import { must } from '../../../src/base/assert.js';
import type { ServerUnderTest } from './server-under-test.js';

export class Killer {
  readonly #servers: readonly ServerUnderTest[];
  readonly #random: () => number;
  /** How often all servers were dead at the same time. */
  blackouts = 0;

  constructor(servers: readonly ServerUnderTest[], random: () => number) {
    this.#servers = servers;
    this.#random = random;
  }

  /** A whole number from `min` to `max`. */
  draw(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1));
  }

  /**
   * Kills some servers, or all at once in every third case, and starts all that are dead but, now
   * and then, one: it misses what happens until the next strike.
   */
  async strike(): Promise<void> {
    const running = this.#shuffled(this.#servers.filter((server) => server.isRunning));
    const isBlackout = this.draw(1, 3) === 1;
    const victims = isBlackout ? running : running.slice(0, this.draw(1, running.length));
    await Promise.all(victims.map((server) => server.end('SIGKILL')));
    const dead = this.#shuffled(this.#servers.filter((server) => !server.isRunning));
    if (dead.length === this.#servers.length) this.blackouts += 1;
    const isOneLeftOut = this.#servers.length > 2 && this.draw(1, 2) === 1;
    const returning = isOneLeftOut ? dead.slice(1) : dead;
    await Promise.all(returning.map((server) => server.start()));
  }

  #shuffled<T>(items: readonly T[]): readonly T[] {
    const left = [...items];
    const shuffled: T[] = [];
    while (left.length > 0) {
      const [item] = left.splice(this.draw(0, left.length - 1), 1);
      shuffled.push(must(item, 'there is one left'));
    }
    return shuffled;
  }
}
