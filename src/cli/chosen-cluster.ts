/**
 * The cluster that a command looks at or disturbs: its options, who its servers are, and calls to
 * one of them. TARGET is a configuration file, or HOST:PORT of any one server, which names the
 * others.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { toCallFailure } from '../client/call-failure.js';
import { describeServer } from '../client/describe-server.js';
import { lookAtServer } from '../client/look-at-server.js';
import { RpcConnection, type ServerEndpoint, type ServerProof } from '../client/rpc-connection.js';
import { parseAddress } from '../config/parse-address.js';
import type { ClusterLook, Seen, ServerAddress, ServerLook } from '../doctor/cluster-look.js';
import { membersIn } from '../doctor/members.js';
import { faultCode } from '../rpc/codec/fault-code.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { configDigestOf } from './config-digest.js';
import { proofOptions, readProof, type ProofOptions } from './proof-options.js';
import { readClusterConfig } from './read-cluster-config.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

export interface ChosenOptions extends ProofOptions {
  readonly words: readonly string[];
  readonly config: string | undefined;
  readonly timeout: number;
  readonly json: boolean;
}

/** Longer than a busy server takes for a page, shorter than the patience of whoever looks. */
const silenceMs = 2_000;
const pauseMs = 200;
const timeoutSecondsDefault = 10;

/** Adds TARGET, which `others` may follow, `--timeout`, `--json` and what proves who calls. */
export function chosenOptions(parser: Argv, others = ''): Argv<ChosenOptions> {
  return parser
    .positional('words', {
      type: 'string',
      array: true,
      default: [],
      description: `TARGET: the configuration file, or HOST:PORT of a server${others}`,
    })
    .options({
      config: {
        ...{ alias: 'f', type: 'string', requiresArg: true },
        description: 'The configuration file, in place of TARGET',
      },
      timeout: {
        ...{ type: 'number', default: timeoutSecondsDefault, requiresArg: true },
        description: 'Seconds without a sign of progress before it gives up',
      },
      json: { type: 'boolean', default: false, description: 'Print one JSON object' },
      ...proofOptions,
    });
}

export interface ChosenServer extends ServerEndpoint, ServerAddress {}

export interface ChosenCluster {
  readonly servers: readonly ChosenServer[];
  readonly config: ClusterLook['config'];
  /** As it was typed. */
  readonly target: string;
  /** The words behind TARGET. */
  readonly words: readonly string[];
  readonly proof: ServerProof;
  readonly timeoutMs: number;
}

/** How many words follow TARGET, and what they are. */
export interface WordBounds {
  readonly least: number;
  readonly most: number;
  readonly usage: string;
}

const noWords: WordBounds = { least: 0, most: 0, usage: 'nothing but TARGET' };

/** Throws `UsageError`, and `StartError` when the named server says nothing of the others. */
export async function openChosen(
  args: ChosenOptions,
  { least, most, usage }: WordBounds = noWords,
): Promise<ChosenCluster> {
  if (!(args.timeout > 0)) throw new UsageError('--timeout expects a number above 0');
  const [target = args.config, ...words] =
    args.config === undefined ? args.words : [args.config, ...args.words];
  if (target === undefined) {
    throw new UsageError('expected TARGET: a configuration file, or HOST:PORT of a server');
  }
  if (words.length < least || words.length > most) {
    const many = `${words.length} words behind ${target}`;
    throw new UsageError(`expected ${usage}, not ${many}`);
  }
  const { proof, warnings } = await readProof(args);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const timeoutMs = args.timeout * 1_000;
  const found = await findTarget(target, args.config !== undefined, { proof, timeoutMs });
  return { ...found, target, words, proof, timeoutMs };
}

async function findTarget(
  target: string,
  isFile: boolean,
  { proof, timeoutMs }: Pick<ChosenCluster, 'proof' | 'timeoutMs'>,
): Promise<Pick<ChosenCluster, 'servers' | 'config'>> {
  const parsed = parseAddress(target);
  if (isFile || parsed.kind === 'error') {
    const config = await readClusterConfig(target);
    const { servers } = config;
    return {
      servers: await presentServers(servers, proof),
      config: { digest: configDigestOf(config), servers },
    };
  }
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const seen = await lookAtServer(parsed.address, proof, silenceMs);
    if (seen.kind === 'report') {
      return { servers: seen.report.peers.flatMap(toServer), config: undefined };
    }
    if (performance.now() > untilMs || seen.kind !== 'silent') {
      throw new StartError(
        `${target} does not tell who the servers are: ${seen.reason}; name another server, ` +
          'or the configuration file',
      );
    }
    await wait(pauseMs);
  }
}

/**
 * The members as the servers of a file know them, which may be more, or others, since the file was
 * written; those of the file where none of them tells.
 */
async function presentServers(
  servers: readonly ChosenServer[],
  proof: ServerProof,
): Promise<readonly ChosenServer[]> {
  const looks = servers.map((server) => lookAtServer(server, proof, silenceMs));
  // Who follows, or leads, is up to date enough: nobody waits for a server that hangs.
  const first = looks.map(async (look) => {
    const members = membersOf(await look);
    if (members === undefined) throw new Error('it does not tell');
    return members;
  });
  const members = await Promise.any(first).catch(() => undefined);
  return members?.flatMap(toServer) ?? servers;
}

function membersOf(seen: Seen): readonly ServerAddress[] | undefined {
  if (seen.kind !== 'report' || seen.report.leaderId === undefined) return undefined;
  return membersIn([seen.report]);
}

/** None when the address is none. */
export function toServer({ id, address }: ServerAddress): readonly ChosenServer[] {
  const parsed = parseAddress(address);
  return parsed.kind === 'ok' ? [{ ...parsed.address, id, address }] : [];
}

/**
 * Asks all servers at once, and those that only they know of. The members may be others than when
 * the cluster was opened.
 */
export async function lookAtCluster(cluster: ChosenCluster): Promise<ClusterLook> {
  const { config, target, proof } = cluster;
  const inFile = config?.servers.flatMap(toServer) ?? [];
  const known = [...cluster.servers, ...inFile.filter(isMissingIn(cluster.servers))];
  const looks = await lookAt(known, proof);
  const reports = looks.flatMap(({ seen }) => (seen.kind === 'report' ? [seen.report] : []));
  const members = membersIn(reports);
  const present = members?.flatMap(toServer) ?? cluster.servers;
  const late = await lookAt(present.filter(isMissingIn(known)), proof);
  const servers = [...looks, ...late].filter(({ id }) => present.some((each) => each.id === id));
  return {
    servers: servers.toSorted((a, b) => a.id - b.id),
    learners: members?.filter(({ voter }) => !voter).map(({ id }) => id) ?? [],
    others: looks.filter((look) => !servers.includes(look)),
    ...{ config, target },
  };
}

function isMissingIn(servers: readonly ServerAddress[]): (server: ServerAddress) => boolean {
  return ({ id }) => !servers.some((each) => each.id === id);
}

function lookAt(
  servers: readonly ChosenServer[],
  proof: ServerProof,
): Promise<readonly ServerLook[]> {
  return Promise.all(
    servers.map(async (server) => {
      const seen = await lookAtServer(server, proof, silenceMs);
      return { id: server.id, address: server.address, seen };
    }),
  );
}

/** The server of a word; throws `UsageError` for what is no id of one. */
export function serverOf({ servers }: ChosenCluster, word: string): ChosenServer {
  const server = servers.find(({ id }) => String(id) === word);
  if (server !== undefined) return server;
  const ids = servers.map(({ id }) => id).join(', ');
  throw new UsageError(`there is no server ${JSON.stringify(word)}; expected an ID of ${ids}`);
}

/**
 * The value that a server answers to one call. Throws the errors of client-errors.ts, and
 * `StartError` where it has no such methods.
 */
export async function callServer(
  { proof }: Pick<ChosenCluster, 'proof'>,
  server: ServerEndpoint,
  method: string,
  params: readonly XmlValue[] = [],
): Promise<XmlValue> {
  const connection = new RpcConnection(server, proof);
  try {
    const answer = await connection.call(method, params, AbortSignal.timeout(callMs));
    if (answer.kind === 'value') return answer.value;
    const where = describeServer(server);
    if (answer.kind === 'fault' && answer.fault.code === faultCode.methodNotFound) {
      throw new StartError(
        `${where} has no method ${method}: it was started with --no-tester-api, or is older`,
      );
    }
    throw toCallFailure(answer, where).error;
  } finally {
    connection.close();
  }
}

/** `setleader` alone may take 2 s. */
const callMs = 4_000;
