/**
 * Three real folders of one cluster: random changes, syncs at the same time, killed at random
 * operations. In the end all are the same, and nothing that anybody wrote is lost.
 */
import { expect } from 'chai';
import { createRandom } from '../../src/io/seeded-random.js';
import { StoringCluster } from './storing-cluster.js';
import { makeRig, type SyncRig } from './sync-rig.js';
import { Killed } from './watched-folder.js';

const seeds = 15;
const steps = 14;
const names = ['a', 'b', 'dir/c', 'dir/d/e', 'x'];

class World {
  readonly rigs: readonly SyncRig[];
  /** What stands in a folder because somebody wrote it, and he has not undone it. */
  readonly #written = new Map<string, string>();
  readonly #random: () => number;
  #texts = 0;

  constructor(rigs: readonly SyncRig[], random: () => number) {
    this.rigs = rigs;
    this.#random = random;
  }

  async step(): Promise<void> {
    for (const [at, rig] of this.rigs.entries()) {
      for (const name of names) if (this.#below(4) === 0) await this.#change(rig, at, name);
    }
    await Promise.all(this.rigs.filter(() => this.#below(3) > 0).map((rig) => this.#sync(rig)));
  }

  async #change(rig: SyncRig, at: number, name: string): Promise<void> {
    this.#written.delete(`${at} ${name}`);
    if (this.#below(4) === 0) {
      await rig.remove(name).catch(() => undefined);
      return;
    }
    const text = `text ${(this.#texts += 1)}`;
    await rig.write(name, text);
    this.#written.set(`${at} ${name}`, text);
  }

  async #sync(rig: SyncRig): Promise<void> {
    const folder = rig.newFolder();
    if (this.#below(2) === 0) folder.killAt = this.#below(60);
    try {
      await rig.sync({ folder, blockBytes: 1 + this.#below(6), allowEmpty: true });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  texts(): Iterable<string> {
    return this.#written.values();
  }
}

describe('three folders of one cluster', () => {
  it('become the same, and lose nothing that anybody wrote', async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const cluster = new StoringCluster();
      const rigs = [await makeRig(cluster), await makeRig(cluster), await makeRig(cluster)];
      const world = new World(rigs, createRandom(`folders ${seed}`));
      for (let step = 0; step < steps; step += 1) await world.step();
      for (const rig of [...rigs, ...rigs]) {
        const { ok, problem } = await rig.sync({ allowEmpty: true });
        expect([ok, problem], `seed ${seed}`).to.deep.equal([true, undefined]);
      }
      const live = cluster.describe().filter((line) => line.split(',').length === 3);
      const files = live.map((line) => line.replace(/,\d+,/, ': '));
      const kept = new Set(cluster.texts);
      for (const rig of rigs) {
        const lines = (await rig.tree()).filter((line) => !line.endsWith('/'));
        const isCopy = (line: string): boolean => line.includes('.conflict-');
        expect(
          lines.filter((line) => !isCopy(line)),
          `seed ${seed}`,
        ).to.deep.equal(files);
        for (const line of lines) kept.add(line.slice(line.indexOf(': ') + 2));
      }
      for (const text of world.texts()) expect(kept.has(text), `seed ${seed}: ${text}`).to.be.true;
      expect(new Set(cluster.updates).size, `seed ${seed}`).to.equal(cluster.updates.length);
      for (const rig of rigs) await rig.close();
    }
  });
});
