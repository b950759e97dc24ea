/** `surfraft transfer TARGET ID`: makes a server the leader, and waits until it leads. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { diagnose, type Diagnosis } from '../../doctor/diagnose.js';
import {
  callServer,
  chosenOptions,
  lookAtCluster,
  openChosen,
  serverOf,
  type ChosenCluster,
  type ChosenOptions,
  type ChosenServer,
} from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';
import { StartError } from '../start-error.js';

const pauseMs = 50;

interface Transferred {
  readonly leader: number;
  readonly term: number | null;
  /** Who led before; null when nobody did. */
  readonly before: number | null;
}

export const transferCommand: CommandModule<object, ChosenOptions> = {
  command: 'transfer [words..]',
  describe: 'Make a server the leader: transfer CONFIG | HOST:PORT ID',
  builder: (parser) => chosenOptions(parser, '; ID of the server that is to lead'),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args, { least: 1, most: 1, usage: 'one ID' });
        return transfer(cluster, serverOf(cluster, cluster.words[0] ?? ''));
      },
      ({ leader, term, before }) => {
        const now = `server ${leader} leads in term ${term ?? 0}`;
        const was = before === null ? 'nobody led before' : `server ${before} led before`;
        process.stdout.write(`${before === leader ? `${now}, as before` : `${now}; ${was}`}\n`);
      },
    ),
};

async function transfer(cluster: ChosenCluster, server: ChosenServer): Promise<Transferred> {
  const untilMs = performance.now() + cluster.timeoutMs;
  const before = (await look(cluster)).leaderId ?? null;
  for (;;) {
    // False says that it could not within 2 s.
    const leads = await callServer(cluster, server, 'setleader');
    const now = await look(cluster);
    if (leads === true && now.leaderId === server.id) {
      return { leader: server.id, term: now.term ?? null, before };
    }
    if (performance.now() > untilMs) {
      throw new StartError(
        `server ${server.id} does not come to lead; ` +
          `npx surfraft doctor ${cluster.target} may say why`,
      );
    }
    await wait(pauseMs);
  }
}

async function look(cluster: ChosenCluster): Promise<Diagnosis> {
  return diagnose(await lookAtCluster(cluster));
}
