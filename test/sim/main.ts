/**
 * Runs the simulator from the command line: many seeds in a row, or one with its trace. Ends with
 * exit code 1 and the command that replays the first seed that fails.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { simulate, type SimulationReport } from './simulation.js';
import { Trace } from './trace.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    'safety-ms': { type: 'string', default: '10000' },
    trace: { type: 'boolean', default: false },
  },
});

const firstSeed = Number(values.seed);
const seeds = Number(values.seeds);
const safetyMs = Number(values['safety-ms']);
const startedMs = performance.now();
const totals = { calls: 0, updates: 0, falses: 0, reads: 0, committed: 0, termsLed: 0 };
let failed = 0;

for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    const trace = values.trace ? new Trace(line) : new Trace();
    const report = simulate({ seed, safetyMs, trace });
    addTo(totals, report);
    if (seeds === 1) line(JSON.stringify(report));
  } catch (error) {
    failed += 1;
    line(`seed ${seed} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    const command = `node build/test/sim/main.js --seed ${seed} --safety-ms ${safetyMs} --trace`;
    line(`replay: ${command}`);
    if (failed === 5) break;
  }
}

const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
process.stdout.write(`${seeds} seeds, ${failed} failed, ${seconds} s: ${JSON.stringify(totals)}\n`);
process.exitCode = failed === 0 ? 0 : 1;

function addTo(sum: typeof totals, report: SimulationReport): void {
  for (const key of Object.keys(sum) as (keyof typeof totals)[]) sum[key] += report[key];
}
