/**
 * Reads the configuration file of a gateway and everything that it names, and finds out which
 * workers belong to this machine. What is wrong is a `UsageError`, found before a port is opened.
 */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type {
  ClusterTlsConfig,
  GatewayConfig,
  TlsConfig,
} from '../gateway/config/gateway-config.js';
import { parseGatewayConfig } from '../gateway/config/parse-gateway-config.js';
import type { MasterSetup, WorkerSetup } from '../gateway/master/master.js';
import { openHeldFiles } from '../gateway/master/folder-files.js';
import { findLocalServers } from './local-servers.js';
import { readClusterConfig } from './read-cluster-config.js';
import { readShareKey } from './read-share-key.js';
import { readSmallFile, UnreadableFileError } from './read-small-file.js';
import { readTlsCaller, readTlsPair, type TlsPairFiles } from './read-tls-files.js';
import { UsageError } from './usage-error.js';
import { tlsOptionsOf, workerCommand } from './worker-command.js';

const configBytesMax = 1024 * 1024;

export interface GatewaySetup extends MasterSetup {
  readonly tls: TlsPairFiles | undefined;
  /** What whoever runs the gateway should mend. */
  readonly warnings: readonly string[];
}

/** Throws `UsageError`. */
export async function readGatewaySetup(path: string): Promise<GatewaySetup> {
  const parsed = parseGatewayConfig(await readText(path), path);
  if (parsed.kind === 'error') throw new UsageError(parsed.errors.join('\n'));
  const config = withFullPaths(parsed.config, dirname(resolve(path)));
  await checkFolder(path, config);
  if (config.cluster !== undefined) await readClusterConfig(config.cluster);
  await checkClusterTls(path, config.clusterTls);
  const tls = config.tls && (await readTls(path, config.tls));
  const key =
    config.shareKey === undefined
      ? undefined
      : await readShareKey(`${path}: shareKey`, config.shareKey);
  return {
    ...{ config, tls },
    warnings: [...(tls?.warnings ?? []), ...(key?.warnings ?? [])],
    shareKey: key?.secret,
    workers: await findOwnWorkers(config),
    held:
      config.baseDirectory === undefined || config.cacheBytes === 0
        ? undefined
        : openHeldFiles(config.baseDirectory, config.cacheBytes),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return (await readSmallFile(path, configBytesMax)).bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UsageError(
      `${path}: cannot be read: ${error.message}; expected the configuration of a gateway`,
    );
  }
}

function withFullPaths(config: GatewayConfig, folder: string): GatewayConfig {
  const { baseDirectory, cluster, clusterTls, shareKey, tls } = config;
  const full = (path: string): string => resolve(folder, path);
  return {
    ...config,
    baseDirectory: baseDirectory === undefined ? undefined : full(baseDirectory),
    cluster: cluster === undefined ? undefined : full(cluster),
    shareKey: shareKey === undefined ? undefined : full(shareKey),
    clusterTls: clusterTls && {
      ca: full(clusterTls.ca),
      cert: clusterTls.cert && full(clusterTls.cert),
      key: clusterTls.key && full(clusterTls.key),
    },
    tls: tls && { cert: full(tls.cert), key: full(tls.key) },
  };
}

async function checkFolder(path: string, { baseDirectory }: GatewayConfig): Promise<void> {
  if (baseDirectory === undefined) return;
  const problem = await stat(baseDirectory).then(
    (stats) => (stats.isDirectory() ? undefined : 'is no folder'),
    (error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'does not exist'
        : `cannot be read: ${(error as Error).message}`,
  );
  if (problem === undefined) return;
  throw new UsageError(
    `${path}: baseDirectory ${baseDirectory} ${problem}; expected an existing folder`,
  );
}

async function findOwnWorkers(config: GatewayConfig): Promise<readonly WorkerSetup[]> {
  const local = await findLocalServers(config.workers);
  return config.workers.map((worker) => {
    const isOwn = local.includes(worker) && !worker.remote;
    return { ...worker, launch: isOwn ? workerCommand(worker, config) : undefined };
  });
}

/** The workers read these files; whoever writes the configuration hears of mistakes first. */
async function checkClusterTls(path: string, tls: ClusterTlsConfig | undefined): Promise<void> {
  if (tls === undefined) return;
  try {
    await readTlsCaller(tlsOptionsOf(tls));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${path}: clusterTls: ${error.message}`);
  }
}

function readTls(path: string, { cert, key }: TlsConfig): Promise<TlsPairFiles> {
  return readTlsPair(
    { option: `${path}: tls.cert`, path: cert },
    { option: `${path}: tls.key`, path: key },
  );
}
