/**
 * `surfraft restore`: makes an older version of a file the newest once more (`NAME@VERSION`), or
 * releases the crash switch of a server (`ID`). Both go by that name: the one as in other tools for
 * files, the other as the method that it calls. A word with an @ is never an ID.
 */
import type { CommandModule } from 'yargs';
import { chosenOptions, openChosen, serverOf, type ChosenOptions } from '../chosen-cluster.js';
import { answering, splitTarget, withCluster } from '../cluster-target.js';
import { healServers, printHealed } from '../heal-servers.js';
import { printable } from '../printable.js';
import { restoreVersion } from '../restore-version.js';
import { UsageError } from '../usage-error.js';
import { readVersionWord } from '../version-word.js';

export const restoreCommand: CommandModule<object, ChosenOptions> = {
  command: 'restore [words..]',
  describe:
    'Make an older version the newest: restore [HOST:PORT] NAME@VERSION; or undo a crash: ID',
  builder: (parser) => chosenOptions(parser, '; NAME@VERSION, or IDs of crashed servers'),
  handler: (args) => (namesServers(args) ? restoreServers(args) : restoreFile(args)),
};

function namesServers({ config, words }: ChosenOptions): boolean {
  const ids = config === undefined ? words.slice(1) : words;
  return ids.length > 0 && ids.every((word) => /^\d+$/.test(word));
}

async function restoreServers(args: ChosenOptions): Promise<void> {
  await answering(
    args,
    async () => {
      const cluster = await openChosen(args, { least: 1, most: Infinity, usage: 'IDs' });
      return healServers(
        cluster,
        cluster.words.map((word) => serverOf(cluster, word)),
      );
    },
    printHealed,
  );
}

async function restoreFile(args: ChosenOptions): Promise<void> {
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
}
