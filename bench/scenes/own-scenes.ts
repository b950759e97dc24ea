/** The scenes in which SurfRaft is held against itself, or against a figure. */
import { median } from '../goals/statistics.js';
import { retry } from '../systems/processes.js';
import { SurfRaftCluster } from '../systems/surfraft-cluster.js';
import type { Bench } from './bench.js';
import { measure, updater } from './measure.js';
import { compare, type Sample } from './sample.js';
import type { Scene } from './scene.js';

const manyFiles = 200_000;
const million = 1_000_000;
const emptyWarmUps = 3;
const restartsMax = 3;
const catchUpSecondsMax = 120;
/** So long the collector and the last snapshot are given before memory is looked at. */
const settleSeconds = 10;

/**
 * An empty map fills while it is measured, so that each round has an empty one of its own. The
 * cluster with many files stays, and gets more of them.
 */
export const manyFilesScene: Scene = {
  goals: ['files-200k'],
  isLong: true,
  run: async (bench, tell) => {
    await bench.stage.clear();
    const full = await SurfRaftCluster.start(bench.world, 3);
    try {
      bench.say('200,000 files');
      await full.fill(0, manyFiles);
      const many: Sample[] = [];
      const empty: Sample[] = [];
      for (let round = 1; round <= bench.rounds; round++) {
        empty.push(await measureEmpty(bench, `round ${round} of ${bench.rounds}`));
        bench.say(`200,000 files, round ${round} of ${bench.rounds}`);
        many.push(await measure(bench, '200,000 files', 128, updater(bench, full, true)));
      }
      tell('files-200k', compare(many, empty, 'p99Ms'));
    } finally {
      await full.stop();
    }
  },
};

async function measureEmpty(bench: Bench, round: string): Promise<Sample> {
  bench.say(`an empty map, ${round}`);
  const cluster = await SurfRaftCluster.start(bench.world, 3);
  try {
    // The other cluster got warm while it was filled; a cold one beside it would flatter it.
    await cluster.warmUp(emptyWarmUps * bench.warmUpSeconds);
    return await measure(bench, 'an empty map', 128, updater(bench, cluster, true));
  } finally {
    await cluster.stop();
  }
}

export const millionScene: Scene = {
  goals: ['million-memory', 'million-restart'],
  isLong: true,
  run: async (bench, tell) => {
    await bench.stage.clear();
    const cluster = await SurfRaftCluster.start(bench.world, 3);
    try {
      const emptyBytes = await cluster.residentBytes(cluster.leader);
      bench.say('a million files');
      await cluster.fill(0, million);
      const bytes = (await settledBytes(bench, cluster)) - emptyBytes;
      tell('million-memory', alone(bytes / million));
      const restarts: number[] = [];
      for (let round = 1; round <= Math.min(bench.rounds, restartsMax); round++) {
        bench.say(`restart with a million files, ${round}`);
        restarts.push(await restartSeconds(cluster));
      }
      tell('million-restart', alone(median(restarts)));
    } finally {
      await cluster.stop();
    }
  },
};

function alone(ours: number) {
  return { kind: 'measured', figures: { ours, theirs: undefined } } as const;
}

/** What the leader holds in memory once it has come to rest. */
async function settledBytes(bench: Bench, cluster: SurfRaftCluster): Promise<number> {
  bench.say('the servers come to rest');
  await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));
  return await cluster.residentBytes(cluster.leader);
}

/** From the start of a follower's process until it has applied what the leader has committed. */
async function restartSeconds(cluster: SurfRaftCluster): Promise<number> {
  const [id = 0] = cluster.followers;
  const startedMs = await cluster.restart(id);
  await retry('a server that has caught up', catchUpSecondsMax, async () => {
    const { commitIndex } = await cluster.status(cluster.leader);
    const { lastApplied } = await cluster.status(id);
    return lastApplied >= commitIndex ? true : undefined;
  });
  return (performance.now() - startedMs) / 1000;
}
