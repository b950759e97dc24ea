/**
 * The program of the child process that looks for a planted bug: runs seeds until one fails, and
 * prints what it found as one line of JSON.
 */
import process from 'node:process';
import { runSeed } from '../run-seed.js';

export interface FirstFailure {
  /** Seeds that were run, the last of which failed if one did. */
  readonly seeds: number;
  readonly failure: string | undefined;
}

const [seedsMax = 1, safetyMs = 1] = process.argv.slice(2).map(Number);
let found: FirstFailure = { seeds: seedsMax, failure: undefined };
for (let seed = 1; seed <= seedsMax && found.failure === undefined; seed += 1) {
  const { failure } = await runSeed({ seed, safety: { ms: safetyMs }, wantsChecksum: false });
  if (failure !== undefined) found = { seeds: seed, failure };
}
process.stdout.write(`${JSON.stringify(found)}\n`);
