/** `surfraft rm [HOST:PORT] NAME`: deletes a file of a cluster, which is a version of it. */
import type { CommandModule } from 'yargs';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import { deletionHashlist, isDeletion } from '../deletion.js';
import { printable } from '../printable.js';
import { StartError } from '../start-error.js';

export const rmCommand: CommandModule<object, TargetOptions> = {
  command: 'rm [words..]',
  describe: 'Delete a file of a cluster: rm [HOST:PORT] NAME',
  builder: (parser) => targetOptions(parser, "; the file's name"),
  handler: async (args) => {
    const bounds = { least: 1, most: 1, usage: 'one NAME' };
    const { address, words } = splitTarget(args, bounds);
    const [name = ''] = words;
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ files }) => {
          const version = await files.advance(name, (info) => {
            if (info.version > 0 && !isDeletion(info)) return deletionHashlist;
            throw new StartError(`${name}: there is no such file`);
          });
          return { name, version };
        }),
      ({ version }) => {
        process.stdout.write(`${printable(name)}  v${version}  deleted\n`);
      },
    );
  },
};
