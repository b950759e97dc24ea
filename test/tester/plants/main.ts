/**
 * Has the tester look for every planted bug and prints which check saw it, and after how long. A
 * bug that it does not see, or sees for another reason, is a hole in the tester: the exit code is
 * then 1.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { hunt } from './hunt.js';
import { serverPlants } from './server-plants.js';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say('| planted bug | caught by | after | as |');
say('| --- | --- | --- | --- |');
let escapes = 0;
const hunted = serverPlants.filter(({ name }) => name.includes(values.only));
for (const plant of hunted) {
  for (const { trial, isCaught, message, durationMs } of await hunt(plant)) {
    if (!isCaught) escapes += 1;
    const finder = trial.kind === 'chaos' ? `chaos: ${trial.title}` : trial.title;
    const by = isCaught ? finder : `**not** by ${finder}`;
    const seconds = (durationMs / 1000).toFixed(1);
    say(`| ${plant.name} | ${by} | ${seconds} s | ${message.slice(0, 160)} |`);
  }
}
say(`${hunted.length} planted bugs, ${escapes} of their traces not seen`);
process.exitCode = escapes === 0 ? 0 : 1;
