/** What the services of one process have in common on their command lines. */
import { blocksOption, readBlocksTarget, s3EndpointOption } from './blocks-option.js';
import type { BlocksTarget } from './blocks-option.js';
import { readSecretFile, type SecretFile } from './read-secret-file.js';
import { readTlsFiles, type TlsFiles } from './read-tls-files.js';
import { readTlsArguments, tlsOptions, type TlsOptions } from './tls-options.js';
import type { ListenPlace } from '../rpc/listen-place.js';
import { UsageError } from './usage-error.js';

export interface ServiceArguments extends TlsOptions {
  readonly port: string;
  readonly loopback: boolean;
  readonly debug: boolean;
  readonly 'data-dir': string | undefined;
  readonly ephemeral: boolean;
  readonly blocks: string | undefined;
  readonly 's3-endpoint': string | undefined;
  readonly 'secret-file': string | undefined;
}

export const serviceOptions = {
  port: { alias: 'p', type: 'string', default: '8080', requiresArg: true, description: 'The port' },
  loopback: {
    alias: 'l',
    type: 'boolean',
    default: false,
    description: 'Listen on the loopback addresses only',
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
    defaultDescription: 'data/<subcommand>-<port>',
  },
  ephemeral: { type: 'boolean', default: false, description: 'Keep nothing on disk' },
  blocks: {
    ...blocksOption,
    description: 'Keep the blocks in this folder, or in s3://BUCKET[/PREFIX]',
  },
  's3-endpoint': s3EndpointOption,
  'secret-file': {
    type: 'string',
    requiresArg: true,
    description: 'FILE with the secret of the cluster that names this store',
    defaultDescription: 'none',
  },
  ...tlsOptions,
} as const;

/** The same, checked. */
export interface ServiceOptions {
  readonly port: number;
  readonly isLoopbackOnly: boolean;
  readonly isDebugging: boolean;
  readonly dataDir: string;
  /** A place of the blocks alone; undefined stands for a folder in `dataDir`. */
  readonly blocks: BlocksTarget | undefined;
  readonly ephemeral: boolean;
  readonly secretFile: SecretFile | undefined;
  readonly tlsFiles: TlsFiles | undefined;
}

/** Throws `UsageError` naming what is wrong. */
export async function readServiceOptions(
  subcommand: string,
  given: ServiceArguments,
): Promise<ServiceOptions> {
  const port = readPort(given.port);
  const dataDir = given['data-dir'] ?? `data/${subcommand}-${port}`;
  if (dataDir === '') throw new UsageError('--data-dir is empty; expected a folder');
  const secretPath = given['secret-file'];
  const tls = readTlsArguments(given);
  return {
    ...{ port, dataDir, ephemeral: given.ephemeral },
    isLoopbackOnly: given.loopback,
    isDebugging: given.debug,
    blocks: readBlocksTarget({ blocks: given.blocks, s3Endpoint: given['s3-endpoint'] }),
    secretFile: secretPath === undefined ? undefined : await readSecretFile(secretPath),
    tlsFiles: tls === undefined ? undefined : await readTlsFiles(tls),
  };
}

/** Where a service listens. */
export function listenPlace({ port, isLoopbackOnly }: ServiceOptions): ListenPlace {
  if (!isLoopbackOnly) return { host: undefined, port };
  return { host: '127.0.0.1', alsoHosts: ['::1'], port };
}

const portMax = 65_535;

/** Throws `UsageError`. */
export function readPort(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= portMax) return port;
  throw new UsageError(`--port is "${text}"; expected a number from 1 to ${portMax}`);
}
