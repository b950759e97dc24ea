/**
 * The command line: a typed request out of it, or a sentence that says what is wrong.
 */
import yargs from 'yargs';
import { parseAddress, type Address } from './wire/address.js';
import { commandUsages, parseCommand, type OneShotCall } from './one-shot.js';

export const reporterNames = ['spec', 'tap', 'junit', 'json'] as const;
export type ReporterName = (typeof reporterNames)[number];

export type Request =
  /** `text` is what the user asked to read. */
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'list'; readonly only: readonly string[] }
  | { readonly kind: 'judge'; readonly address: Address; readonly suite: SuiteOptions }
  | {
      readonly kind: 'call';
      readonly address: Address;
      readonly call: OneShotCall;
      readonly asJson: boolean;
      readonly timeoutScale: number;
    }
  | { readonly kind: 'misuse'; readonly message: string };

export interface SuiteOptions {
  readonly configFile: string | undefined;
  readonly only: readonly string[];
  readonly reporter: ReporterName;
  readonly timeoutScale: number;
}

const timeoutScaleMax = 100;

const commandHelp = Object.values(commandUsages)
  .map((usage) => `  HOST:PORT ${usage}`)
  .join('\n');

const description = `Usage: run-tester.sh HOST:PORT [options]
       run-tester.sh HOST:PORT COMMAND [ARGUMENTS] [--json]

Judges the live cluster that the server at HOST:PORT belongs to. Its servers are crashed and
restored on the way; files named "tester-…" are left in its map.

Commands (one call each):
${commandHelp}`;

const epilogue = `Exit codes: 0 all passed (a command: answered), 1 something failed (a command: a
fault, or false from updatefile), 2 the server cannot be reached or the command line is wrong.`;

function makeParser(argv: readonly string[]) {
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
    .option('only', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'all',
      describe: 'Run only checks whose "group: name" contains this text; may be repeated',
    })
    .option('list', { type: 'boolean', default: false, describe: 'List the checks and end' })
    .option('reporter', {
      choices: reporterNames,
      default: 'spec' as const,
      describe: 'Form of the report',
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Answer of a command, or report, as JSON',
    })
    .option('timeout-scale', {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'Multiply every time limit, for slow machines and networks',
    })
    .strictOptions()
    .exitProcess(false)
    .fail(false)
    .help(false)
    .version(false)
    .option('help', { type: 'boolean', default: false, describe: 'Show this text' })
    .option('version', { type: 'boolean', default: false, describe: 'Show the version' })
    .wrap(100);
}

function misuse(message: string): Request {
  return { kind: 'misuse', message: `${message} (see --help)` };
}

/** `argv` without node and script; `version` is what --version shows. */
export async function parseRequest(argv: readonly string[], version: string): Promise<Request> {
  const parser = makeParser(argv);
  let args;
  try {
    args = await parser.parseAsync();
  } catch (error) {
    return misuse(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  if (args.help) return { kind: 'print', text: await parser.getHelp() };
  if (args.version) return { kind: 'print', text: version };
  if (args.list) return { kind: 'list', only: args.only };
  const [addressText, command, ...rest] = args._.map(String);
  if (addressText === undefined) return misuse('HOST:PORT is missing');
  const address = parseAddress(addressText);
  if (address === undefined) return misuse(`"${addressText}" is not HOST:PORT`);
  const timeoutScale = args['timeout-scale'];
  if (!(timeoutScale > 0 && timeoutScale <= timeoutScaleMax)) {
    return misuse(`--timeout-scale is a number above 0 and at most ${timeoutScaleMax}`);
  }
  if (command !== undefined) {
    const call = parseCommand(command, rest);
    if (typeof call === 'string') return misuse(call);
    return { kind: 'call', address, call, asJson: args.json, timeoutScale };
  }
  const suite: SuiteOptions = {
    configFile: args.config,
    only: args.only,
    reporter: args.json ? 'json' : args.reporter,
    timeoutScale,
  };
  return { kind: 'judge', address, suite };
}
