/** `surfraft log [HOST:PORT] NAME`: the versions of a file that are kept, the newest first. */
import type { CommandModule } from 'yargs';
import { count } from '../../base/count.js';
import type { BlockHash } from '../../blocks/block-hash.js';
import { BlocksRefused } from '../../client/client-errors.js';
import type { ClusterBlocks } from '../../client/cluster-blocks.js';
import type { KeptVersion } from '../../client/file-answers.js';
import { blockHashes, blockItems } from '../block-hashes.js';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import { isDeletion } from '../deletion.js';
import { localTime } from '../local-time.js';

interface ListedVersion {
  readonly version: number;
  /** Null when it is not known. */
  readonly time: string | null;
  readonly blocks: number;
  /** Blocks that the cluster does not keep; null when it cannot tell. */
  readonly missing: number | null;
  readonly deleted: boolean;
}

export const logCommand: CommandModule<object, TargetOptions> = {
  command: 'log [words..]',
  describe: 'List the versions of a file that are kept: log [HOST:PORT] NAME',
  builder: (parser) => targetOptions(parser, "; the file's name"),
  handler: async (args) => {
    const bounds = { least: 1, most: 1, usage: 'one NAME' };
    const { address, words } = splitTarget(args, bounds);
    const [name = ''] = words;
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ files, blocks }) => {
          const versions = await files.versions(name);
          const missing = await findMissing(versions, blocks);
          return { name, versions: versions.map((version) => listed(version, missing)) };
        }),
      ({ versions }) => {
        for (const version of versions) process.stdout.write(describe(version));
      },
    );
  },
};

/** Undefined when too few stores answer to tell. */
async function findMissing(
  versions: readonly KeptVersion[],
  blocks: ClusterBlocks,
): Promise<ReadonlySet<BlockHash> | undefined> {
  const hashes = new Set(versions.flatMap((version) => [...blockHashes(version)]));
  try {
    return await blocks.missing([...hashes]);
  } catch (error) {
    if (!(error instanceof BlocksRefused)) throw error;
    return undefined;
  }
}

function listed(info: KeptVersion, missing: ReadonlySet<BlockHash> | undefined): ListedVersion {
  const items = blockItems(info);
  const hashes = blockHashes(info);
  const known: ReadonlySet<unknown> = hashes;
  // What names no block is nowhere.
  const odd = items.filter((item) => !known.has(item));
  const gone = missing === undefined ? undefined : [...hashes].filter((hash) => missing.has(hash));
  return {
    version: info.version,
    time: info.timeMs === 0 ? null : localTime(info.timeMs),
    blocks: items.length,
    missing: gone === undefined ? null : gone.length + odd.length,
    deleted: isDeletion(info),
  };
}

function describe({ version, time, blocks, missing, deleted }: ListedVersion): string {
  const when = time ?? 'time unknown';
  if (deleted) return `v${version}  ${when}  deleted\n`;
  const told = count(blocks, 'block');
  if (missing === 0) return `v${version}  ${when}  ${told}\n`;
  const what = missing === null ? 'which cannot be looked for now' : `${missing} missing`;
  return `v${version}  ${when}  ${told}, ${what}\n`;
}
