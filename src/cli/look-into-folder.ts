/** A data folder for commands that look: whatever keeps them from it is one line for the user. */
import type { FolderIdentity } from '../base/folder-identity.js';
import { DataFolderRefusedError, findDataFolder } from '../io/data-folder.js';
import { inspectFolder, type FolderReport } from '../storage/inspect-folder.js';
import { StorageError } from '../storage/storage.js';
import { StartError } from './start-error.js';

export interface FolderContents {
  readonly identity: FolderIdentity;
  readonly report: FolderReport;
}

/** Throws `StartError` when the folder is no server's, or cannot be read. */
export async function lookIntoFolder(folder: string): Promise<FolderContents> {
  try {
    const { disk, identity } = await findDataFolder(folder);
    return { identity, report: await inspectFolder(disk, identity) };
  } catch (error) {
    if (!(error instanceof DataFolderRefusedError) && !(error instanceof StorageError)) throw error;
    throw new StartError(error.message);
  }
}
