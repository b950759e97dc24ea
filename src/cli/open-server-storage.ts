/**
 * Opens the durable memory of one server, in its data folder or, with `--ephemeral`, nowhere. Every
 * way in which the folder or the disk can refuse becomes a `StartError`.
 */
import type { ClusterConfig, ClusterServer } from '../config/cluster-config.js';
import { clusterIdOf } from '../io/cluster-id.js';
import { DataFolderRefusedError, openDataFolder } from '../io/data-folder.js';
import { MemoryStorage } from '../storage/memory-storage.js';
import { openLogStorage } from '../storage/open-log-storage.js';
import {
  StorageDamagedError,
  StorageError,
  type RecoveredState,
  type Storage,
} from '../storage/storage.js';
import { defaultDataFolder } from './default-data-folder.js';
import type { ServerArguments } from './server-arguments.js';
import { StartError } from './start-error.js';

export interface ServerStorage {
  readonly storage: Storage;
  readonly recovered: RecoveredState;
  /** Where the data lies, in words for the log. */
  readonly place: string;
  /** Gives the data folder to the next process; the storage must have been closed. */
  release(): Promise<void>;
}

export async function openServerStorage(
  args: ServerArguments,
  config: ClusterConfig,
  server: ClusterServer,
): Promise<ServerStorage> {
  if (args.ephemeral) return openMemory();
  const clusterId = clusterIdOf(config.servers.map(({ address }) => address.toLowerCase()));
  const path = args.dataDir ?? defaultDataFolder(args.configPath, clusterId, server.id);
  try {
    return await openFolder({ path, clusterId, serverId: server.id, fresh: args.fresh });
  } catch (error) {
    if (
      error instanceof DataFolderRefusedError ||
      error instanceof StorageDamagedError ||
      error instanceof StorageError
    ) {
      throw new StartError(`server ${server.id} cannot start: ${error.message}`);
    }
    throw error;
  }
}

function openMemory(): ServerStorage {
  return {
    storage: new MemoryStorage(),
    recovered: MemoryStorage.recovered,
    place: 'nothing is kept on disk',
    release: () => Promise.resolve(),
  };
}

async function openFolder(options: Parameters<typeof openDataFolder>[0]): Promise<ServerStorage> {
  const folder = await openDataFolder(options);
  try {
    const { disk, identity } = folder;
    const { storage, recovered } = await openLogStorage({ disk, identity });
    return {
      storage,
      recovered,
      place: `data in ${options.path}`,
      release: () => folder.release(),
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
