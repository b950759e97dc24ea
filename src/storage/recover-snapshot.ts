/**
 * Finds the newest snapshot of a folder that can be read from its first byte to its last, and has
 * the state machine take it in. What is wrong with newer ones is told; nothing on disk is changed.
 */
import type { FolderIdentity } from '../base/folder-identity.js';
import { asLogIndex, asTerm } from '../base/ids.js';
import { StateImageError } from '../base/state-machine.js';
import type { StateRestore } from '../base/state-machine.js';
import type { LogPosition } from '../raft/messages.js';
import { damageAt } from './damage.js';
import { newerFormatError } from './newer-format.js';
import type { Damage } from './damage.js';
import type { DiskReader } from './disk.js';
import { snapshotIndex } from './file-names.js';
import { SnapshotFileReader } from './snapshot-file.js';
import { StorageDamagedError } from './storage.js';

export interface DamagedSnapshot {
  readonly name: string;
  /** As its name says. */
  readonly index: number;
  readonly damage: Damage;
}

export interface RecoveredSnapshot {
  /** What the state machine has been restored to; index 0 when there was nothing to restore. */
  readonly position: LogPosition;
  /** Who belonged to the cluster there; empty for its founders. */
  readonly configuration: Uint8Array;
  /** Newer ones that cannot be read. */
  readonly damaged: readonly DamagedSnapshot[];
  /** Names of those that are older. */
  readonly older: readonly string[];
}

export async function recoverSnapshot(
  disk: DiskReader,
  identity: FolderIdentity,
  restore: () => StateRestore,
): Promise<RecoveredSnapshot> {
  const names = (await disk.list()).filter((name) => snapshotIndex(name) !== undefined).reverse();
  const damaged: DamagedSnapshot[] = [];
  for (const [at, name] of names.entries()) {
    const outcome = await readSnapshot(disk, identity, name, restore());
    if ('position' in outcome) {
      const { position, configuration } = outcome;
      return { position, configuration, damaged, older: names.slice(at + 1) };
    }
    damaged.push({ name, index: snapshotIndex(name) ?? 0, damage: outcome.damage });
  }
  const position = { index: asLogIndex(0), term: asTerm(0) };
  return { position, configuration: new Uint8Array(), damaged, older: [] };
}

/** Reads all of a snapshot into `restore`, which takes effect only when all of it is sound. */
async function readSnapshot(
  disk: DiskReader,
  identity: FolderIdentity,
  name: string,
  restore: Pick<StateRestore, 'write' | 'finish'>,
): Promise<
  | { readonly position: LogPosition; readonly configuration: Uint8Array }
  | { readonly damage: Damage }
> {
  try {
    const reader = await openOwnSnapshot(disk, identity, name);
    await reader.verify((bytes) => {
      restore.write(bytes);
    });
    restore.finish();
    return { position: reader.position, configuration: reader.configuration };
  } catch (error) {
    if (error instanceof StateImageError) {
      if (error.isOfNewerFormat) throw newerFormatError(name, error.message);
      return { damage: damageAt(name, 0, `its image is refused: ${error.message}`) };
    }
    if (!(error instanceof StorageDamagedError)) throw error;
    return { damage: { file: name, text: error.message } };
  }
}

/** A snapshot that this folder wrote under this name. Throws `StorageDamagedError`. */
export async function openOwnSnapshot(
  disk: DiskReader,
  identity: FolderIdentity,
  name: string,
): Promise<SnapshotFileReader> {
  const reader = await SnapshotFileReader.open(disk, name);
  if (reader === undefined) throw new StorageDamagedError(`${name} is gone`);
  const { clusterId, serverId, folderId } = reader.header.identity;
  const isOurs =
    clusterId === identity.clusterId &&
    serverId === identity.serverId &&
    folderId === identity.folderId &&
    reader.position.index === snapshotIndex(name);
  if (!isOurs) throw new StorageDamagedError(damageAt(name, 0, 'it is of other data').text);
  return reader;
}
