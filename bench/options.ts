/** The command line of `npm run bench`: a typed request out of it, or what is wrong with it. */
import yargs from 'yargs';
import { goals, type GoalId } from './goals/goals.js';
import { growthAxes, type GrowthAxis } from './growth/growth-axes.js';

export interface BenchOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly steadySeconds: number;
  /** Undefined: all. */
  readonly goals: readonly GoalId[] | undefined;
  /** Transfers of whole folders instead of the goals. */
  readonly isSync: boolean;
  /** The axes of growth instead of the goals. */
  readonly growth: readonly GrowthAxis[] | undefined;
  /** The gateway beside web servers instead of the goals. */
  readonly gateway: boolean;
  /** The site under so many people for so long, instead of the goals. */
  readonly site: boolean;
  readonly people: number;
  readonly siteSeconds: number;
  /** Decides what the people do. */
  readonly seed: string;
  /** Below which the data folders go; undefined: the build folder of the project. */
  readonly dataDir: string | undefined;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly markdown: string | undefined;
}

export type BenchRequest =
  | { readonly kind: 'run'; readonly options: BenchOptions }
  | { readonly kind: 'list'; readonly options: BenchOptions }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'misuse'; readonly message: string };

const usage = `npm run bench -- [options]

Measures SurfRaft side by side with etcd and with bare node:http, and prints one table of all goals
with a verdict on each. What is not installed (Debian: etcd-server, wrk) is said and left out.`;

const epilogue = `Exit codes: 0 it ran, whatever the verdicts; 1 a system failed, or the site lost
or doubled something; 2 the command line is wrong, or there is no disk to measure on.`;

const quick = { rounds: 1, seconds: 1, warmUpSeconds: 1, steadySeconds: 0 };
const thorough = { rounds: 5, seconds: 5, warmUpSeconds: 3, steadySeconds: 15 };
const quickSite = { people: 40, seconds: 12 };
const thoroughSite = { people: 200, seconds: 60 };
const roundsMax = 1000;
const secondsMax = 3600;
const peopleMax = 1000;
const helpColumns = 100;

const file = { type: 'string', requiresArg: true } as const;
const count = { type: 'number', requiresArg: true } as const;

const options = {
  quick: { type: 'boolean', default: false, describe: 'Under a minute: short, and nothing big' },
  only: { ...file, describe: 'Only goals (or axes of growth) whose id or text has this in it' },
  rounds: {
    ...count,
    describe: 'The systems take turns in each; figures are medians over them',
    defaultDescription: `${thorough.rounds}, --quick: ${quick.rounds}`,
  },
  seconds: {
    ...count,
    describe: 'Of load in each measurement, in whole seconds',
    defaultDescription:
      `${thorough.seconds}, --quick: ${quick.seconds}; ` +
      `--site: ${thoroughSite.seconds}, ${quickSite.seconds}`,
  },
  growth: {
    type: 'boolean',
    default: false,
    describe: 'How cost grows with files, servers, clients and hashes, instead of the goals',
  },
  sync: {
    type: 'boolean',
    default: false,
    describe: 'Folders brought into a cluster and back, beside cp, rclone and rsync, instead',
  },
  gateway: {
    type: 'boolean',
    default: false,
    describe: 'The HTTP gateway beside Apache 2 and nginx, instead of the goals',
  },
  site: {
    type: 'boolean',
    default: false,
    describe: 'People on the site while its leader is killed, with every answer checked, instead',
  },
  people: {
    ...count,
    describe: 'With --site: how many there are',
    defaultDescription: `${thoroughSite.people}, --quick: ${quickSite.people}`,
  },
  seed: {
    ...file,
    describe: 'With --site: decides what people do',
    defaultDescription: 'a new one',
  },
  json: { ...file, describe: 'Write everything that was measured to this file' },
  svg: {
    ...file,
    describe: 'Draw the goals; with --growth a figure for each axis: FILE-files.svg, …',
  },
  markdown: { ...file, describe: 'Write the table and what it was measured on to this file' },
  'data-dir': {
    ...file,
    describe: 'All systems keep their data below it',
    defaultDescription: 'the build folder of the project',
  },
  list: { type: 'boolean', default: false, describe: 'Say what would be measured' },
  help: { type: 'boolean', default: false, describe: 'Show this text' },
} as const;

/** What is wrong with the command line. */
class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** `argv` without node and script. */
export async function parseBenchRequest(argv: readonly string[]): Promise<BenchRequest> {
  const parser = declareOptions(argv);
  try {
    const args = await parser.parseAsync();
    if (args.help) return { kind: 'print', text: await parser.getHelp() };
    return requestOf(args);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'misuse', message: `${message} (see --help)` };
  }
}

function declareOptions(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName('npm run bench --')
    .usage(usage)
    .epilogue(epilogue)
    .parserConfiguration({ 'camel-case-expansion': false })
    .strict()
    .exitProcess(false)
    .fail(false)
    .help(false)
    .version(false)
    .options(options)
    .wrap(helpColumns);
}

type Arguments = Awaited<ReturnType<ReturnType<typeof declareOptions>['parseAsync']>>;

function requestOf(args: Arguments): BenchRequest {
  const repeated = Object.entries(args).find(
    ([name, value]) => name !== '_' && Array.isArray(value),
  );
  if (repeated !== undefined) throw new Misuse(`--${repeated[0]} is given twice`);
  if (args.sync && args.growth) throw new Misuse('--sync and --growth are two different runs');
  if (
    args.gateway &&
    (args.growth || args.sync || args.only !== undefined || args.svg !== undefined)
  ) {
    throw new Misuse('--gateway goes with --quick, --rounds, --json and --markdown alone');
  }
  checkSite(args);
  const preset = args.quick ? quick : thorough;
  const site = args.quick ? quickSite : thoroughSite;
  const parsed = {
    isQuick: args.quick,
    isSync: args.sync,
    rounds: whole('rounds', args.rounds, roundsMax) ?? preset.rounds,
    seconds: whole('seconds', args.seconds, secondsMax) ?? preset.seconds,
    warmUpSeconds: preset.warmUpSeconds,
    steadySeconds: preset.steadySeconds,
    goals: args.growth ? undefined : chosenGoals(args.only),
    growth: args.growth ? chosenAxes(args.only) : undefined,
    gateway: args.gateway,
    site: args.site,
    people: whole('people', args.people, peopleMax) ?? site.people,
    siteSeconds: whole('seconds', args.seconds, secondsMax) ?? site.seconds,
    seed: args.seed ?? String(Date.now()),
    dataDir: args['data-dir'],
    json: args.json,
    svg: args.svg,
    markdown: args.markdown,
  };
  return { kind: args.list ? 'list' : 'run', options: parsed };
}

function checkSite(args: Arguments): void {
  const { site, growth, sync, gateway, only, svg, rounds, people, seed } = args;
  if (!site) {
    if (people !== undefined) throw new Misuse('--people goes with --site');
    if (seed !== undefined) throw new Misuse('--seed goes with --site');
    return;
  }
  if (growth || sync || gateway || [only, svg, rounds].some((value) => value !== undefined)) {
    throw new Misuse(
      '--site goes with --quick, --people, --seconds, --seed, --json, --markdown and --data-dir',
    );
  }
}

function whole(name: string, value: number | undefined, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Misuse(`--${name} is a whole number from 1 to ${max}`);
}

function chosenGoals(pattern: string | undefined): readonly GoalId[] | undefined {
  if (pattern === undefined) return undefined;
  const found = [...goals].filter(([id, { what }]) => matches(pattern, id, what));
  if (found.length === 0) throw new Misuse(`no goal has "${pattern}" in it; --list shows them`);
  return found.map(([id]) => id);
}

function chosenAxes(pattern: string | undefined): readonly GrowthAxis[] {
  const found = growthAxes.filter(
    ({ id, what }) => pattern === undefined || matches(pattern, id, what),
  );
  if (found.length > 0) return found;
  throw new Misuse(`no axis of growth has "${String(pattern)}" in it; --list shows them`);
}

function matches(pattern: string, ...texts: readonly string[]): boolean {
  return texts.some((text) => text.toLowerCase().includes(pattern.toLowerCase()));
}
