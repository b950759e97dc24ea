/**
 * Opens the durable memory of one server, in its data folder or, with `--ephemeral`, nowhere. Every
 * way in which the folder or the disk can refuse becomes a `StartError`.
 */
import type { ClusterConfig, ClusterServer } from '../config/cluster-config.js';
import { clusterIdOf } from '../io/cluster-id.js';
import { randomDigits } from '../io/random-digits.js';
import { DataFolderRefusedError, openDataFolder, type DataFolder } from '../io/data-folder.js';
import type { DiskMeter } from '../io/real-disk.js';
import type { OpenedMemory } from '../replica/lasting-replica.js';
import { ClusterState } from '../state/cluster-state.js';
import type { FormatLimit } from '../state/formats.js';
import { MemoryStorage } from '../storage/memory-storage.js';
import { openLogStorage } from '../storage/open-log-storage.js';
import { StorageDamagedError, StorageError } from '../storage/storage.js';
import { defaultDataFolder } from './default-data-folder.js';
import type { ServerArguments } from './server-arguments.js';
import { StartError } from './start-error.js';

export interface ServerStorage {
  readonly opened: OpenedMemory<ClusterState>;
  /** Opens it again, once the storage that was opened before has failed and is closed. */
  readonly open: () => Promise<OpenedMemory<ClusterState>>;
  readonly clusterId: string;
  /** The data folder; undefined when nothing is kept on disk. */
  readonly folder: string | undefined;
  /** When that folder was made, ms since 1970. */
  readonly sinceMs: number | undefined;
  /** Where the data lies, in words for the log. */
  readonly place: string;
  /** Gives the data folder to the next process; the storage must have been closed. */
  release(): Promise<void>;
}

export interface OpenServerOptions {
  readonly args: ServerArguments;
  readonly config: ClusterConfig;
  readonly server: ClusterServer;
  /** Which formats may be logged. */
  readonly limit: FormatLimit;
}

export async function openServerStorage(
  { args, config, server, limit }: OpenServerOptions,
  meter: DiskMeter,
): Promise<ServerStorage> {
  const clusterId = clusterIdOf(config.founders.map(({ address }) => address));
  const makeState = (): ClusterState => new ClusterState({}, limit);
  if (args.ephemeral) return openMemory(clusterId, makeState);
  const path = args.dataDir ?? defaultDataFolder(args.configPath, clusterId, server.id);
  try {
    // Who has nobody to be refilled from must not start on what is left.
    const repair = config.servers.length > 1;
    const { fresh } = args;
    const folder = { path, clusterId, serverId: server.id, fresh, meter };
    return await openFolder(folder, { repair, makeState });
  } catch (error) {
    const refusal = `server ${server.id} cannot start`;
    if (error instanceof StorageDamagedError) {
      throw new StartError(`${refusal}: in ${path}, ${error.message}`);
    }
    if (error instanceof DataFolderRefusedError || error instanceof StorageError) {
      throw new StartError(`${refusal}: ${error.message}`);
    }
    throw error;
  }
}

function openMemory(clusterId: string, makeState: () => ClusterState): ServerStorage {
  const open = (): OpenedMemory<ClusterState> => ({
    storage: new MemoryStorage(),
    recovered: MemoryStorage.recovered(randomDigits()),
    stateMachine: makeState(),
  });
  return {
    opened: open(),
    open: () => Promise.resolve(open()),
    clusterId,
    ...{ folder: undefined, sinceMs: undefined },
    place: 'nothing is kept on disk',
    release: () => Promise.resolve(),
  };
}

async function openFolder(
  options: Parameters<typeof openDataFolder>[0],
  how: OpenLogOptions,
): Promise<ServerStorage> {
  const folder = await openDataFolder(options);
  try {
    return {
      opened: await openLog(folder, how),
      open: () => openLog(folder, how),
      clusterId: options.clusterId,
      folder: options.path,
      sinceMs: folder.sinceMs,
      place: `data in ${options.path}`,
      release: () => folder.release(),
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

interface OpenLogOptions {
  readonly repair: boolean;
  readonly makeState: () => ClusterState;
}

async function openLog(
  { disk, identity }: DataFolder,
  { repair, makeState }: OpenLogOptions,
): Promise<OpenedMemory<ClusterState>> {
  const stateMachine = makeState();
  const { storage, recovered } = await openLogStorage({
    ...{ disk, identity, repair, incarnation: randomDigits() },
    restore: () => stateMachine.restore(),
    isOfNewerFormat: (payload) => stateMachine.isOfNewerFormat(payload),
  });
  return { storage, recovered, stateMachine };
}
