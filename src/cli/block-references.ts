/** Which blocks the versions of files name, and what is forgotten of these versions before. */
import { forgottenAtOnceMax } from '../base/limits.js';
import type { BlockHash } from '../blocks/block-hash.js';
import type { FileVersion } from '../client/cluster-client.js';
import { blockHashes } from './block-hashes.js';
import type { ClusterFiles } from './cluster-files.js';
import { judgeVersions, type KeepPolicy } from './keep-policy.js';

export interface BlockReferences {
  /** By block: the files whose current version names it. */
  readonly files: ReadonlyMap<BlockHash, readonly string[]>;
  /** By block: the older versions that name it, as `NAME@VERSION`. */
  readonly versions: ReadonlyMap<BlockHash, readonly string[]>;
}

/** The blocks that all versions name. */
export async function readReferences(clusterFiles: ClusterFiles): Promise<BlockReferences> {
  const files = new Map<BlockHash, string[]>();
  const versions = new Map<BlockHash, string[]>();
  let last: string | undefined;
  for await (const file of clusterFiles.allVersions()) {
    const isCurrent = file.name !== last;
    last = file.name;
    const word = isCurrent ? file.name : `${file.name}@${file.version}`;
    const references = isCurrent ? files : versions;
    for (const hash of blockHashes(file)) {
      const words = references.get(hash);
      if (words === undefined) references.set(hash, [word]);
      else words.push(word);
    }
  }
  return { files, versions };
}

export interface Remaining {
  /** The blocks that the versions name that stay. */
  readonly referenced: ReadonlySet<BlockHash>;
  /** Versions that were forgotten, or would be. */
  readonly forgotten: number;
}

/** Forgets the older versions that the policy does not keep; with `dryRun`, only counts them. */
export async function forgetOldVersions(
  clusterFiles: ClusterFiles,
  policy: KeepPolicy,
  dryRun: boolean,
): Promise<Remaining> {
  const referenced = new Set<BlockHash>();
  let forgotten = 0;
  let batch: FileVersion[] = [];
  const forget = async (): Promise<void> => {
    if (!dryRun && batch.length > 0) await clusterFiles.forget(batch);
    forgotten += batch.length;
    batch = [];
  };
  for await (const { version, isKept } of judgeVersions(clusterFiles.allVersions(), policy)) {
    if (isKept) for (const hash of blockHashes(version)) referenced.add(hash);
    else batch.push({ name: version.name, version: version.version });
    if (batch.length === forgottenAtOnceMax) await forget();
  }
  await forget();
  return { referenced, forgotten };
}
