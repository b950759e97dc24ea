/**
 * The command line of run-server.sh as a value: every option with its type, range and default.
 * What it does not promise: that the configuration file exists, or has a server of that id.
 */
import yargs from 'yargs';
import { parseAddress } from '../config/parse-address.js';
import { logFormats, logLevels, type LogFormat, type LogThreshold } from '../io/logger.js';
import type { ReplicaTiming } from '../replica/timing.js';
import type { TesterApi } from '../rpc/method-table.js';
import { formats, newestFormat, type Format } from '../state/formats.js';
import { blocksOption, readBlocksTarget, s3EndpointOption } from './blocks-option.js';
import type { BlocksTarget } from './blocks-option.js';
import { readTlsArguments, tlsOptions, type TlsArguments } from './tls-options.js';
import { usageFailure } from './usage-failure.js';
import { UsageError } from './usage-error.js';

export interface ServerArguments {
  readonly configPath: string;
  /** Undefined: every server of the file that is local to this machine. */
  readonly serverId: number | undefined;
  /** As given; undefined stands for the default beside the configuration file. */
  readonly dataDir: string | undefined;
  readonly fresh: boolean;
  readonly ephemeral: boolean;
  /** Where the blocks go; undefined stands for the data folder, or for memory. */
  readonly blocks: BlocksTarget | undefined;
  readonly timing: ReplicaTiming;
  readonly seed: string | undefined;
  readonly listen: ListenArgument | undefined;
  readonly logLevel: LogThreshold;
  readonly logFormat: LogFormat;
  readonly testerApi: TesterApi;
  /** The newest format that this server logs, and tells the others that it reads. */
  readonly formatMax: Format;
  readonly secretFile: string | undefined;
  readonly tls: TlsArguments | undefined;
}

export interface ListenArgument {
  /** Undefined: all addresses of this machine. */
  readonly host: string | undefined;
  /** Undefined: the port of the configuration file. */
  readonly port: number | undefined;
  /** Addresses besides `host`; those that this machine lacks are left out. */
  readonly alsoHosts?: readonly string[] | undefined;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly args: ServerArguments }
  /** `--help` or `--version`: print this and be done. */
  | { readonly kind: 'print'; readonly text: string };

const usage = `$0 CONFIG [ID] [options]

Runs server ID of the cluster that CONFIG describes, in the foreground. Without ID: every server of
CONFIG that is local to this machine, each as its own process, with one labelled log.`;

const timeMsMin = 5;
const timeMsMax = 3_600_000;

/** Throws `UsageError` when a person must type something else. */
export async function parseServerArguments(
  argv: readonly string[],
  version: string,
): Promise<ParsedArguments> {
  let printed: string | undefined;
  const parser = declareOptions(version, argv);
  const parsed = await parser.parseAsync(argv, {}, (_error, _argv, output) => {
    if (output !== '') printed = output;
  });
  if (printed !== undefined) return { kind: 'print', text: printed };
  const [config, id, ...surplus] = parsed._.map(String);
  if (config === undefined) throw new UsageError('CONFIG is missing: the configuration file');
  if (surplus.length > 0) throw new UsageError(`too many arguments: ${surplus.join(' ')}`);
  if (parsed.dataDir === '') throw new UsageError('--data-dir is empty; expected a folder');
  const serverId = id === undefined ? undefined : readServerId(id);
  const args: ServerArguments = {
    configPath: config,
    serverId,
    dataDir: parsed.dataDir,
    fresh: parsed.fresh,
    ephemeral: parsed.ephemeral,
    blocks: readBlocksTarget(parsed),
    timing: readTiming(parsed.heartbeat, parsed.electionTimeout),
    seed: parsed.seed,
    listen: readListen(parsed.listen, serverId),
    logLevel: parsed.logLevel,
    logFormat: parsed.logFormat,
    testerApi: readTesterApi(parsed.noTesterApi, parsed.openTesterApi),
    formatMax: readFormatMax(parsed.formatMax),
    secretFile: parsed.secretFile,
    tls: readTlsArguments(parsed),
  };
  return { kind: 'run', args };
}

const helpColumnsMax = 100;

const options = {
  'data-dir': {
    type: 'string',
    requiresArg: true,
    description: "This server's own data folder; without ID, DIR/metadata<i> for each",
    defaultDescription: 'data/<cluster>/metadata<i> beside CONFIG',
  },
  fresh: { type: 'boolean', default: false, description: "Erase this server's data first" },
  ephemeral: { type: 'boolean', default: false, description: 'Keep nothing on disk' },
  blocks: blocksOption,
  's3-endpoint': s3EndpointOption,
  'election-timeout': {
    type: 'string',
    requiresArg: true,
    default: '300-600',
    description: 'Milliseconds without a leader before an election, drawn from MIN-MAX',
  },
  heartbeat: {
    type: 'string',
    requiresArg: true,
    default: '75',
    description: 'Milliseconds between heartbeats of a leader',
  },
  seed: {
    type: 'string',
    requiresArg: true,
    description: 'Make the randomised timeouts of this process reproducible',
    defaultDescription: 'chance',
  },
  listen: {
    type: 'string',
    requiresArg: true,
    description: 'Listen at this ADDRESS: a host, or host:port when ID is given',
    defaultDescription: 'the host and port in CONFIG',
  },
  'log-level': {
    choices: logLevels,
    requiresArg: true,
    default: 'info' as const,
    description: 'The least urgent level that is written',
  },
  'log-format': {
    choices: logFormats,
    requiresArg: true,
    default: 'pretty' as const,
    description: 'Lines for people, or JSON',
  },
  'no-tester-api': {
    type: 'boolean',
    default: false,
    description: 'Do not serve the methods that break a server on purpose',
  },
  'open-tester-api': {
    type: 'boolean',
    default: false,
    description: "Serve them to whoever reaches the port, and not to the cluster's machines only",
  },
  'format-max': {
    type: 'string',
    requiresArg: true,
    description: 'Use no newer format of the log than this one, so that older programs can read it',
    defaultDescription: `${newestFormat}, once all servers can read it`,
  },
  'secret-file': {
    type: 'string',
    requiresArg: true,
    description:
      'Take calls of servers only with the secret in this FILE, the same for all servers',
    defaultDescription: 'no secret',
  },
  ...tlsOptions,
} as const;

function declareOptions(version: string, argv: readonly string[]) {
  return yargs()
    .scriptName('run-server.sh')
    .usage(usage)
    .parserConfiguration({
      'boolean-negation': false,
      'duplicate-arguments-array': false,
      'parse-positional-numbers': false,
    })
    .options(options)
    .strictOptions()
    .wrap(helpColumnsMax)
    .help()
    .version(version)
    .exitProcess(false)
    .fail(usageFailure(argv));
}

function readTesterApi(isOff: boolean, isOpen: boolean): TesterApi {
  if (isOff && isOpen) {
    throw new UsageError('--no-tester-api and --open-tester-api exclude each other; give one');
  }
  if (isOff) return 'none';
  return isOpen ? 'open' : 'inside';
}

function readFormatMax(text: string | undefined): Format {
  if (text === undefined) return newestFormat;
  const format = formats.find((each) => String(each) === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format-max is "${text}"; expected one of ${formats.join(', ')}`);
}

function readServerId(text: string): number {
  if (!/^(0|[1-9]\d?)$/.test(text)) {
    throw new UsageError(`ID is "${text}"; expected the number of a server, 0 or more`);
  }
  return Number(text);
}

function readTiming(heartbeat: string, electionTimeout: string): ReplicaTiming {
  const heartbeatMs = readTimeMs('--heartbeat', heartbeat);
  const [min, max, ...more] = electionTimeout.split('-');
  if (min === undefined || max === undefined || more.length > 0) {
    throw new UsageError(`--election-timeout is "${electionTimeout}"; expected MIN-MAX`);
  }
  const electionTimeoutMinMs = readTimeMs('--election-timeout', min);
  const electionTimeoutMaxMs = readTimeMs('--election-timeout', max);
  if (electionTimeoutMinMs >= electionTimeoutMaxMs) {
    throw new UsageError(
      `--election-timeout is ${electionTimeout}; expected MIN less than MAX, or elections tie`,
    );
  }
  if (heartbeatMs >= electionTimeoutMinMs) {
    throw new UsageError(
      `--heartbeat is ${heartbeatMs} with elections after ${electionTimeoutMinMs} ms; ` +
        'expected less, or every pause between heartbeats is an election',
    );
  }
  return { heartbeatMs, electionTimeoutMinMs, electionTimeoutMaxMs };
}

function readTimeMs(option: string, text: string): number {
  const timeMs = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (timeMs >= timeMsMin && timeMs <= timeMsMax) return timeMs;
  throw new UsageError(
    `${option} has "${text}"; expected whole milliseconds from ${timeMsMin} to ${timeMsMax}`,
  );
}

function readListen(
  text: string | undefined,
  serverId: number | undefined,
): ListenArgument | undefined {
  if (text === undefined) return undefined;
  const withPort = parseAddress(text);
  if (withPort.kind === 'ok') {
    if (serverId !== undefined) return withPort.address;
    throw new UsageError(`--listen is "${text}"; expected no port, as several servers start`);
  }
  const plainIpv6 = text.includes(':') && !text.startsWith('[');
  const host = parseAddress(`${plainIpv6 ? `[${text}]` : text}:1`);
  if (host.kind === 'ok') return { host: host.address.host, port: undefined };
  throw new UsageError(`--listen is "${text}"; expected <host> or <host>:<port>`);
}
