/**
 * `surfraft partition TARGET 0,1 from 2,3,4`: keeps servers apart, as a broken network would. With
 * `--one-way`, only what the first ones send gets lost.
 */
import type { CommandModule } from 'yargs';
import { reportingServers } from '../../doctor/cluster-look.js';
import { serversText } from '../../doctor/words.js';
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
import { UsageError } from '../usage-error.js';

interface PartitionArguments extends ChosenOptions {
  readonly 'one-way': boolean;
}

const usage = 'two groups of servers, such as 0,1 from 2,3,4';

export const partitionCommand: CommandModule<object, PartitionArguments> = {
  command: 'partition [words..]',
  describe: 'Keep servers apart: partition CONFIG | HOST:PORT 0,1 from 2,3,4',
  builder: (parser) =>
    chosenOptions(parser, '; IDs, the word from, and IDs').option('one-way', {
      type: 'boolean',
      default: false,
      description: 'Only what the first ones send to the others gets lost',
    }),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args, { least: 3, most: 3, usage });
        const [some, others] = readGroups(cluster);
        const oneWay = args['one-way'];
        await cut(cluster, some, { from: others, direction: oneWay ? 'send' : 'both' });
        // The first ones would do; so each server can say itself who it is cut off from.
        if (!oneWay) await cut(cluster, others, { from: some, direction: 'both' });
        return { servers: idsOf(some), from: idsOf(others), oneWay, target: cluster.target };
      },
      ({ servers, from, oneWay, target }) => {
        const [some, others] = [serversText(servers), serversText(from)];
        const verb = servers.length === 1 ? 'sends' : 'send';
        const what = oneWay
          ? `what ${some} ${verb} does not get to ${others}`
          : `${some} and ${others} do not reach each other`;
        process.stdout.write(`${what}; npx surfraft heal ${target} ends that\n`);
      },
    ),
};

function readGroups(
  cluster: ChosenCluster,
): readonly [readonly ChosenServer[], readonly ChosenServer[]] {
  const [first = '', from, second = ''] = cluster.words;
  if (from !== 'from') throw new UsageError(`expected ${usage}`);
  const groups = [first, second].map((word) => {
    const ids = new Set(word.split(',').filter((id) => id !== ''));
    return [...ids].map((id) => serverOf(cluster, id));
  });
  const [some = [], others = []] = groups;
  const both = some.find((server) => others.includes(server));
  if (both !== undefined) {
    throw new UsageError(`server ${both.id} is in both groups; expected ${usage}`);
  }
  if (some.length === 0 || others.length === 0) throw new UsageError(`expected ${usage}`);
  return [some, others];
}

interface CutOf {
  readonly from: readonly ChosenServer[];
  readonly direction: 'both' | 'send';
}

/**
 * Adds to what these servers are cut off from. Each knows one direction only: what was cut in
 * another one before is no longer, which is said.
 */
async function cut(
  cluster: ChosenCluster,
  servers: readonly ChosenServer[],
  { from, direction }: CutOf,
): Promise<void> {
  const reports = reportingServers(await lookAtCluster(cluster));
  for (const server of servers) {
    const report = reports.find(({ id }) => id === server.id)?.report;
    const before = report?.unreachable.toSorted((a, b) => a - b) ?? [];
    const isOther = before.length > 0 && report?.unreachableDirection !== direction;
    if (isOther) {
      process.stderr.write(
        `server ${server.id} was cut off from ${serversText(before)} in another direction, ` +
          'and is no longer\n',
      );
    }
    const all = [...new Set([...idsOf(from), ...(isOther ? [] : before)])];
    await callServer(cluster, server, 'makeserverunreachablefrom', [all, direction]);
  }
}

function idsOf(servers: readonly ChosenServer[]): readonly number[] {
  return servers.map(({ id }) => id).toSorted((a, b) => a - b);
}
