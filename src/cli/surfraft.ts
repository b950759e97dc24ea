/**
 * The program `surfraft`: what people do with clusters besides running their servers. Each command
 * is a file of its own in `commands/`.
 * Exit codes: 0 done, 1 it could not be done or what was looked at is bad, 2 the command line or
 * the configuration file is wrong.
 */
import yargs, { type CommandModule } from 'yargs';
import { closestWord } from '../base/closest-word.js';
import { printable } from './printable.js';
import { readProgramVersion } from './program-version.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';
import { usageFailure } from './usage-failure.js';

const helpColumnsMax = 100;

/**
 * By the word that a person types, in the order in which help lists them. Their code is loaded when
 * it is wanted: with all of it, `surfraft ls` took more than twice as long.
 */
const loaders: Readonly<Record<string, () => Promise<unknown>>> = {
  sync: async () => (await import('./commands/sync.js')).syncCommand,
  ls: async () => (await import('./commands/ls.js')).lsCommand,
  put: async () => (await import('./commands/put.js')).putCommand,
  get: async () => (await import('./commands/get.js')).getCommand,
  rm: async () => (await import('./commands/rm.js')).rmCommand,
  log: async () => (await import('./commands/log.js')).logCommand,
  restore: async () => (await import('./commands/restore.js')).restoreCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  watch: async () => (await import('./commands/watch.js')).watchCommand,
  leader: async () => (await import('./commands/leader.js')).leaderCommand,
  transfer: async () => (await import('./commands/transfer.js')).transferCommand,
  crash: async () => (await import('./commands/crash.js')).crashCommand,
  partition: async () => (await import('./commands/partition.js')).partitionCommand,
  heal: async () => (await import('./commands/heal.js')).healCommand,
  member: async () => (await import('./commands/member.js')).memberCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  server: async () => (await import('./commands/server.js')).serverCommand,
  block: async () => (await import('./commands/block.js')).blockCommand,
  blocks: async () => (await import('./commands/blocks.js')).blocksCommand,
  gateway: async () => (await import('./commands/gateway.js')).gatewayCommand,
  worker: async () => (await import('./commands/worker.js')).workerCommand,
  site: async () => (await import('./commands/site.js')).siteCommand,
  backup: async () => (await import('./commands/backup.js')).backupCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  'restore-backup': async () => (await import('./commands/restore-backup.js')).restoreBackupCommand,
};

const commandNames = Object.keys(loaders);

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
  const commands = await loadCommands(argv);
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

/** The command that the first word names; all of them for help, and where an option comes first. */
function loadCommands(argv: readonly string[]): Promise<unknown[]> {
  // A shell that completes gives the words of its line behind this: the program, the command, …
  const [word] = argv[0] === '--get-yargs-completions' ? argv.slice(2) : argv;
  const wanted = word === undefined ? undefined : loaders[word];
  return Promise.all(
    (wanted === undefined ? Object.values(loaders) : [wanted]).map((load) => load()),
  );
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
