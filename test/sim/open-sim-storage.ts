/** Opens the production storage with the small sizes that simulated runs want. */
import type { FolderIdentity } from '../../src/base/folder-identity.js';
import type { FileMapBounds } from '../../src/files/file-map.js';
import type { OpenedMemory } from '../../src/replica/lasting-replica.js';
import { ClusterState } from '../../src/state/cluster-state.js';
import type { Disk } from '../../src/storage/disk.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';

/**
 * What the file maps keep here: more request ids than a run issues between two attempts, and so
 * little history that versions are dropped for either reason.
 */
export const simFileBounds: FileMapBounds = {
  requestIdsKept: 5_000,
  historyBytesMax: 700,
  versionsKeptMax: 4,
};

/** Small, so that logs have many segments. */
const segmentBytesMax = 4 * 1024;
/** So short that frames stand in zeros, behind them, and across their end. */
const fillSteps = { heldBytesMin: 512, stepBytesMin: 256, stepBytesMax: 1024 };

export interface OpenSimOptions {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** 32 random hexadecimal digits. */
  readonly incarnation: string;
}

/** What is on the disk, mended if need be. */
export async function openSimStorage(options: OpenSimOptions): Promise<OpenedMemory<ClusterState>> {
  const stateMachine = new ClusterState(simFileBounds);
  const opened = await openLogStorage({
    ...options,
    ...{ segmentBytesMax, fillSteps },
    restore: () => stateMachine.restore(),
    repair: true,
  });
  return { ...opened, stateMachine };
}
