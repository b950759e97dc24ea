/**
 * Three folders kept equal by real syncs over real servers, all of which are killed on the way. A
 * failure names the seed; `npm run soak:sync -- --seed S --steps N` makes the same choices, longer.
 */
import { expect } from 'chai';
import { createRandom } from '../../src/io/seeded-random.js';
import { fastElections } from '../e2e/support/fast-elections.js';
import { useClusters } from '../e2e/support/use-clusters.js';
import { SyncTrial } from './support/sync-trial.js';

const seed = process.env['SYNC_SEED'] ?? String(Date.now());
const steps = 300;

describe('three folders of a cluster that is killed again and again', () => {
  const clusters = useClusters();

  it('end up equal, and nothing that was synced or lost a conflict is gone', async () => {
    process.stderr.write(`syncs of seed ${seed}\n`);
    const cluster = await clusters.start(3, ...fastElections);
    const trial = await SyncTrial.begin(cluster, createRandom(`sync ${seed}`));
    while (trial.counts.steps < steps) await trial.round();
    await trial.end();
    expect(trial.versions).to.be.above(40);
    expect(trial.counts.broken).to.be.above(0);
  });
});
