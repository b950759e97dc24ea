/**
 * A worker of the gateway as a process: opens the sources and the port, and takes both down again
 * when asked to stop.
 */
import { stat } from 'node:fs/promises';
import { ClusterBlocks } from '../client/cluster-blocks.js';
import { ClusterClient } from '../client/cluster-client.js';
import type { ServerEndpoint, ServerProof } from '../client/rpc-connection.js';
import { BothSources } from '../gateway/both-sources.js';
import { ClusterSource } from '../gateway/cluster-source.js';
import { ContentCache } from '../gateway/content-cache.js';
import { createResponder } from '../gateway/create-responder.js';
import type { FileSource } from '../gateway/file-source.js';
import { FolderSource } from '../gateway/folder-source.js';
import { methodsOf } from '../gateway/methods.js';
import { PeerBlocks } from '../gateway/peers/peer-blocks.js';
import { PeerDoor } from '../gateway/peers/peer-door.js';
import { PeerKey, shareKeyVariable } from '../gateway/peers/peer-key.js';
import type { UploadOptions } from '../gateway/uploads/answer-upload.js';
import { ClusterUploads } from '../gateway/uploads/cluster-uploads.js';
import { WorkerServer } from '../gateway/worker-server.js';
import { createLogger, type Logger } from '../io/logger.js';
import type { ReadProof } from './proof-options.js';
import { readClusterConfig } from './read-cluster-config.js';
import { readShareKey, type ShareKeyFile } from './read-share-key.js';
import { reportBug } from './report-bug.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

/** A server of the cluster that says nothing for so long is left for the others. */
const silenceMs = 300;
/** A block that no server has given by then is not waited for. */
const blockMsMax = 5_000;

const openToAll =
  'uploads are on and this worker asks for no password: whoever reaches its port can change and ' +
  'delete every file of the cluster; expected --loopback, or a firewall and a master with "auth"';

export interface WorkerProcessOptions {
  readonly port: number;
  readonly isLoopbackOnly: boolean;
  readonly isDebugging: boolean;
  /** A folder, a cluster's configuration file, or both. */
  readonly base: string | undefined;
  readonly cluster: string | undefined;
  /** By which the cluster is called. */
  readonly proof: ReadProof;
  readonly listing: boolean;
  readonly dotfiles: boolean;
  readonly cacheBytes: number;
  /** A file; left out, the key may stand in the environment. */
  readonly shareKeyPath: string | undefined;
  /** The most that an uploaded file may have; undefined when nothing is to be changed. */
  readonly uploadBytes: number | undefined;
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
  const served = await openServed(options, cache);
  const { source, uploads, sharing } = served;
  try {
    for (const warning of served.warnings) logger.log('warn', warning);
    if (uploads !== undefined && !options.isLoopbackOnly) logger.log('warn', openToAll);
    const server = createServer(options, { ...served, cache, logger });
    await openPort(server, options.port);
    process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
    const { reason, graceMs } = await options.stopRequested;
    logger.log('info', `stopping: ${reason}`);
    const isGraceful = await server.close(graceMs);
    if (!isGraceful) logger.log('warn', 'requests that were still running have been cut off');
    return 0;
  } finally {
    uploads?.cluster.close();
    sharing?.peers.close();
    await source.close();
    await logger.close();
  }
}

/** What is served, and what takes uploads. */
interface Served {
  readonly source: FileSource;
  readonly uploads: UploadOptions | undefined;
  readonly sharing: Sharing | undefined;
  readonly warnings: readonly string[];
}

/** What is shared with other workers of the same master. */
interface Sharing {
  readonly peers: PeerBlocks;
  readonly door: PeerDoor;
}

async function openServed(options: WorkerProcessOptions, cache: ContentCache): Promise<Served> {
  const { base, cluster, uploadBytes } = options;
  if (uploadBytes !== undefined && cluster === undefined) {
    throw new UsageError('--uploads has no use alone; expected --cluster, too');
  }
  const folder = base === undefined ? undefined : await openFolder(base, cache);
  const servers = cluster === undefined ? undefined : (await readClusterConfig(cluster)).servers;
  const found = await findShareKey(options.shareKeyPath);
  const key = found && new PeerKey(found.secret);
  const { proof } = options.proof;
  const warnings = [...options.proof.warnings, ...(found?.warnings ?? [])];
  const peers = key && new PeerBlocks(key);
  const files = servers && openCluster({ servers, proof }, cache, peers);
  const sharing =
    key && peers && files
      ? { peers, door: new PeerDoor({ key, peers, readBlock: (hash) => files.readBlock(hash) }) }
      : undefined;
  const uploads =
    servers === undefined || uploadBytes === undefined
      ? undefined
      : { cluster: openUploads({ servers, proof }), folder, bytesMax: uploadBytes };
  if (folder !== undefined && files !== undefined) {
    return { source: new BothSources(folder, files), uploads, sharing, warnings };
  }
  const source = folder ?? files;
  if (source !== undefined) return { source, uploads, sharing, warnings };
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

/** A master gives it to its workers in their environment. */
async function findShareKey(path: string | undefined): Promise<ShareKeyFile | undefined> {
  if (path !== undefined) return readShareKey('--share-key', path);
  const secret = process.env[shareKeyVariable] ?? '';
  return secret === '' ? undefined : { secret, warnings: [] };
}

interface CalledCluster {
  readonly servers: readonly ServerEndpoint[];
  readonly proof: ServerProof;
}

function openCluster(
  { servers, proof }: CalledCluster,
  cache: ContentCache,
  peers: PeerBlocks | undefined,
): ClusterSource {
  return new ClusterSource({
    client: new ClusterClient(servers, { silenceMs, ...proof }),
    blocks: new ClusterBlocks(servers, { silenceMs, timeoutMs: blockMsMax, ...proof }),
    ...{ cache, peers },
  });
}

function openUploads({ servers, proof }: CalledCluster): ClusterUploads {
  return new ClusterUploads({
    makeClient: () => new ClusterClient(servers, { silenceMs, ...proof }),
    blocks: new ClusterBlocks(servers, { silenceMs, timeoutMs: blockMsMax, ...proof }),
  });
}

interface Parts extends Served {
  readonly cache: ContentCache;
  readonly logger: Logger;
}

function createServer(
  { listing, dotfiles, isLoopbackOnly, isDebugging, port }: WorkerProcessOptions,
  { source, uploads, sharing, cache, logger }: Parts,
): WorkerServer {
  return new WorkerServer({
    respond: createResponder({
      ...{ source, uploads, listing, dotfiles, cache },
      onBug: (error) => {
        reportBug(logger, error, 'a request');
      },
    }),
    host: isLoopbackOnly ? '127.0.0.1' : undefined,
    port,
    cacheStatistics: () => cache.statistics,
    peers: sharing?.door,
    peerStatistics: sharing && (() => sharing.peers.statistics),
    allow: methodsOf({ uploads: uploads !== undefined }),
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
