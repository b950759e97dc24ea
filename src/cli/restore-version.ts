/**
 * Makes an older version of a file the newest once more. Its blocks are asked for first, which also
 * makes them young: the garbage collector leaves them alone until the new version names them.
 */
import type { ClusterBlocks } from '../client/cluster-blocks.js';
import type { FileVersion } from '../client/cluster-client.js';
import type { FileInfo, KeptVersion } from '../client/file-answers.js';
import { blockHashes, blockItems } from './block-hashes.js';
import type { ClusterFiles } from './cluster-files.js';
import { isDeletion } from './deletion.js';
import { findVersion } from './kept-version.js';
import { StartError } from './start-error.js';

/** Others may be faster so many times in a row; more often than that, something is wrong. */
const attemptsMax = 100;

interface RestoreParts {
  readonly files: Pick<ClusterFiles, 'versions' | 'update'>;
  readonly blocks: Pick<ClusterBlocks, 'missing'>;
}

export interface Restored {
  readonly name: string;
  /** The current one now. */
  readonly version: number;
  /** The one that it is made from. */
  readonly restored: number;
  /** False when the current version was the same already. */
  readonly changed: boolean;
  readonly deleted: boolean;
}

/** Throws `StartError` when the version, or a block of it, is not kept. */
export async function restoreVersion(
  { name, version }: FileVersion,
  { files, blocks }: RestoreParts,
): Promise<Restored> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const versions = await files.versions(name);
    const [current] = versions;
    const wanted = findVersion(name, version, versions);
    const told = { name, restored: version, deleted: isDeletion(wanted) };
    if (isSame(current, wanted)) return { ...told, version: current.version, changed: false };
    await checkBlocks(name, wanted, blocks);
    const next = current.version + 1;
    if (await files.update(name, next, wanted.hashlist)) {
      return { ...told, version: next, changed: true };
    }
  }
  throw new StartError(`${name}: others changed the file ${attemptsMax} times in a row`);
}

function isSame({ hashlist }: FileInfo, wanted: FileInfo): boolean {
  if (hashlist.length !== wanted.hashlist.length) return false;
  return hashlist.every((item, at) => item === wanted.hashlist[at]);
}

async function checkBlocks(
  name: string,
  wanted: KeptVersion,
  blocks: RestoreParts['blocks'],
): Promise<void> {
  const hashes = blockHashes(wanted);
  const known: ReadonlySet<unknown> = hashes;
  const odd = blockItems(wanted).find((item) => !known.has(item));
  const what = `${name}: version ${wanted.version} cannot be restored`;
  if (odd !== undefined) {
    const item = JSON.stringify(String(odd));
    throw new StartError(`${what}: its hash list has ${item}, which names no block`);
  }
  const missing = await blocks.missing([...hashes]);
  const [first] = missing;
  if (first === undefined) return;
  const others = missing.size > 1 ? ` and ${missing.size - 1} more` : '';
  throw new StartError(`${what}: the cluster does not keep block ${first}${others}`);
}
