/** Opens the production storage with the small sizes that simulated runs want. */
import type { FolderIdentity } from '../../src/base/folder-identity.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import type { Disk } from '../../src/storage/disk.js';
import { openLogStorage, type OpenedStorage } from '../../src/storage/open-log-storage.js';

/** Small, so that logs have many segments. */
const segmentBytesMax = 4 * 1024;

const nowhere = { index: asLogIndex(0), term: asTerm(0) };

export async function openSimStorage(disk: Disk, identity: FolderIdentity): Promise<OpenedStorage> {
  const { storage, recovered } = await openLogStorage({ disk, identity, segmentBytesMax });
  return { storage, recovered: { ...{ snapshot: nowhere, logBase: nowhere }, ...recovered } };
}
