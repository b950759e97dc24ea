/**
 * `surfraft watch TARGET`: the changes of files as they are committed, a line each, until it is
 * stopped. It begins with the first change after its start, and follows whoever leads.
 */
import type { CommandModule } from 'yargs';
import { count } from '../../base/count.js';
import { RpcConnection } from '../../client/rpc-connection.js';
import { watchChanges, type FileChange, type WatchEvent } from '../../client/watch-changes.js';
import { reportingServers } from '../../doctor/cluster-look.js';
import {
  chosenOptions,
  lookAtCluster,
  openChosen,
  type ChosenCluster,
  type ChosenOptions,
} from '../chosen-cluster.js';
import { watching } from '../cluster-target.js';
import { localTime } from '../local-time.js';
import { printable } from '../printable.js';
import { StartError } from '../start-error.js';
import { listenForStop } from '../stop-request.js';

const pauseMs = 200;
const silenceMs = 1_000;

export const watchCommand: CommandModule<object, ChosenOptions> = {
  command: 'watch [words..]',
  describe: 'Print changes of files as they are committed: watch CONFIG | HOST:PORT',
  builder: (parser) => chosenOptions(parser),
  handler: (args) =>
    watching(async () => {
      const cluster = await openChosen(args);
      const stop = new AbortController();
      void listenForStop().then(() => {
        stop.abort();
      });
      await watch(cluster, args.json, stop.signal);
    }),
};

async function watch(cluster: ChosenCluster, json: boolean, signal: AbortSignal): Promise<void> {
  const { servers, proof } = cluster;
  const after = await findEnd(cluster);
  const connections = new Map(servers.map((server) => [server, new RpcConnection(server, proof)]));
  process.stderr.write(`watching from entry ${after} of the log on\n`);
  try {
    for await (const event of watchChanges({ connections, after, pauseMs, silenceMs, signal })) {
      tell(event, json);
    }
  } finally {
    for (const connection of connections.values()) connection.close();
  }
}

/** The last entry that any server has applied. Throws `StartError` when none of them answers. */
async function findEnd(cluster: ChosenCluster): Promise<number> {
  const untilMs = performance.now() + cluster.timeoutMs;
  for (;;) {
    const reports = reportingServers(await lookAtCluster(cluster));
    if (reports.length > 0) return Math.max(...reports.map(({ report }) => report.lastApplied));
    if (performance.now() > untilMs) {
      throw new StartError(`0 of ${cluster.servers.length} servers answered`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function tell(event: WatchEvent, json: boolean): void {
  if (event.kind === 'silence') {
    process.stderr.write(`no server answers (${printable(event.reason)}); waiting for one\n`);
    return;
  }
  if (event.kind === 'change') {
    const { version, ...rest } = event.change;
    const plain = { ...rest, version: Number(version) };
    process.stdout.write(json ? `${JSON.stringify(plain)}\n` : describe(event.change));
    return;
  }
  const { from, through } = event;
  const entries = from === through ? `entry ${from} is` : `entries ${from} to ${through} are`;
  process.stderr.write(`${entries} gone from the log: changes may have been missed\n`);
  if (json) process.stdout.write(`${JSON.stringify({ missed: { from, through } })}\n`);
}

function describe({ timeMs, name, version, items, deleted }: FileChange): string {
  const when = timeMs === 0 ? 'time unknown' : localTime(timeMs);
  const what = deleted ? 'deleted' : count(items, 'block');
  return `${when}  ${printable(name)}  v${version}  ${what}\n`;
}
