/**
 * `npm run soak:sync -- --seed S --steps N`: the trial of `sync.test.ts` for as long as one likes.
 * A step is something that a person does to a file, or a sync. Ends with 1 when it fails.
 */
import process from 'node:process';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { createRandom } from '../../src/io/seeded-random.js';
import { fastElections } from '../e2e/support/fast-elections.js';
import { TestCluster } from '../e2e/support/test-cluster.js';
import { SyncTrial } from './support/sync-trial.js';

const { seed, steps } = await yargs(hideBin(process.argv))
  .usage('npm run soak:sync -- [options]')
  .option('seed', { type: 'string', default: '1', describe: 'makes the same choices again' })
  .option('steps', { type: 'number', default: 5_000, describe: 'changes and syncs' })
  .strict()
  .parseAsync();

const beganMs = performance.now();
const cluster = await TestCluster.create(3, fastElections);
try {
  await cluster.startAll();
  await cluster.leader();
  const trial = await SyncTrial.begin(cluster, createRandom(`sync ${seed}`));
  try {
    while (trial.counts.steps < steps) await trial.round();
    await trial.end();
  } finally {
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    const figures = JSON.stringify({ ...trial.counts, versions: trial.versions });
    process.stdout.write(`seed ${seed}, ${seconds} s: ${figures}\n`);
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.stdout.write(cluster.describeLogs());
  process.exitCode = 1;
} finally {
  await cluster.destroy();
}
