/**
 * `surfraft sync [-f CONFIG | HOST:PORT] BASE_DIR BLOCK_SIZE`: makes a folder and the cluster
 * agree, once, or again and again.
 */
import type { CommandModule } from 'yargs';
import { lockFolder } from '../../io/folder-lock.js';
import { StorageError } from '../../storage/storage.js';
import { FolderHints } from '../../sync/folder-hints.js';
import { FolderError } from '../../sync/folder.js';
import { RealFolder } from '../../sync/real-folder.js';
import { syncOnce, type SyncLock, type SyncOptions } from '../../sync/sync-client.js';
import { ReportBuilder } from '../../sync/sync-report.js';
import { watchFolder } from '../../sync/watch-folder.js';
import { findServers } from '../find-cluster.js';
import { NetworkCluster } from '../network-cluster.js';
import { listenForStop } from '../stop-request.js';
import {
  readSyncArguments,
  syncWordOptions,
  type SyncArguments,
  type SyncWords,
} from '../sync-arguments.js';
import { SyncOutput } from '../sync-output.js';

export const syncCommand: CommandModule<object, SyncWords> = {
  command: 'sync [words..]',
  describe: 'Make a folder and the cluster agree: sync [-f CONFIG | HOST:PORT] BASE_DIR BLOCK_SIZE',
  builder: (parser) =>
    parser
      .positional('words', {
        type: 'string',
        array: true,
        description: 'HOST:PORT of a server unless -f is given, BASE_DIR, and BLOCK_SIZE in bytes',
      })
      .options(syncWordOptions),
  handler: async (given) => {
    const args = await readSyncArguments(given);
    const output = new SyncOutput(given);
    for (const warning of args.warnings) output.note(warning);
    const cluster = await openCluster(args, given, output);
    if (cluster === undefined) return;
    try {
      await run(args, given, { cluster, output });
    } finally {
      cluster.close();
    }
  },
};

/** Undefined when no server told who the others are, which is reported then. */
async function openCluster(
  { target, timeoutMs, proof }: SyncArguments,
  given: SyncWords,
  output: SyncOutput,
): Promise<NetworkCluster | undefined> {
  try {
    const servers = await findServers(target, timeoutMs, proof);
    return new NetworkCluster(servers, timeoutMs, proof);
  } catch (error) {
    if (!(error instanceof Error) || !('isWithoutEffect' in error)) throw error;
    const problem = `${error.message}; 0 servers answered`;
    output.report(new ReportBuilder().finish(timeoutMs / 1000, given['dry-run'], problem));
    process.exitCode = 1;
    return undefined;
  }
}

async function run(
  { baseDir, blockBytes, intervalMs, timeoutMs }: SyncArguments,
  given: SyncWords,
  { cluster, output }: { readonly cluster: NetworkCluster; readonly output: SyncOutput },
): Promise<void> {
  const folder = new RealFolder(baseDir);
  const stop = new AbortController();
  const sync: SyncOptions = {
    ...{ folder, cluster, blockBytes, timeoutMs },
    lock: () => takeLock(folder.workFolder),
    allowEmpty: given['allow-empty'],
    indexForm: given['index-format'],
    dryRun: given['dry-run'],
    signal: stop.signal,
    nowMs: () => Date.now(),
    onProgress: (progress) => output.progress(progress),
    onPlanned: (action) => output.planned(action),
  };
  if (!given.watch) {
    const report = await syncOnce(sync);
    output.report(report);
    if (!report.ok) process.exitCode = 1;
    return;
  }
  // Once is enough for a sync that ends by itself: a signal may kill it anywhere.
  void listenForStop().then(() => stop.abort());
  const onLost = (reason: string): void => {
    output.note(`changes are not told by this system, and seen within a second: ${reason}`);
  };
  const hints = new FolderHints({ base: baseDir, onLost });
  await watchFolder({ sync, intervalMs, hints, onReport: (report) => output.reportNews(report) });
  hints.close();
}

async function takeLock(workFolder: string): Promise<SyncLock> {
  try {
    return await lockFolder(workFolder);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new FolderError(error.message);
  }
}
