/** One more version of a file, whoever else is at it. */
import type { ClusterClient } from '../client/cluster-client.js';
import type { FileInfo, HashItem } from '../client/file-answers.js';
import { StartError } from './start-error.js';

/** Others may be faster so many times in a row; more often than that, something is wrong. */
const attemptsMax = 100;

/**
 * Gives the file its next version, with the hashes that `hashlistFor` names for its present one.
 * When somebody else was faster, it is asked again. Returns the version.
 */
export async function nextVersion(
  client: ClusterClient,
  name: string,
  hashlistFor: (present: FileInfo) => readonly HashItem[],
): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const present = await client.getFileInfo(name);
    const version = present.version + 1;
    if (await client.updateFile(name, version, hashlistFor(present))) return version;
  }
  throw new StartError(`${name}: others changed the file ${attemptsMax} times in a row`);
}
