/**
 * The program of the child process that looks for a bug planted in syncs and block stores: runs
 * seeds until one fails, and prints what it found as one line of JSON.
 */
import process from 'node:process';
import type { FirstFailure } from '../../plants/first-failure.js';
import { runSyncSeed } from '../run-sync-seed.js';

const [seedsMax = 1, steps = 1] = process.argv.slice(2).map(Number);
let found: FirstFailure = { seeds: seedsMax, failure: undefined };
for (let seed = 1; seed <= seedsMax && found.failure === undefined; seed += 1) {
  const { failure } = await runSyncSeed({ seed, steps });
  if (failure !== undefined) found = { seeds: seed, failure };
}
process.stdout.write(`${JSON.stringify(found)}\n`);
