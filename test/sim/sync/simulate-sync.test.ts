/** Simulated syncs and block stores, a fixed set of seeds; `npm run sim:sync` runs many more. */
import { expect } from 'chai';
import { runPool } from '../seed-pool.js';
import type { SyncSeedResult } from './run-sync-seed.js';
import { simulateSync } from './simulate-sync.js';

const steps = 150;
const seeds = Array.from({ length: 10 }, (_, at) => at + 1);

describe('simulated syncs of three folders', () => {
  it('lose nothing and end equal, whatever fails (seeds 1 to 10)', async () => {
    const failures: string[] = [];
    let [conflicts, collected, kills, powerCuts] = [0, 0, 0, 0];
    await runPool({
      tasks: seeds.map((seed) => ({ seed, steps })).values(),
      workers: 2,
      program: new URL('./sync-seed-worker.js', import.meta.url),
      onResult: ({ seed, report, failure }: SyncSeedResult) => {
        const replay = `npm run sim:sync -- --seed ${seed} --steps ${steps}`;
        if (failure !== undefined) failures.push(`${replay}: ${failure}`);
        conflicts += report?.conflicts ?? 0;
        collected += report?.collected ?? 0;
        kills += report?.kills ?? 0;
        powerCuts += report?.powerCuts ?? 0;
        return true;
      },
    });
    expect(failures).to.deep.equal([]);
    for (const count of [conflicts, collected, kills, powerCuts]) expect(count).to.be.above(5);
  });

  it('do the same for the same seed', async () => {
    const [first, other, again] = [
      await simulateSync({ seed: 3, steps: 60 }),
      await simulateSync({ seed: 4, steps: 60 }),
      await simulateSync({ seed: 3, steps: 60 }),
    ];
    expect(again).to.deep.equal(first);
    expect(other).not.to.deep.equal(first);
  });
});
