/** `surfraft leader TARGET`: who leads the cluster. Exit code 1 when nobody does. */
import type { CommandModule } from 'yargs';
import { diagnose } from '../../doctor/diagnose.js';
import { chosenOptions, lookAtCluster, openChosen, type ChosenOptions } from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';
import { StartError } from '../start-error.js';

export const leaderCommand: CommandModule<object, ChosenOptions> = {
  command: 'leader [words..]',
  describe: 'Say who leads a cluster: leader CONFIG | HOST:PORT',
  builder: (parser) => chosenOptions(parser),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args);
        const { leaderId, term, summary } = diagnose(await lookAtCluster(cluster));
        const server = cluster.servers.find(({ id }) => id === leaderId);
        if (server === undefined) {
          throw new StartError(`${summary}; npx surfraft doctor ${cluster.target} says why`);
        }
        return { id: server.id, address: server.address, term };
      },
      ({ id, address, term }) => {
        process.stdout.write(`server ${id} at ${address} leads in term ${term ?? 0}\n`);
      },
    ),
};
