/**
 * How the cost of an update grows with one thing at a time, all others as they are: three servers,
 * 128 clients, two hashes, an empty map. Each point has a cluster of its own.
 */
import type { Bench } from '../scenes/bench.js';
import { takeTurns, updater, warm, type Contender } from '../scenes/measure.js';
import type { Sample } from '../scenes/sample.js';
import { SurfRaftCluster } from '../systems/surfraft-cluster.js';

export interface GrowthAxis {
  readonly id: string;
  /** What grows. */
  readonly what: string;
  readonly points: readonly number[];
  /** Points beyond it take minutes and are left out of a quick run. */
  readonly quickMax: number;
  /** The samples at one point, a round each. */
  readonly measureAt: (bench: Bench, point: number) => Promise<readonly Sample[]>;
}

const usualServers = 3;
const usualClients = 128;

export const growthAxes: readonly GrowthAxis[] = [
  {
    id: 'files',
    what: 'files in the map at the beginning',
    points: [0, 10_000, 200_000, 1_000_000],
    quickMax: 10_000,
    measureAt: (bench, files) =>
      onCluster(bench, usualServers, async (cluster) => {
        // The load that is measured makes files: here few are updated again and again.
        await cluster.warmUp(bench.steadySeconds);
        await cluster.fill(0, files);
        const contender = updater(bench, cluster, true);
        const [samples = []] = await takeTurns(bench, `${files} files`, usualClients, [contender]);
        return samples;
      }),
  },
  {
    id: 'servers',
    what: 'servers',
    points: [1, 3, 5, 7],
    quickMax: 7,
    measureAt: (bench, servers) =>
      onCluster(bench, servers, (cluster) =>
        rounds(bench, `${servers} servers`, usualClients, updater(bench, cluster)),
      ),
  },
  {
    id: 'clients',
    what: 'clients',
    points: [1, 8, 32, 128, 512],
    quickMax: 512,
    measureAt: (bench, clients) =>
      onCluster(bench, usualServers, (cluster) =>
        rounds(bench, `${clients} clients`, clients, updater(bench, cluster)),
      ),
  },
  {
    id: 'hashes',
    what: 'hashes of 64 characters in an update',
    points: [0, 2, 20, 200],
    quickMax: 200,
    measureAt: (bench, hashes) =>
      onCluster(bench, usualServers, (cluster) => {
        const plan = () => cluster.updatesWith(bench.nextRun(), false, hashes);
        const contender = { system: cluster, plan, makesFiles: true };
        return rounds(bench, `${hashes} hashes`, usualClients, contender);
      }),
  },
];

async function onCluster(
  bench: Bench,
  servers: number,
  run: (cluster: SurfRaftCluster) => Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  const cluster = await SurfRaftCluster.start(bench.world, servers);
  try {
    await cluster.warmUp(bench.warmUpSeconds);
    return await run(cluster);
  } finally {
    await cluster.stop();
  }
}

async function rounds(
  bench: Bench,
  series: string,
  clients: number,
  contender: Contender,
): Promise<readonly Sample[]> {
  await warm(bench, [contender], clients, bench.steadySeconds);
  const [samples = []] = await takeTurns(bench, series, clients, [contender]);
  return samples;
}
