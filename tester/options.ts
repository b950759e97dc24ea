/**
 * The command line: a typed request out of it, or a sentence that says what is wrong.
 */
import { describeUnknownWords } from '../src/base/unknown-words.js';
import { accessMistake, type AccessFiles } from './access-files.js';
import { defaultClients, defaultSeconds, makeParser } from './command-line.js';
import { parseCommand } from './one-shot.js';
import type { ChaosRequest, Judged, JudgeOptions, Request, Work } from './request.js';
import { parseAddress } from './wire/address.js';

const timeoutScaleMax = 100;
const secondsMax = 86_400;
const clientsMax = 128;

type Arguments = Awaited<ReturnType<ReturnType<typeof makeParser>['parseAsync']>>;

/** What is wrong with the command line. */
class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** `argv` without node and script; `version` is what --version shows. */
export async function parseRequest(argv: readonly string[], version: string): Promise<Request> {
  const parser = makeParser(argv);
  let args;
  try {
    args = await parser.parseAsync();
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const help = await parser.getHelp();
    return misuse(describeUnknownWords({ message, argv, help }) ?? message);
  }
  if (args.help) return { kind: 'print', text: await parser.getHelp() };
  if (args.version) return { kind: 'print', text: version };
  try {
    return requestOf(args);
  } catch (error) {
    if (error instanceof Misuse) return misuse(error.message);
    throw error;
  }
}

function misuse(message: string): Request {
  return { kind: 'misuse', message: `${message} (see --help)` };
}

/** Of an option that is given twice, yargs makes a list, whatever its type. */
function refuseRepeated(args: Arguments): void {
  const repeatable = ['_', 'only', 'scenario'];
  const repeated = Object.entries(args).find(
    ([name, value]) => Array.isArray(value) && !repeatable.includes(name),
  );
  if (repeated !== undefined) throw new Misuse(`--${repeated[0]} is given twice`);
}

function requestOf(args: Arguments): Request {
  refuseRepeated(args);
  const timeoutScale = within(args, 'timeout-scale', timeoutScaleMax) ?? 1;
  const work = workOf(args);
  const access = accessOf(args);
  if (args.list) return { kind: 'list', only: args.only, work };
  const [addressText, command, ...rest] = args._.map(String);
  if (args.start !== undefined) {
    if (addressText !== undefined) {
      throw new Misuse(`--start starts the servers to be judged; "${addressText}" is one too many`);
    }
    if (args.config !== undefined) {
      throw new Misuse('--start names the configuration file itself; leave --config out');
    }
    const judged = { kind: 'started' as const, configFile: args.start, ...access };
    const serverCommand = args['server-command'];
    return judgeRequest(args, { ...judged, serverCommand }, { work, timeoutScale });
  }
  if (args['server-command'] !== undefined) throw new Misuse('--server-command needs --start');
  if (addressText === undefined) throw new Misuse('HOST:PORT is missing');
  const address = parseAddress(addressText);
  if (address === undefined) throw new Misuse(`"${addressText}" is not HOST:PORT`);
  if (command !== undefined) {
    const call = parseCommand(command, rest);
    if (typeof call === 'string') throw new Misuse(call);
    if (args.chaos || args.scenario.length > 0 || args.grade) {
      throw new Misuse(`"${command}" is one call; it goes with no run of checks`);
    }
    return { kind: 'call', address, call, asJson: args.json, timeoutScale, ...access };
  }
  const judged = { kind: 'running' as const, address, configFile: args.config, ...access };
  return judgeRequest(args, judged, { work, timeoutScale });
}

/** Empty without any of the options. */
function accessOf(args: Arguments): { readonly accessFiles?: AccessFiles } {
  const names = ['tls-ca', 'tls-cert', 'tls-key', 'secret-file'] as const;
  const accessFiles: AccessFiles = Object.fromEntries(
    names.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])),
  );
  const mistake = accessMistake(accessFiles);
  if (mistake !== undefined) throw new Misuse(mistake);
  return Object.keys(accessFiles).length === 0 ? {} : { accessFiles };
}

function judgeRequest(
  args: Arguments,
  judged: Judged,
  settled: { readonly work: Work; readonly timeoutScale: number },
): Request {
  if (settled.work.chaos?.kill === true && judged.kind !== 'started') {
    throw new Misuse('--kill needs --start: only processes that the tester started may be killed');
  }
  const options: JudgeOptions = {
    ...settled,
    only: args.only,
    reporter: args.json ? 'json' : args.reporter,
    reportFile: args.report,
    grade: args.grade,
  };
  return { kind: 'judge', judged, options };
}

function workOf(args: Arguments): Work {
  const chaos = args.chaos ? chaosOf(args) : undefined;
  if (chaos === undefined) {
    for (const option of ['seed', 'seconds', 'clients', 'kill'] as const) {
      const isGiven = args[option] !== undefined && args[option] !== false;
      if (isGiven) throw new Misuse(`--${option} needs --chaos`);
    }
  }
  const isSuiteReplaced = args.scenario.length > 0 || chaos !== undefined;
  return { suite: args.grade || !isSuiteReplaced, scenarios: args.scenario, chaos };
}

function chaosOf(args: Arguments): ChaosRequest {
  const clients = within(args, 'clients', clientsMax) ?? defaultClients;
  if (!Number.isInteger(clients)) throw new Misuse(`--clients is a whole number, not ${clients}`);
  const seconds = within(args, 'seconds', secondsMax) ?? defaultSeconds;
  return { seed: args.seed, seconds, clients, kill: args.kill };
}

/** A number above 0 and at most `max`; undefined when the option is not given. */
function within(
  args: Arguments,
  option: 'timeout-scale' | 'seconds' | 'clients',
  max: number,
): number | undefined {
  const value = args[option];
  if (value === undefined || (value > 0 && value <= max)) return value;
  throw new Misuse(`--${option} is a number above 0 and at most ${max}`);
}
