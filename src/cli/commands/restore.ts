/** `surfraft restore [HOST:PORT] NAME@VERSION`: makes an older version the newest once more. */
import type { CommandModule } from 'yargs';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import { printable } from '../printable.js';
import { restoreVersion } from '../restore-version.js';
import { UsageError } from '../usage-error.js';
import { readVersionWord } from '../version-word.js';

export const restoreCommand: CommandModule<object, TargetOptions> = {
  command: 'restore [words..]',
  describe: 'Make an older version the newest: restore [HOST:PORT] NAME@VERSION',
  builder: (parser) => targetOptions(parser, '; NAME@VERSION'),
  handler: async (args) => {
    const bounds = { least: 1, most: 1, usage: 'one NAME@VERSION' };
    const { address, words } = splitTarget(args, bounds);
    const [word = ''] = words;
    const wanted = readVersionWord(word);
    if (wanted === undefined) {
      const mistake = `${printable(word)} ends in no version`;
      throw new UsageError(`${mistake}: expected NAME@VERSION, such as notes.txt@3`);
    }
    await answering(
      args,
      () => withCluster(args, address, (cluster) => restoreVersion(wanted, cluster)),
      ({ name, version, restored, changed, deleted }) => {
        const what = deleted ? 'deleted' : `restored from v${restored}`;
        const told = changed ? what : `what v${restored} was is current already`;
        process.stdout.write(`${printable(name)}  v${version}  ${told}\n`);
      },
    );
  },
};
