/**
 * A stand-alone block store as a process: opens the store and the port, and takes both down again
 * when asked to stop.
 */
import { join } from 'node:path';
import { blocksFolderName } from '../io/data-folder.js';
import { createLogger, type Logger } from '../io/logger.js';
import { ListenError } from '../rpc/listen-error.js';
import { RpcServer } from '../rpc/rpc-server.js';
import { ServerMetrics } from '../rpc/server-metrics.js';
import { CurrentTls } from '../rpc/tls-identity.js';
import { formatS3Place } from '../s3/s3-place.js';
import { findOpenPort } from './open-port-warning.js';
import { openOwnStore, standAloneBlocks, type BlocksPlace, type OwnStore } from './open-blocks.js';
import { placeOfTarget } from './place-of-target.js';
import { reloadTlsOnHangUp } from './reload-tls.js';
import { reportBug } from './report-bug.js';
import { listenPlace, type ServiceOptions } from './service-options.js';
import { StartError } from './start-error.js';
import { withinStopTime } from './within-stop-time.js';

export interface BlockProcessOptions extends ServiceOptions {
  /** The version of this program. */
  readonly version: string;
  /** Resolves, with the reason, when the store is to stop. */
  readonly stopRequested: Promise<string>;
}

/** Resolves with the exit code once the store has stopped; throws `StartError`. */
export async function runBlockStore(options: BlockProcessOptions): Promise<number> {
  const level = options.isDebugging ? 'debug' : 'warn';
  const logger = createLogger({ level, format: 'pretty', base: { pid: process.pid } });
  try {
    const place = placeOf(options, logger);
    const own = await openOwnStore(place, 'the block store');
    const rpcServer = createServer(options, own, logger);
    await openPort(rpcServer, own);
    warn(options, logger);
    logger.log('info', `block store at port ${options.port}; ${describePlace(place)}`);
    process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
    logger.log('info', `stopping: ${await options.stopRequested}`);
    const isStopped = await withinStopTime(rpcServer.close().then(() => own.release()));
    if (!isStopped) logger.log('error', 'the disk does not answer; stopped without waiting for it');
    return isStopped ? 0 : 1;
  } finally {
    await logger.close();
  }
}

function warn(options: BlockProcessOptions, logger: Logger): void {
  const { secretFile, tlsFiles } = options;
  const openPort = findOpenPort(listenPlace(options), {
    isGuarded: secretFile !== undefined || tlsFiles !== undefined,
    danger: 'read, store and remove every block',
  });
  const warnings = [...(secretFile?.warnings ?? []), ...(tlsFiles?.warnings ?? []), openPort];
  for (const warning of warnings) if (warning !== undefined) logger.log('warn', warning);
}

function placeOf({ blocks, ephemeral, dataDir }: BlockProcessOptions, logger: Logger): BlocksPlace {
  if (blocks !== undefined) return placeOfTarget(blocks, logger);
  if (ephemeral) return { kind: 'memory' };
  return { kind: 'folder', path: join(dataDir, blocksFolderName), lockPath: dataDir };
}

function describePlace(place: BlocksPlace): string {
  switch (place.kind) {
    case 'memory':
      return 'nothing is kept on disk';
    case 's3':
      return `blocks in ${formatS3Place(place.place)} at ${place.place.endpoint.origin}`;
    default:
      return `blocks in ${place.path}`;
  }
}

function createServer(
  options: BlockProcessOptions,
  { store }: OwnStore,
  logger: Logger,
): RpcServer {
  const { port, secretFile, tlsFiles, version } = options;
  const metrics = new ServerMetrics();
  metrics.watchProcess();
  const tls = tlsFiles && new CurrentTls(tlsFiles.identity);
  const rpcServer = new RpcServer({
    blocks: standAloneBlocks(store, `localhost:${port}`),
    listen: listenPlace(options),
    testerApi: 'none',
    version,
    metrics,
    secret: secretFile?.secret,
    tls,
    onBug: (error, where) => {
      reportBug(logger, error, where);
    },
  });
  if (tlsFiles && tls) reloadTlsOnHangUp({ files: tlsFiles, current: tls, rpcServer, logger });
  return rpcServer;
}

async function openPort(rpcServer: RpcServer, own: OwnStore): Promise<void> {
  try {
    await rpcServer.listen();
  } catch (error) {
    await own.release();
    if (!(error instanceof ListenError)) throw error;
    throw new StartError(`the block store cannot start: ${error.message}`);
  }
}
