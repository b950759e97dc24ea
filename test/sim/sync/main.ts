/**
 * `npm run sim:sync -- --seed S --seeds N --steps T`: simulated syncs and block stores, many seeds
 * in a row on all cores. A failure comes with the command that replays it; exit code 1 then.
 */
import os from 'node:os';
import process from 'node:process';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ProgressLine } from '../progress-line.js';
import { runPool } from '../seed-pool.js';
import type { SyncSeedResult } from './run-sync-seed.js';

const failuresMax = 5;

const args = await yargs(hideBin(process.argv))
  .usage('npm run sim:sync -- [options]')
  .option('seed', { type: 'number', default: 1, describe: 'the first seed' })
  .option('seeds', { type: 'number', default: 1, describe: 'how many seeds to run' })
  .option('steps', { type: 'number', default: 300, describe: 'what happens in each run' })
  .option('workers', {
    type: 'number',
    default: os.availableParallelism(),
    describe: 'threads that share the seeds',
  })
  .strict()
  .parseAsync();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = new ProgressLine(args.seeds);
const totals = new Map<string, number>();
let ended = 0;
let failed = 0;

function onResult({ seed, report, failure }: SyncSeedResult): boolean {
  ended += 1;
  progress.add(report?.events ?? 0);
  for (const [figure, count] of Object.entries(report ?? {})) {
    totals.set(figure, (totals.get(figure) ?? 0) + Number(count));
  }
  if (failure === undefined) return true;
  failed += 1;
  progress.clear();
  say(`seed ${seed} failed: ${failure}`);
  say(`replay: npm run sim:sync -- --seed ${seed} --steps ${args.steps}`);
  return failed < failuresMax;
}

const seeds = Array.from({ length: args.seeds }, (_, at) => args.seed + at);
await runPool({
  tasks: seeds.map((seed) => ({ seed, steps: args.steps })).values(),
  workers: Math.min(args.workers, args.seeds),
  program: new URL('./sync-seed-worker.js', import.meta.url),
  onResult,
});
progress.clear();
const figures = JSON.stringify(Object.fromEntries(totals));
say(`${ended} seeds, ${failed} failed in ${progress.seconds.toFixed(1)} s: ${figures}`);
process.exitCode = failed === 0 ? 0 : 1;
