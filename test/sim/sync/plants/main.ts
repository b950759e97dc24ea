/**
 * Looks for every bug planted in syncs and block stores, and prints after how many seeds it was
 * caught. One that survives is a hole in the simulation: the exit code is then 1.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { hunt } from '../../plants/hunt.js';
import { syncHuntProgram, syncPlants } from './sync-plants.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    steps: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const options = {
  seedsMax: Number(values.seeds),
  safetyMs: Number(values.steps),
  program: syncHuntProgram,
};
let survivors = 0;
const wanted = syncPlants.filter(({ name }) => name.includes(values.only));
const queue = [...wanted];
say('| plant | caught by | seeds | as |');
say('| --- | --- | --- | --- |');

async function workOff(): Promise<void> {
  for (let plant = queue.shift(); plant !== undefined; plant = queue.shift()) {
    const { checker, seeds, message } = await hunt(plant, options);
    if (checker === undefined) survivors += 1;
    say(`| ${plant.name} | ${checker ?? '**nobody**'} | ${seeds} | ${message.slice(0, 110)} |`);
  }
}

await Promise.all([workOff(), workOff()]);
say(`${wanted.length} planted bugs, ${survivors} not caught`);
process.exitCode = survivors === 0 ? 0 : 1;
