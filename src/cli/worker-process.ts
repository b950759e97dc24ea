/**
 * A worker of the gateway as a process: opens the sources and the port, and takes both down again
 * when asked to stop.
 */
import { stat } from 'node:fs/promises';
import { ClusterBlocks } from '../client/cluster-blocks.js';
import { ClusterClient } from '../client/cluster-client.js';
import { BothSources } from '../gateway/both-sources.js';
import { ClusterSource } from '../gateway/cluster-source.js';
import { ContentCache } from '../gateway/content-cache.js';
import { createResponder } from '../gateway/create-responder.js';
import type { FileSource } from '../gateway/file-source.js';
import { FolderSource } from '../gateway/folder-source.js';
import { WorkerServer } from '../gateway/worker-server.js';
import { createLogger, type Logger } from '../io/logger.js';
import { readClusterConfig } from './read-cluster-config.js';
import { reportBug } from './report-bug.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

/** A server of the cluster that says nothing for so long is left for the others. */
const silenceMs = 300;
/** A block that no server has given by then is not waited for. */
const blockMsMax = 5_000;

export interface WorkerProcessOptions {
  readonly port: number;
  readonly isLoopbackOnly: boolean;
  readonly isDebugging: boolean;
  /** A folder, a cluster's configuration file, or both. */
  readonly base: string | undefined;
  readonly cluster: string | undefined;
  readonly listing: boolean;
  readonly dotfiles: boolean;
  readonly cacheBytes: number;
  /** Resolves when the worker is to stop. */
  readonly stopRequested: Promise<WorkerStop>;
}

export interface WorkerStop {
  readonly reason: string;
  /** Running requests may take so long. */
  readonly graceMs: number;
}

/** Resolves with the exit code; throws `UsageError` and `StartError`. */
export async function runWorker(options: WorkerProcessOptions): Promise<number> {
  const level = options.isDebugging ? 'debug' : 'warn';
  const logger = createLogger({ level, format: 'pretty', base: { pid: process.pid } });
  const cache = new ContentCache(options.cacheBytes);
  const source = await openSource(options, cache);
  try {
    const server = createServer(options, { source, cache, logger });
    await openPort(server, options.port);
    process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
    const { reason, graceMs } = await options.stopRequested;
    logger.log('info', `stopping: ${reason}`);
    const isGraceful = await server.close(graceMs);
    if (!isGraceful) logger.log('warn', 'requests that were still running have been cut off');
    return 0;
  } finally {
    await source.close();
    await logger.close();
  }
}

async function openSource(
  { base, cluster }: WorkerProcessOptions,
  cache: ContentCache,
): Promise<FileSource> {
  const folder = base === undefined ? undefined : await openFolder(base, cache);
  const files = cluster === undefined ? undefined : await openCluster(cluster, cache);
  if (folder !== undefined && files !== undefined) return new BothSources(folder, files);
  const source = folder ?? files;
  if (source !== undefined) return source;
  throw new UsageError('nothing to serve: expected --base with a folder, --cluster, or both');
}

async function openFolder(path: string, cache: ContentCache): Promise<FileSource> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return new FolderSource({ folder: path, cache });
  } catch (error) {
    throw new UsageError(`--base ${path} cannot be served: ${(error as Error).message}`);
  }
  throw new UsageError(`--base ${path} is no folder`);
}

async function openCluster(config: string, cache: ContentCache): Promise<FileSource> {
  const { servers } = await readClusterConfig(config);
  return new ClusterSource({
    client: new ClusterClient(servers, { silenceMs }),
    blocks: new ClusterBlocks(servers, { silenceMs, timeoutMs: blockMsMax }),
    cache,
  });
}

interface Parts {
  readonly source: FileSource;
  readonly cache: ContentCache;
  readonly logger: Logger;
}

function createServer(
  { listing, dotfiles, isLoopbackOnly, isDebugging, port }: WorkerProcessOptions,
  { source, cache, logger }: Parts,
): WorkerServer {
  return new WorkerServer({
    respond: createResponder({
      ...{ source, listing, dotfiles, cache },
      onBug: (error) => {
        reportBug(logger, error, 'a request');
      },
    }),
    host: isLoopbackOnly ? '127.0.0.1' : undefined,
    port,
    cacheStatistics: () => cache.statistics,
    log: isDebugging ? (line) => process.stderr.write(`${line}\n`) : undefined,
  });
}

async function openPort(server: WorkerServer, port: number): Promise<void> {
  try {
    await server.listen();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'it is taken' : '';
    const why = reason === '' ? (error as Error).message : reason;
    throw new StartError(`the worker cannot listen on port ${port}: ${why}`);
  }
}
