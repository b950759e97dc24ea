/** The scenes in which SurfRaft and etcd take turns on the same disk. */
import type { GoalId } from '../goals/goals.js';
import type { LoadPlan } from '../load/load-plan.js';
import { Echo } from '../systems/echo.js';
import { etcdMissing, type Bench } from './bench.js';
import { takeTurns, updater, warm, type Contender } from './measure.js';
import { compare, type Rival, type Sample } from './sample.js';
import type { Scene } from './scene.js';
import type { Cast } from './stage.js';

const mapFiles = 10_000;

/** Updates of three servers, and what bare node:http makes of the same calls. */
export const updatesAt128: Scene = {
  goals: ['updates-128', 'updates-p99', 'updates-bare'],
  run: async (bench, tell) => {
    const cast = await bench.stage.any(3);
    const echo = await Echo.start(bench.world);
    try {
      await echo.warmUp(bench.warmUpSeconds);
      const contenders = [...updatersOf(bench, cast), updater(bench, echo)];
      await warm(bench, contenders, 128, bench.steadySeconds);
      const samples = await takeTurns(bench, 'updates, 128 clients', 128, contenders);
      const { ours, etcd } = parts(cast, samples);
      const bare = samples.at(-1) ?? [];
      tell('updates-128', compare(ours, etcd, 'callsPerSecond'));
      tell('updates-p99', compare(ours, etcd, 'p99Ms'));
      tell('updates-bare', compare(ours, bare, 'callsPerSecond'));
    } finally {
      await echo.stop();
    }
  },
};

export function updatesScene(id: GoalId, servers: number, clients: number): Scene {
  const series = `updates, ${servers} servers, ${clients} clients`;
  return {
    goals: [id],
    run: async (bench, tell) => {
      const cast = await bench.stage.any(servers);
      const contenders = updatersOf(bench, cast);
      await warm(bench, contenders, clients, bench.steadySeconds);
      const samples = await takeTurns(bench, series, clients, contenders);
      const { ours, etcd } = parts(cast, samples);
      tell(id, compare(ours, etcd, 'callsPerSecond'));
    },
  };
}

export const reads: Scene = {
  goals: ['reads-128', 'reads-1'],
  run: async (bench, tell) => {
    const cast = await bench.stage.any(3);
    const readers = await readersOf(cast, (system) => system.reads());
    await warm(bench, readers, 32, bench.warmUpSeconds);
    for (const [id, clients] of [['reads-128', 128] as const, ['reads-1', 1] as const]) {
      const series = `linearizable reads, ${clients} clients`;
      const { ours, etcd } = parts(cast, await takeTurns(bench, series, clients, readers));
      tell(id, compare(ours, etcd, 'callsPerSecond'));
    }
  },
};

export const maps: Scene = {
  goals: ['map-1', 'map-8'],
  run: async (bench, tell) => {
    const cast = await bench.stage.fresh(3);
    bench.say('10,000 files');
    // The map is all that the server has, so that what the warm-up left is a part of it.
    await cast.surfraft.fill(0, mapFiles - (await cast.surfraft.count()));
    await cast.etcd?.fill(0, mapFiles);
    const readers = await readersOf(cast, (system) => system.maps(mapFiles));
    await warm(bench, readers, 1, bench.warmUpSeconds);
    for (const [id, clients] of [['map-1', 1] as const, ['map-8', 8] as const]) {
      const series = `map of 10,000 files, ${clients} clients`;
      const { ours, etcd } = parts(cast, await takeTurns(bench, series, clients, readers));
      tell(id, compare(ours, etcd, 'p50Ms'));
    }
  },
};

function updatersOf(bench: Bench, cast: Cast): readonly Contender[] {
  const systems = cast.etcd === undefined ? [cast.surfraft] : [cast.surfraft, cast.etcd];
  return systems.map((system) => updater(bench, system));
}

async function readersOf(
  cast: Cast,
  planOf: (system: Cast['surfraft'] | NonNullable<Cast['etcd']>) => Promise<LoadPlan>,
): Promise<readonly Contender[]> {
  const systems = cast.etcd === undefined ? [cast.surfraft] : [cast.surfraft, cast.etcd];
  return await Promise.all(
    systems.map(async (system) => {
      const plan = await planOf(system);
      return { system, plan: () => plan, makesFiles: false };
    }),
  );
}

function parts(
  cast: Cast,
  samples: readonly (readonly Sample[])[],
): { readonly ours: readonly Sample[]; readonly etcd: Rival } {
  const [ours = [], theirs = []] = samples;
  return { ours, etcd: cast.etcd === undefined ? etcdMissing : theirs };
}
