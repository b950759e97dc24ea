/**
 * The program of a gateway's local worker: `surfraft worker` without the code of the other
 * commands, so that a hundred of them start in half the time.
 */
import yargs from 'yargs';
import { workerCommand } from './commands/worker.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';
import { usageFailure } from './usage-failure.js';

const argv = process.argv.slice(2);
try {
  await yargs(argv).command(workerCommand).strict().fail(usageFailure(argv)).parseAsync();
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
