/**
 * A server's data folder: made or found, locked, and proved to be this server's before anything in
 * it is read. Nothing is written into a folder, or removed from one, that is not ours.
 */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ServerId } from '../base/ids.js';
import type { Disk, DiskReader } from '../storage/disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import { isStorageFile } from '../storage/file-names.js';
import { translated } from './disk-error.js';
import { isLockName, lockFolder } from './folder-lock.js';
import { identityAsideName, identityName, loadIdentity, saveIdentity } from './identity-file.js';
import { makeFolders } from './make-folders.js';
import { randomDigits } from './random-digits.js';
import { RealDisk, syncFolder, type DiskMeter } from './real-disk.js';

/** The folder that a fresh file system of Linux has: its root may be a data folder all the same. */
const mkfsName = 'lost+found';

/** Where a server's blocks lie in its data folder. Found without an identity, they harm nobody. */
export const blocksFolderName = 'blocks';

export interface DataFolderOptions {
  readonly path: string;
  readonly clusterId: string;
  readonly serverId: ServerId;
  /** Erase this server's data first. */
  readonly fresh: boolean;
  /** Told how long the disk takes. */
  readonly meter?: DiskMeter;
}

export interface DataFolder {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** When it became this server's, ms since 1970: whatever it held before is gone. */
  readonly sinceMs: number;
  /** Gives the folder to the next process. Everything on `disk` must be closed. */
  release(): Promise<void>;
}

/** The folder is another's, or in use. The message is one line for the user. */
export class DataFolderRefusedError extends Error {
  override readonly name = 'DataFolderRefusedError';
}

/** Throws `DataFolderRefusedError`, and `StorageError` when the operating system refuses. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.path);
  await makeFolder(path);
  await checkOurs(path, options.fresh);
  const lock = await lockFolder(path);
  if (lock.kind === 'held') {
    throw new DataFolderRefusedError(`${path} is in use by process ${lock.processId}`);
  }
  try {
    const disk = new RealDisk(path, options.meter);
    const identity = await settleIdentity(disk, { ...options, path });
    // The identity never changes.
    const { mtimeMs } = await translated('look at', path, () => stat(join(path, identityName)));
    return { disk, identity, sinceMs: mtimeMs, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A data folder to look at. A server may be using it. */
export interface FoundDataFolder {
  readonly disk: DiskReader;
  /** As the folder itself says. */
  readonly identity: FolderIdentity;
}

/**
 * A data folder as it is found, of whatever cluster and server: without its lock, and nothing in
 * it can be changed. Throws `DataFolderRefusedError` when it is none, or its identity is damaged.
 */
export async function findDataFolder(folder: string): Promise<FoundDataFolder> {
  const path = resolve(folder);
  const disk = new RealDisk(path);
  const identity = await loadIdentity(disk);
  if (identity === 'damaged') throw damagedIdentity(path);
  if (identity === undefined) {
    throw new DataFolderRefusedError(`${path} is not a server's data folder`);
  }
  return { disk, identity };
}

function damagedIdentity(path: string): DataFolderRefusedError {
  return new DataFolderRefusedError(
    `${path}/${identityName} is damaged: restore it from a copy, or erase the data with --fresh`,
  );
}

async function makeFolder(path: string): Promise<void> {
  const made = await translated('create', path, () => makeFolders(path));
  if (made === undefined) return;
  // From the new folder itself up to the one that holds the first new one.
  for (let folder = path; folder.length >= made.length; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
  }
}

/** Looks without touching: a folder without our identity must hold nothing of others. */
async function checkOurs(path: string, fresh: boolean): Promise<void> {
  const names = await translated('list', path, () => readdir(path));
  if (names.includes(identityName)) return;
  const foreign = names.find((name) => !isOurs(name));
  if (foreign !== undefined) {
    throw new DataFolderRefusedError(
      `${path} is not a server's data folder (it holds "${foreign}"): name a new or empty one`,
    );
  }
  if (!fresh && names.some(isStorageFile)) {
    throw new DataFolderRefusedError(
      `${path} has lost its identity file: restore it, or erase the data with --fresh`,
    );
  }
}

/** The identity of the folder, which holds this server's data or, from now on, none at all. */
async function settleIdentity(disk: Disk, options: DataFolderOptions): Promise<FolderIdentity> {
  const { path, clusterId, serverId, fresh } = options;
  const loaded = await loadIdentity(disk);
  if (loaded === 'damaged' && !fresh) throw damagedIdentity(path);
  // Whose data it was cannot be told any more; whoever asks to erase it says that it was theirs.
  const found = loaded === 'damaged' ? undefined : loaded;
  if (found !== undefined && found.clusterId !== clusterId) {
    throw new DataFolderRefusedError(`${path} belongs to another cluster (${found.clusterId})`);
  }
  if (found !== undefined && found.serverId !== serverId) {
    throw new DataFolderRefusedError(`${path} belongs to server ${found.serverId}`);
  }
  if (found !== undefined && !fresh) return found;
  if (fresh) await erase(disk);
  const identity: FolderIdentity = { clusterId, serverId, folderId: randomDigits() };
  await saveIdentity(disk, identity);
  return identity;
}

/** The identity goes first: a folder that was half erased is refused, not taken for a whole one. */
async function erase(disk: Disk): Promise<void> {
  const names = await disk.list();
  if (names.includes(identityName)) await disk.remove(identityName);
  await disk.syncFolder();
  for (const name of names) if (isStorageFile(name)) await disk.remove(name);
  await disk.syncFolder();
}

const otherNamesOfOurs: readonly string[] = [identityAsideName, mkfsName, blocksFolderName];

function isOurs(name: string): boolean {
  return isStorageFile(name) || isLockName(name) || otherNamesOfOurs.includes(name);
}
