/**
 * `surfraft heal TARGET`: ends every artificial partition and releases every crash switch, so that
 * nothing is broken on purpose any more.
 */
import type { CommandModule } from 'yargs';
import { chosenOptions, openChosen, serverOf, type ChosenOptions } from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';
import { healServers, printHealed } from '../heal-servers.js';

export const healCommand: CommandModule<object, ChosenOptions> = {
  command: 'heal [words..]',
  describe: 'End partitions, release crash switches: heal CONFIG | HOST:PORT [ID…]',
  builder: (parser) => chosenOptions(parser, '; IDs of servers, unless all are to be healed'),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args, { least: 0, most: Infinity, usage: 'IDs' });
        const { words, servers } = cluster;
        const chosen = words.map((word) => serverOf(cluster, word));
        return healServers(cluster, words.length > 0 ? chosen : servers);
      },
      printHealed,
    ),
};
