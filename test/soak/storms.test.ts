/**
 * Everything at once and again and again: servers of every cluster size are killed, paused, wiped
 * and damaged while clients work. Whatever happens, the clients' history must fit the log. A
 * failure names the seed; `STORM_SEED=S` repeats its choices.
 */
import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { createRandom } from '../../src/io/seeded-random.js';
import { damage, dataFiles, drawOne } from '../e2e/support/damage.js';
import { expectReturn } from '../e2e/support/disk-troubles.js';
import { eventually } from '../e2e/support/eventually.js';
import { fastElections } from '../e2e/support/fast-elections.js';
import { Killer } from '../e2e/support/killer.js';
import type { TestCluster } from '../e2e/support/test-cluster.js';
import { useClusters } from '../e2e/support/use-clusters.js';
import { Workload } from '../e2e/support/workload.js';

const seed = process.env['STORM_SEED'] ?? String(Date.now());
const strikes = 8;
const pauseMsMax = 1_500;

describe('a storm', () => {
  const clusters = useClusters();

  for (const size of [1, 3, 4, 5]) {
    it(`over a cluster of ${size} loses nothing`, async () => {
      process.stderr.write(`storm of seed ${seed} over ${size}\n`);
      const cluster = await clusters.start(size, ...fastElections);
      const storm = new Storm(cluster, createRandom(`${seed} over ${size}`));
      for (let strike = 1; strike <= strikes; strike += 1) await storm.strike();
      await storm.end();
    });
  }
});

class Storm {
  readonly #cluster: TestCluster;
  readonly #random: () => number;
  readonly #killer: Killer;
  readonly #workload: Workload;

  constructor(cluster: TestCluster, random: () => number) {
    this.#cluster = cluster;
    this.#random = random;
    this.#killer = new Killer(cluster.servers, random);
    this.#workload = new Workload(cluster);
  }

  async strike(): Promise<void> {
    await this.#workload.progress(this.#killer.draw(1, 20));
    const isAlone = this.#cluster.servers.length === 1;
    const kinds = isAlone ? ['kill', 'pause'] : ['kill', 'pause', 'wipe', 'damage', 'damage'];
    switch (drawOne(kinds, this.#random)) {
      case 'kill':
        return this.#killer.strike();
      case 'pause':
        return this.#pause();
      case 'wipe':
        return this.#hurt((id) => this.#wipe(id));
      default:
        return this.#hurt((id) => this.#damage(id));
    }
  }

  async end(): Promise<void> {
    await this.#workload.endAndCheck();
  }

  /** One server, until somebody else leads or it is clear that nobody else wants to. */
  async #pause(): Promise<void> {
    const victim = drawOne(
      this.#cluster.servers.filter((server) => server.isRunning),
      this.#random,
    );
    victim.signal('SIGSTOP');
    const endMs = performance.now() + this.#killer.draw(0, pauseMsMax);
    await eventually('the end of the pause', pauseMsMax * 2, () =>
      performance.now() > endMs ? true : undefined,
    );
    victim.signal('SIGCONT');
  }

  /**
   * What one server forgets the others must know before it starts again, or the loss of them, too,
   * would be more than anybody can bear. So all run, and the clients get on without it.
   */
  async #hurt(how: (id: number) => Promise<string>): Promise<void> {
    await this.#cluster.startAll();
    await this.#cluster.leader();
    await Promise.all(this.#cluster.servers.map(({ id }) => expectReturn(this.#cluster, id)));
    const { id } = drawOne(this.#cluster.servers, this.#random);
    await this.#cluster.server(id).end('SIGKILL');
    await this.#workload.progress(5);
    const harm = `server ${id}: ${await how(id)}`;
    process.stderr.write(`  ${harm}\n`);
    await this.#startOrWipe(id);
    // Others die while it is filled up.
    await this.#killer.strike();
    await this.#cluster.startAll();
    await Promise.all(this.#cluster.servers.map((each) => expectReturn(this.#cluster, each.id)));
  }

  async #wipe(id: number): Promise<string> {
    await rm(this.#cluster.dataFolder(id), { recursive: true });
    return 'wiped';
  }

  async #damage(id: number): Promise<string> {
    const files = await dataFiles(this.#cluster.dataFolder(id), /^(log-|snapshot|hard|identity)/);
    const kind = drawOne(['flipped', 'overwritten', 'cut'] as const, this.#random);
    return damage(drawOne(files, this.#random), kind, this.#random);
  }

  /** A server that refuses says so in a line, and is wiped as that line advises. */
  async #startOrWipe(id: number): Promise<void> {
    const server = this.#cluster.server(id);
    try {
      await server.start();
    } catch {
      const { exitCode } = await server.ended();
      expect(exitCode, server.logTail(5)).to.equal(1);
      expect(server.logTail(5)).to.match(/cannot start: .*(restore|--fresh)/);
      await this.#wipe(id);
      await server.start();
    }
  }
}
