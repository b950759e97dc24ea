/**
 * `surfraft server -s meta|block|both`: a service of one process. `meta` and `both` are a cluster
 * of one server, which keeps the blocks, too, unless it is given the addresses of block stores.
 */
import type { CommandModule } from 'yargs';
import { asServerId } from '../../base/ids.js';
import type { Address, ClusterConfig } from '../../config/cluster-config.js';
import { parseAddress } from '../../config/parse-address.js';
import { refuseIdleBlocksPlace } from '../blocks-option.js';
import { runBlockStore } from '../block-process.js';
import { readProgramVersion } from '../program-version.js';
import { parseServerArguments, type ServerArguments } from '../server-arguments.js';
import { runServer } from '../server-process.js';
import {
  listenPlace,
  readServiceOptions,
  serviceOptions,
  type ServiceArguments,
  type ServiceOptions,
} from '../service-options.js';
import { listenForStop } from '../stop-request.js';
import { UsageError } from '../usage-error.js';

interface ServerCommandArguments extends ServiceArguments {
  readonly service: string;
  readonly words: readonly string[];
}

const services = ['meta', 'block', 'both'] as const;

export const serverCommand: CommandModule<object, ServerCommandArguments> = {
  command: 'server [words..]',
  describe: 'Run a service of one process: server -s meta|block|both [BLOCK_ADDR ..]',
  builder: (parser) =>
    parser
      .options(serviceOptions)
      .positional('words', {
        type: 'string',
        array: true,
        default: [],
        description: 'HOST:PORT of the block stores that keep the blocks',
      })
      .option('service', {
        alias: 's',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        description: 'meta, block, or both',
      }),
  handler: async (given) => {
    const service = readService(given.service);
    const stores = given.words.map(readStore);
    if (service === 'block' && stores.length > 0) {
      throw new UsageError('a block store takes no addresses of others');
    }
    const options = await readServiceOptions('server', given);
    const parts = { version: readProgramVersion(), stopRequested: listenForStop() };
    const exitCode =
      service === 'block'
        ? await runBlockStore({ ...options, ...parts })
        : await runAlone(options, stores, parts);
    // A disk that hangs must not keep the process.
    process.exit(exitCode);
  },
};

function readService(text: string): (typeof services)[number] {
  const service = services.find((known) => known === text.toLowerCase());
  if (service !== undefined) return service;
  throw new UsageError(`--service is "${text}"; expected one of ${services.join(', ')}`);
}

function readStore(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed.kind === 'ok') return parsed.address;
  throw new UsageError(parsed.problem);
}

async function runAlone(
  options: ServiceOptions,
  stores: readonly Address[],
  parts: { readonly version: string; readonly stopRequested: Promise<string> },
): Promise<number> {
  const { port, secretFile, tlsFiles } = options;
  const server = { id: asServerId(0), host: 'localhost', port, address: `localhost:${port}` };
  const config: ClusterConfig = {
    ...{ servers: [server], removed: [], founders: [server] },
    blocks: stores.map((address, index) => ({ index, ...address })),
    copies: undefined,
  };
  refuseIdleBlocksPlace(options.blocks, stores);
  const args = await serverArguments(options);
  return runServer({ args, config, server, secretFile, tlsFiles, ...parts });
}

/** As run-server.sh would take them, with its defaults. */
async function serverArguments(options: ServiceOptions): Promise<ServerArguments> {
  const { isDebugging, dataDir, ephemeral, blocks } = options;
  const level = isDebugging ? 'debug' : 'warn';
  const words = ['(no file)', '0', '--log-level', level];
  if (ephemeral) words.push('--ephemeral');
  else words.push('--data-dir', dataDir);
  const parsed = await parseServerArguments(words, '');
  if (parsed.kind === 'print') throw new UsageError(parsed.text);
  return { ...parsed.args, blocks, listen: listenPlace(options) };
}
