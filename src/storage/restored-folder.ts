/**
 * The first contents of a folder whose server is to start from a backup: a snapshot, and an empty
 * log behind it.
 */
import { assert } from '../base/assert.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import type { HardState } from '../raft/effects.js';
import type { LogPosition } from '../raft/messages.js';
import type { Disk } from './disk.js';
import { isStorageFile, snapshotAsideName, snapshotName } from './file-names.js';
import { saveHardState } from './hard-state-file.js';
import { SegmentWriter } from './segment-writer.js';
import { SnapshotFileWriter } from './snapshot-file.js';
import { snapshotBlockBytes } from './snapshot-format.js';

export interface RestoredFolderParts {
  /** Holds no file of storage yet. */
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** 32 random hexadecimal digits. */
  readonly incarnation: string;
  /** The place in the log of which the image is the state; index 1 or more. */
  readonly position: LogPosition;
  readonly image: AsyncIterable<Uint8Array>;
}

/**
 * All is durable when this resolves; the server then counts, in the position's term, has not voted,
 * and is known to nobody. The hard state comes last: broken off before, the folder has data and no
 * hard state, which a server takes for damage. Throws `StorageError`.
 */
export async function createRestoredFolder(parts: RestoredFolderParts): Promise<void> {
  const { disk, identity, incarnation, position } = parts;
  assert(position.index >= 1, 'a backup is of a place behind the first entry');
  assert(!(await disk.list()).some(isStorageFile), 'the folder holds nothing of a server');
  await writeImage(parts);
  const beginning = { identity, sequence: 1, firstFrame: 1, previous: position };
  await (await SegmentWriter.create(disk, beginning)).close();
  const hardState: HardState = {
    term: position.term,
    votedFor: undefined,
    standing: 'founding',
    incarnation,
    known: new Map(),
  };
  await saveHardState(disk, identity, hardState, 0);
}

async function writeImage({ disk, identity, position, image }: RestoredFolderParts): Promise<void> {
  const asideName = snapshotAsideName(position.index, 0);
  // Whoever restores a backup begins with the servers of the configuration file.
  const configuration = new Uint8Array();
  const header = { identity, position, configuration, blockBytes: snapshotBlockBytes };
  const writer = new SnapshotFileWriter(disk, asideName, header);
  try {
    for await (const bytes of image) await writer.write(bytes);
    await writer.finish();
  } finally {
    await writer.close();
  }
  await disk.rename(asideName, snapshotName(position.index));
  await disk.syncFolder();
}
