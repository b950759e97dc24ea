/**
 * `surfraft block`: a stand-alone block store, a service of one process. It keeps and checks bytes;
 * copying and repair are done by the cluster that names it.
 */
import type { CommandModule } from 'yargs';
import { runBlockStore } from '../block-process.js';
import { blocksOption, readBlocksPlace } from '../blocks-option.js';
import { readProgramVersion } from '../program-version.js';
import { readSecretFile } from '../read-secret-file.js';
import { listenForStop } from '../stop-request.js';
import { UsageError } from '../usage-error.js';

interface BlockArguments {
  readonly port: string;
  readonly loopback: boolean;
  readonly debug: boolean;
  readonly 'data-dir': string | undefined;
  readonly ephemeral: boolean;
  readonly blocks: string | undefined;
  readonly 'secret-file': string | undefined;
}

const options = {
  port: { alias: 'p', type: 'string', default: '8080', requiresArg: true, description: 'The port' },
  loopback: {
    alias: 'l',
    type: 'boolean',
    default: false,
    description: 'Listen on the loopback address only',
  },
  debug: {
    alias: 'd',
    type: 'boolean',
    default: false,
    description: 'Log every event, and not only warnings and errors',
  },
  'data-dir': {
    type: 'string',
    requiresArg: true,
    description: 'The folder for all data',
    defaultDescription: 'data/block-<port>',
  },
  ephemeral: { type: 'boolean', default: false, description: 'Keep nothing on disk' },
  blocks: { ...blocksOption, description: 'Keep the blocks in this folder' },
  'secret-file': {
    type: 'string',
    requiresArg: true,
    description: 'FILE with the secret of the cluster that names this store',
    defaultDescription: 'none',
  },
} as const;

export const blockCommand: CommandModule<object, BlockArguments> = {
  command: 'block',
  describe: 'Run a stand-alone block store',
  builder: (parser) => parser.options(options),
  handler: async (given) => {
    const port = readPort(given.port);
    const dataDir = given['data-dir'] ?? `data/block-${port}`;
    if (dataDir === '') throw new UsageError('--data-dir is empty; expected a folder');
    const blocks = readBlocksPlace(given.blocks);
    const secretPath = given['secret-file'];
    const secretFile = secretPath === undefined ? undefined : await readSecretFile(secretPath);
    const exitCode = await runBlockStore({
      ...{ port, dataDir, blocks, secretFile },
      isLoopbackOnly: given.loopback,
      isDebugging: given.debug,
      ephemeral: given.ephemeral,
      version: readProgramVersion(),
      stopRequested: listenForStop(),
    });
    // A disk that hangs must not keep the process.
    process.exit(exitCode);
  },
};

const portMax = 65_535;

function readPort(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= portMax) return port;
  throw new UsageError(`--port is "${text}"; expected a number from 1 to ${portMax}`);
}
