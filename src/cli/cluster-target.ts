/**
 * Which cluster a command of a person means, `-f CONFIG` or `HOST:PORT` of any of its servers, and
 * what all such commands have in common: their options, their one JSON object, their failures.
 */
import type { Argv } from 'yargs';
import { ClusterBlocks } from '../client/cluster-blocks.js';
import { ClusterClient } from '../client/cluster-client.js';
import type { ClientFailure } from '../client/client-errors.js';
import type { ServerProof } from '../client/rpc-connection.js';
import { ClusterFiles } from './cluster-files.js';
import { findServers, readTarget } from './find-cluster.js';
import { printable } from './printable.js';
import { proofOptions, readProof, type ProofOptions } from './proof-options.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

/** What every command that talks to a cluster takes. */
export interface TargetOptions extends ProofOptions {
  /** HOST:PORT of a server, unless `-f` is given, and what else the command takes. */
  readonly words: readonly string[];
  readonly config: string | undefined;
  /** Seconds without a sign of progress after which it gives up. */
  readonly timeout: number;
  readonly json: boolean;
}

const timeoutSecondsDefault = 10;

/**
 * Adds the words, of which `others` follow the target, `-f`, `--timeout` and `--json`, and what
 * proves who calls.
 */
export function targetOptions(parser: Argv, others = ''): Argv<TargetOptions> {
  return parser
    .positional('words', {
      type: 'string',
      array: true,
      default: [],
      description: `HOST:PORT of a server, unless -f is given${others}`,
    })
    .option('config', {
      alias: 'f',
      type: 'string',
      requiresArg: true,
      description: "The cluster's configuration file, in place of HOST:PORT of one of its servers",
    })
    .option('timeout', {
      type: 'number',
      default: timeoutSecondsDefault,
      requiresArg: true,
      description: 'Seconds without a sign of progress before it gives up',
    })
    .option('json', {
      type: 'boolean',
      default: false,
      description: 'Print one JSON object',
    })
    .options(proofOptions);
}

/** The words of a command line: the target, unless `-f` names it, and the others. */
export interface TargetWords {
  readonly address: string | undefined;
  readonly words: readonly string[];
}

/** Tells the target from the others, of which there are `least` to `most`; `usage` names them. */
export function splitTarget(
  { config, words }: TargetOptions,
  { least, most, usage }: { readonly least: number; readonly most: number; readonly usage: string },
): TargetWords {
  const [address, ...rest] = words;
  const split = config === undefined ? { address, words: rest } : { address: undefined, words };
  if (config === undefined && address === undefined) {
    throw new UsageError('expected HOST:PORT of a server, or -f with a configuration file');
  }
  if (split.words.length < least || split.words.length > most) {
    throw new UsageError(`expected ${usage}, not ${split.words.length} words behind the cluster`);
  }
  return split;
}

/** The cluster that was named, for as long as a command works. */
export interface OpenCluster {
  readonly client: ClusterClient;
  readonly files: ClusterFiles;
  readonly blocks: ClusterBlocks;
  readonly proof: ServerProof;
}

/** Runs `work` with the cluster, and closes all connections to it. */
export async function withCluster<T>(
  options: TargetOptions,
  address: string | undefined,
  work: (cluster: OpenCluster) => Promise<T>,
): Promise<T> {
  if (!(options.timeout > 0)) throw new UsageError('--timeout expects a number above 0');
  const timeoutMs = options.timeout * 1000;
  const target = await readTarget(options.config, address);
  const { proof, warnings } = await readProof(options);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const servers = await findServers(target, timeoutMs, proof);
  const client = new ClusterClient(servers, { timeoutMs, ...proof });
  const blocks = new ClusterBlocks(servers, { timeoutMs, ...proof });
  try {
    return await work({ client, blocks, proof, files: new ClusterFiles(client, timeoutMs) });
  } finally {
    blocks.close();
    client.close();
  }
}

/**
 * Runs a command that answers people with `print` and programs with one JSON object. What the
 * cluster refuses ends it with exit code 1 and, under `--json`, with the reason in that object.
 */
export async function answering<T extends object>(
  { json }: Pick<TargetOptions, 'json'>,
  work: () => Promise<T>,
  print: (answer: T) => void,
): Promise<void> {
  try {
    const answer = await work();
    if (json) process.stdout.write(`${JSON.stringify({ ok: true, ...answer })}\n`);
    else print(answer);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: error.message })}\n`);
    else process.stderr.write(`${printable(error.message)}\n`);
    process.exitCode = 1;
  }
}

/** Runs a command that prints as it goes, and what ends it for people: exit code 1. */
export function watching(work: () => Promise<void>): Promise<void> {
  const run = async (): Promise<object> => {
    await work();
    return {};
  };
  return answering({ json: false }, run, () => undefined);
}

function isRefusal(error: unknown): error is Error {
  if (error instanceof StartError) return true;
  return error instanceof Error && 'isWithoutEffect' in (error as Partial<ClientFailure>);
}
