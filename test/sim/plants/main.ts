/**
 * Looks for every planted bug and prints by which checker it was caught, and after how many seeds.
 * A bug that survives is a hole in the simulator: the exit code is then 1.
 */
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { hunt, type Catch } from './hunt.js';
import { plants } from './plants.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    'safety-ms': { type: 'string', default: '4000' },
    workers: { type: 'string', default: String(os.availableParallelism()) },
    only: { type: 'string', default: '' },
  },
});

const options = { seedsMax: Number(values.seeds), safetyMs: Number(values['safety-ms']) };
const queue = plants.filter(({ name }) => name.includes(values.only));
const catches: Catch[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say('| plant | caught by | seeds | as |');
say('| --- | --- | --- | --- |');

async function workOff(): Promise<void> {
  for (let plant = queue.shift(); plant !== undefined; plant = queue.shift()) {
    const caught = await hunt(plant, options);
    catches.push(caught);
    const { checker = '**nobody**', seeds, message } = caught;
    say(`| ${plant.name} | ${checker} | ${seeds} | ${message.slice(0, 100)} |`);
  }
}

await Promise.all(Array.from({ length: Number(values.workers) }, workOff));
const survivors = catches.filter(({ checker }) => checker === undefined);
say(`${catches.length} planted bugs, ${survivors.length} not caught`);
process.exitCode = survivors.length === 0 ? 0 : 1;
