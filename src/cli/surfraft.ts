/**
 * The program `surfraft`: what people do with clusters besides running their servers. Each command
 * is a file of its own in `commands/`.
 * Exit codes: 0 done, 1 it could not be done or what was looked at is bad, 2 the command line or
 * the configuration file is wrong.
 */
import yargs, { type CommandModule } from 'yargs';
import { closestWord } from '../base/closest-word.js';
import { backupCommand } from './commands/backup.js';
import { blockCommand } from './commands/block.js';
import { blocksCommand } from './commands/blocks.js';
import { gatewayCommand } from './commands/gateway.js';
import { getCommand } from './commands/get.js';
import { inspectCommand } from './commands/inspect.js';
import { logCommand } from './commands/log.js';
import { lsCommand } from './commands/ls.js';
import { putCommand } from './commands/put.js';
import { restoreCommand } from './commands/restore.js';
import { restoreBackupCommand } from './commands/restore-backup.js';
import { rmCommand } from './commands/rm.js';
import { serverCommand } from './commands/server.js';
import { siteCommand } from './commands/site.js';
import { syncCommand } from './commands/sync.js';
import { verifyCommand } from './commands/verify.js';
import { workerCommand } from './commands/worker.js';
import { printable } from './printable.js';
import { readProgramVersion } from './program-version.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';
import { usageFailure } from './usage-failure.js';

const helpColumnsMax = 100;

/** In the order in which help lists them. */
const commands = [
  syncCommand,
  lsCommand,
  putCommand,
  getCommand,
  rmCommand,
  logCommand,
  restoreCommand,
  inspectCommand,
  verifyCommand,
  serverCommand,
  blockCommand,
  blocksCommand,
  gatewayCommand,
  workerCommand,
  siteCommand,
  backupCommand,
  restoreBackupCommand,
];

/** As a person types them. */
const commandNames = commands.map(({ command }) => String(command).split(' ', 1).join());

/** What may come more than once: lists of positional arguments. */
const lists: readonly string[] = ['_', 'folders', 'words'];

try {
  await runCommand(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function runCommand(argv: readonly string[]): Promise<void> {
  refuseUnknownCommand(argv);
  await yargs(argv)
    .scriptName('surfraft')
    .usage('$0 COMMAND [options]')
    .parserConfiguration({
      'boolean-negation': false,
      'parse-positional-numbers': false,
    })
    // Each handler gets what its own builder declares.
    .command(commands as CommandModule[])
    .demandCommand(1, 'a command is missing; --help lists them')
    .strict()
    .check(refuseRepeated)
    .wrap(helpColumnsMax)
    .help()
    .version(readProgramVersion())
    .fail(usageFailure(argv))
    .parseAsync();
}

/** Only of the first word: whoever gives options before it is told by yargs. */
function refuseUnknownCommand([word]: readonly string[]): void {
  if (word === undefined || word.startsWith('-') || commandNames.includes(word)) return;
  const closest = closestWord(word, commandNames) ?? '';
  throw new UsageError(`unknown command ${printable(word)}; did you mean ${closest}?`);
}

/** An option that is given twice is a slip, whichever of the two was meant. */
function refuseRepeated(argv: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(argv)) {
    if (!Array.isArray(value) || lists.includes(name)) continue;
    throw new UsageError(`--${name} is given more than once`);
  }
  return true;
}
