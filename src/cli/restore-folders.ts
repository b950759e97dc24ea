/**
 * Makes servers' data folders from a backup. Everything that can be wrong is found before the first
 * folder is written to: a backup that is damaged, or a folder that holds data.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { StateImageError } from '../base/state-machine.js';
import type { ClusterConfig, ClusterServer } from '../config/cluster-config.js';
import { clusterIdOf } from '../io/cluster-id.js';
import { DataFolderRefusedError, openDataFolder, type DataFolder } from '../io/data-folder.js';
import { randomDigits } from '../io/random-digits.js';
import { RealDisk } from '../io/real-disk.js';
import { ClusterState } from '../state/cluster-state.js';
import { isStorageFile } from '../storage/file-names.js';
import { createRestoredFolder } from '../storage/restored-folder.js';
import { SnapshotFileReader } from '../storage/snapshot-file.js';
import { StorageDamagedError, StorageError } from '../storage/storage.js';
import { defaultDataFolder, serverFolderName } from './default-data-folder.js';
import { StartError } from './start-error.js';

const readBytes = 256 * 1024;
/** A step of the state machine that takes it in: see `StateRestore.write`. */
const restoreBytes = 64 * 1024;

export interface RestoreParts {
  /** The backup. */
  readonly file: string;
  readonly configPath: string;
  readonly cluster: ClusterConfig;
  /** Whose folders are made. */
  readonly servers: readonly ClusterServer[];
  readonly dataDir: string | undefined;
  /** `dataDir` is the folder of the one server, not of all. */
  readonly isOne: boolean;
}

/**
 * What was made, a line for each folder. Throws `StartError`, which says whether nothing was
 * restored, or where the disk refused in the middle of it.
 */
export async function restoreFolders(parts: RestoreParts): Promise<readonly string[]> {
  try {
    const backup = await openBackup(parts.file);
    try {
      await checkImage(parts.file, backup);
      return await makeFolders(parts, backup);
    } finally {
      await backup.close();
    }
  } catch (error) {
    if (
      error instanceof DataFolderRefusedError ||
      error instanceof StorageDamagedError ||
      error instanceof StorageError
    ) {
      throw new StartError(`nothing was restored: ${error.message}`);
    }
    throw error;
  }
}

async function openBackup(file: string): Promise<SnapshotFileReader> {
  const path = resolve(file);
  const reader = await SnapshotFileReader.open(new RealDisk(dirname(path)), basename(path));
  if (reader === undefined) throw new StartError(`nothing was restored: there is no file ${file}`);
  if (reader.position.index >= 1) return reader;
  await reader.close();
  throw new StartError(`nothing was restored: ${file} holds the state of no log entry`);
}

/** Checksums say that the bytes are those that were written; this, that they are a state. */
async function checkImage(file: string, backup: SnapshotFileReader): Promise<void> {
  const restore = new ClusterState().restore();
  await backup.verify((bytes) => {
    for (let at = 0; at < bytes.length; at += restoreBytes) {
      restore.write(bytes.subarray(at, at + restoreBytes));
    }
  });
  try {
    restore.verify();
  } catch (error) {
    if (!(error instanceof StateImageError)) throw error;
    throw new StartError(
      `nothing was restored: ${file} holds no state of a cluster: ${error.message}`,
    );
  }
}

async function makeFolders(
  parts: RestoreParts,
  backup: SnapshotFileReader,
): Promise<readonly string[]> {
  const clusterId = clusterIdOf(parts.cluster.founders.map(({ address }) => address));
  const opened: { readonly path: string; readonly folder: DataFolder }[] = [];
  try {
    for (const server of parts.servers) {
      const path = folderOf(parts, clusterId, server);
      const options = { path, clusterId, serverId: server.id, fresh: false };
      opened.push({ path, folder: await openDataFolder(options) });
    }
    for (const { path, folder } of opened) await checkEmpty(path, folder);
    for (const { path, folder } of opened) await restoreFolder(path, folder, backup);
  } finally {
    for (const { folder } of opened) await folder.release();
  }
  const { index, term } = backup.position;
  return opened.map(
    ({ path }) => `${path}: holds the state through entry ${index} of term ${term}`,
  );
}

function folderOf(parts: RestoreParts, clusterId: string, server: ClusterServer): string {
  const { configPath, dataDir, isOne } = parts;
  if (dataDir === undefined) return defaultDataFolder(configPath, clusterId, server.id);
  return isOne ? dataDir : join(dataDir, serverFolderName(server.id));
}

async function checkEmpty(path: string, { disk }: DataFolder): Promise<void> {
  const names = await disk.list();
  if (!names.some(isStorageFile)) return;
  throw new StartError(
    `nothing was restored: ${path} holds data already; name another folder, or remove it`,
  );
}

async function restoreFolder(
  path: string,
  { disk, identity }: DataFolder,
  backup: SnapshotFileReader,
): Promise<void> {
  const incarnation = randomDigits();
  const { position } = backup;
  try {
    await createRestoredFolder({ disk, identity, incarnation, position, image: imageOf(backup) });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StartError(
      `the restore broke off at ${path}: ${error.message}; ` +
        'remove the folders that it made, and restore again before any server starts',
    );
  }
}

async function* imageOf(backup: SnapshotFileReader): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < backup.imageBytes;) {
    const bytes = await backup.read(offset, readBytes);
    yield bytes;
    offset += bytes.length;
  }
}
