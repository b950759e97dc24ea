/** Frees what a snapshot that is given up has occupied on the disk. */
import { StorageError, type SnapshotWriter } from '../storage/storage.js';
import type { ReplicaObserver } from './observer.js';

/** A refusal of the disk is told; what is left there goes with the next start. */
export async function giveUpSnapshot(
  writer: SnapshotWriter,
  observer: ReplicaObserver,
): Promise<void> {
  try {
    await writer.abandon();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    observer({ type: 'snapshotFailed', reason: error.message });
  }
}
