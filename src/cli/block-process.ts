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
import { formatS3Place } from '../s3/s3-place.js';
import { openOwnStore, standAloneBlocks, type BlocksPlace, type OwnStore } from './open-blocks.js';
import { placeOfTarget } from './place-of-target.js';
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
    const { secretFile, tlsFiles } = options;
    const warnings = [...(secretFile?.warnings ?? []), ...(tlsFiles?.warnings ?? [])];
    for (const warning of warnings) logger.log('warn', warning);
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
  return new RpcServer({
    blocks: standAloneBlocks(store, `localhost:${port}`),
    listen: listenPlace(options),
    testerApi: false,
    version,
    metrics,
    secret: secretFile?.secret,
    tls: tlsFiles?.identity,
    onBug: (error, where) => {
      reportBug(logger, error, where);
    },
  });
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
