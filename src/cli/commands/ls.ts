/** `surfraft ls [HOST:PORT] [PREFIX]`: the files of a cluster, in the order of their names. */
import type { CommandModule } from 'yargs';
import { count } from '../../base/count.js';
import type { FileInfo } from '../../client/file-answers.js';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import { isDeletion } from '../deletion.js';
import { printable } from '../printable.js';

interface LsArguments extends TargetOptions {
  readonly all: boolean;
}

interface ListedFile {
  readonly name: string;
  readonly version: number;
  readonly blocks: number;
  readonly deleted: boolean;
}

export const lsCommand: CommandModule<object, LsArguments> = {
  command: 'ls [words..]',
  describe: 'List the files of a cluster: ls [HOST:PORT] [PREFIX]',
  builder: (parser) =>
    targetOptions(parser, '; what the names are to begin with').option('all', {
      type: 'boolean',
      default: false,
      description: 'List deleted files, too',
    }),
  handler: async (args) => {
    const usage = 'at most a PREFIX';
    const { address, words } = splitTarget(args, { least: 0, most: 1, usage });
    const [prefix = ''] = words;
    await answering(
      args,
      () =>
        withCluster(args, address, async (cluster) => {
          const files: ListedFile[] = [];
          for await (const { name, ...info } of cluster.files.all()) {
            if (!name.startsWith(prefix) || (isDeletion(info) && !args.all)) continue;
            files.push(listed(name, info));
          }
          return { files };
        }),
      print,
    );
  },
};

function listed(name: string, info: FileInfo): ListedFile {
  const deleted = isDeletion(info);
  return { name, version: info.version, blocks: deleted ? 0 : info.hashlist.length, deleted };
}

function print({ files }: { readonly files: readonly ListedFile[] }): void {
  for (const { name, version, blocks, deleted } of files) {
    const what = deleted ? 'deleted' : count(blocks, 'block');
    process.stdout.write(`${printable(name)}  v${version}  ${what}\n`);
  }
}
