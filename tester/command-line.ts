/** The options of the command line, with the words that --help shows. */
import yargs from 'yargs';
import { commandUsages } from './one-shot.js';
import { reporterNames } from './request.js';

export const defaultSeconds = 30;
export const defaultClients = 8;

const commandHelp = Object.values(commandUsages)
  .map((usage) => `  HOST:PORT ${usage}`)
  .join('\n');

const description = `Usage: run-tester.sh HOST:PORT [options]
       run-tester.sh --start CONFIG [options]
       run-tester.sh HOST:PORT COMMAND [ARGUMENTS] [--json]

Judges the live cluster that the server at HOST:PORT belongs to, or one that it starts itself. Its
servers are crashed and restored on the way; files named "tester-…" are left in its map.

Commands (one call each):
${commandHelp}`;

const epilogue = `Exit codes: 0 all passed (a command: answered), 1 something failed (a command: a
fault, or false from updatefile), 2 the server cannot be reached or the command line is wrong.`;

/** The parser of `argv`, which is given without node and script. It neither prints nor exits. */
export function makeParser(argv: readonly string[]) {
  return withForms(withWork(withCluster(argv)))
    .strictOptions()
    .exitProcess(false)
    .fail(false)
    .help(false)
    .version(false)
    .option('help', { type: 'boolean', default: false, describe: 'Show this text' })
    .option('version', { type: 'boolean', default: false, describe: 'Show the version' })
    .wrap(100);
}

/** Options that say whose servers are judged. */
function withCluster(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName('run-tester.sh')
    .usage(description)
    .epilogue(epilogue)
    .parserConfiguration({ 'parse-positional-numbers': false, 'camel-case-expansion': false })
    .option('config', {
      type: 'string',
      requiresArg: true,
      describe: 'Configuration file of the cluster, for servers that do not tell their peers',
    })
    .option('start', {
      type: 'string',
      requiresArg: true,
      describe: 'Start all servers of this configuration file, judge them, and end them',
    })
    .option('server-command', {
      type: 'string',
      requiresArg: true,
      describe: 'With --start: the command of one server, with {config}, {id} and {data} in it',
      defaultDescription: "this project's server",
    })
    .option('tls-ca', {
      type: 'string',
      requiresArg: true,
      describe: 'Speak HTTPS with servers whose authorities are in this file (PEM)',
      defaultDescription: 'plain HTTP',
    })
    .option('tls-cert', {
      type: 'string',
      requiresArg: true,
      describe: 'Show servers that ask for one the certificate in this file (PEM)',
    })
    .option('tls-key', {
      type: 'string',
      requiresArg: true,
      describe: 'File with the private key of --tls-cert (PEM)',
    })
    .option('secret-file', {
      type: 'string',
      requiresArg: true,
      describe: "File with the cluster's secret, for calls that servers take from their own only",
    })
    .option('timeout-scale', {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'Multiply every time limit, for slow machines and networks',
    });
}

/** Options that say what is run. */
function withWork(parser: ReturnType<typeof withCluster>) {
  return parser
    .option('only', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'all',
      describe: 'Run only checks whose "group: name" contains this text; may be repeated',
    })
    .option('scenario', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'Run the scenarios of this file or folder, not the suite; may be repeated',
    })
    .option('chaos', {
      type: 'boolean',
      default: false,
      describe: 'Random faults under load, not the suite; the history is checked',
    })
    .option('seed', {
      type: 'string',
      requiresArg: true,
      describe: 'With --chaos: what the faults are drawn from',
      defaultDescription: 'drawn and told',
    })
    .option('seconds', {
      type: 'number',
      requiresArg: true,
      describe: 'With --chaos: how long',
      defaultDescription: String(defaultSeconds),
    })
    .option('clients', {
      type: 'number',
      requiresArg: true,
      describe: 'With --chaos: how many clients call at once',
      defaultDescription: String(defaultClients),
    })
    .option('kill', {
      type: 'boolean',
      default: false,
      describe: 'With --chaos and --start: kill and pause processes, too',
    });
}

/** Options that say what is shown. */
function withForms(parser: ReturnType<typeof withWork>) {
  return parser
    .option('list', { type: 'boolean', default: false, describe: 'List the checks and end' })
    .option('reporter', {
      choices: reporterNames,
      default: 'spec' as const,
      describe: 'Form of the results',
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Answer of a command, or results, as JSON',
    })
    .option('report', {
      type: 'string',
      requiresArg: true,
      describe: 'Write a page for a browser to this file, too',
    })
    .option('grade', {
      type: 'boolean',
      default: false,
      describe: 'Run the suite, what else is asked for, and print points by area',
    });
}
