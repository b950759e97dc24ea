/** `surfraft crash TARGET ID`: throws the crash switch of a server. */
import type { CommandModule } from 'yargs';
import {
  callServer,
  chosenOptions,
  openChosen,
  serverOf,
  type ChosenOptions,
} from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';

export const crashCommand: CommandModule<object, ChosenOptions> = {
  command: 'crash [words..]',
  describe: 'Throw the crash switch of a server: crash CONFIG | HOST:PORT ID',
  builder: (parser) => chosenOptions(parser, '; ID of the server'),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args, { least: 1, most: 1, usage: 'one ID' });
        const server = serverOf(cluster, cluster.words[0] ?? '');
        const wasCrashed = (await callServer(cluster, server, 'iscrashed')) === true;
        await callServer(cluster, server, 'crash');
        return { id: server.id, changed: !wasCrashed, target: cluster.target };
      },
      ({ id, changed, target }) => {
        const what = changed ? 'is crashed by its switch' : 'was crashed by its switch already';
        process.stdout.write(
          `server ${id} ${what}; npx surfraft restore ${target} ${id} releases it\n`,
        );
      },
    ),
};
