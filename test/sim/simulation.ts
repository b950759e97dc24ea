/**
 * One simulated run. In the safety phase anything may fail and nothing may be wrong. In the
 * liveness phase first a majority is spared, which must be enough to come to work, then everybody;
 * at last a healthy cluster is disturbed in ways that must not disturb it. Throws what a checker
 * found.
 */
import process from 'node:process';
import { checkHistory } from './checkers/check-history.js';
import { ClusterWatch } from './checkers/cluster-watch.js';
import { DurabilityWatch } from './checkers/durability-watch.js';
import { checkLiveness } from './checkers/liveness.js';
import { MemberWatch } from './checkers/member-watch.js';
import { PromiseWatch } from './checkers/promise-watch.js';
import { StandingWatch } from './checkers/standing-watch.js';
import { checkStability } from './checkers/stability.js';
import { describeFaultPlan, drawFaultPlan, Faults } from './faults.js';
import { History } from './history.js';
import { MemberOperator } from './member-operator.js';
import { SimRandom } from './sim-random.js';
import type { SimSnapshots } from './sim-server.js';
import { SimWorld } from './sim-world.js';
import type { Trace } from './trace.js';
import { drawWorkload } from './workload.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly safety: SafetyPhase;
  readonly trace?: Trace;
}

/** How long anything may fail: simulated time, or events. */
export type SafetyPhase = { readonly ms: number } | { readonly steps: number };

/** What a seed decided, and how much happened. */
export interface SimulationReport {
  readonly seed: number;
  readonly serverCount: number;
  readonly faults: string;
  readonly events: number;
  readonly calls: number;
  readonly updates: number;
  readonly falses: number;
  readonly reads: number;
  readonly committed: number;
  readonly termsLed: number;
  /** How often a member was added, promoted or removed. */
  readonly memberChanges: number;
}

/** Members change in one of so many runs. */
const seedsForEachChange = 3;

/** States are compared this often. */
const compareEveryMs = 250;

/** A run of steps ends after this much simulated time, whatever happened. */
const safetyMsMax = 3_600_000;

export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, trace } = options;
  const draw = new SimRandom(seed ^ 0x5eed);
  const serverCount = draw.pick([1, 2, 3, 3, 3, 3, 4, 5, 5]);
  const snapshots = drawSnapshots(draw);
  const changesMembers = seed % seedsForEachChange === 0;
  const shape = { seed, serverCount, snapshots, changesMembers };
  const world = new SimWorld({ ...shape, ...(trace && { trace }) });
  const durability = new DurabilityWatch(world, draw.fork(), draw.pick([0.005, 0.02]));
  const watch = new ClusterWatch({
    world,
    onCommitted: (entry, by) => {
      durability.committed(
        entry,
        by.map(({ configuration }) => configuration),
      );
      members.committed(entry);
    },
  });
  const members = new MemberWatch(world);
  world.watch(watch);
  world.watch(durability);
  world.watch(new PromiseWatch(world));
  world.watch(new StandingWatch(world, watch.committed));
  world.watch(members);
  const history = new History();
  const plan = drawFaultPlan(draw);
  const faults = new Faults(world, draw.fork(), plan);
  const workload = drawWorkload(world, history, draw);
  const about = `${describeFaultPlan(plan)}; snapshots ${JSON.stringify(snapshots)}`;
  world.note('fault', 'all', () => `seed ${seed}: ${serverCount} servers; ${about}`);
  const operator = changesMembers ? new MemberOperator(world, new SimRandom(~seed)) : undefined;
  const ending = { world, random: draw.fork(), faults, history, watch, operator };
  await failingWith(world, async () => {
    startServers(world, draw);
    workload.start();
    faults.start();
    operator?.start();
    await runSafety(world, watch, options.safety);
    workload.stop();
    operator?.stop();
    await checkLiveness(ending);
    await checkStability(ending);
  });
  members.checkAnswered(operator?.answered ?? []);
  for (const server of world.servers) if (!world.members.includes(server)) server.retire();
  checkHistory(history.calls, watch.committed.entries);
  return {
    seed,
    serverCount,
    faults: about,
    ...count(world, history, watch),
    memberChanges: members.changes,
  };
}

/** All at once, or some of them so late that a majority has founded the cluster without them. */
function startServers(world: SimWorld, draw: SimRandom): void {
  const late = draw.chance(0.3) ? draw.some(world.servers, 0.3) : [];
  for (const server of world.servers) {
    if (!late.includes(server)) {
      server.start();
      continue;
    }
    world.clock.after(draw.between(0, 3_000), () => {
      if (!server.isUp && !server.isRetired) server.start();
    });
  }
}

/** Tiny, so that snapshots are taken and logs are cut all the time. */
function drawSnapshots(draw: SimRandom): SimSnapshots {
  const logBytesMin = draw.pick([300, 300, 2_000, 10_000]);
  const logBytesMax = logBytesMin * draw.pick([1, 4]);
  const tailEntries = draw.pick([0, 0, 2, 20, 100]);
  const tailBytes = draw.pick([100, 10_000]);
  const readBytesMax = draw.pick([200, 2_000, 50_000]);
  return { logBytesMin, logBytesMax, tailEntries, tailBytes, readBytesMax };
}

/** A promise that nobody handles is a bug of this run, not of the program that simulates it. */
async function failingWith(world: SimWorld, run: () => Promise<void>): Promise<void> {
  const onRejection = (error: unknown): void => {
    world.fail(error);
  };
  process.on('unhandledRejection', onRejection);
  try {
    await run();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

async function runSafety(world: SimWorld, watch: ClusterWatch, phase: SafetyPhase): Promise<void> {
  const untilMs = 'ms' in phase ? phase.ms : safetyMsMax;
  const steps = 'steps' in phase ? phase.steps : Infinity;
  while (world.clock.nowMs < untilMs && world.clock.events < steps) {
    const sliceMs = Math.min(compareEveryMs, untilMs - world.clock.nowMs);
    const endMs = world.clock.nowMs + sliceMs;
    await world.runUntil(() => world.clock.events >= steps, sliceMs);
    if (world.clock.events < steps) world.clock.advanceTo(endMs);
    watch.compareStates();
  }
}

function count(
  world: SimWorld,
  { calls }: History,
  watch: ClusterWatch,
): Omit<SimulationReport, 'seed' | 'serverCount' | 'faults' | 'memberChanges'> {
  let updates = 0;
  let falses = 0;
  let reads = 0;
  for (const { end } of calls) {
    if (end?.type === 'updated' && end.updated) updates += 1;
    if (end?.type === 'updated' && !end.updated) falses += 1;
    if (end?.type === 'seen') reads += 1;
  }
  return {
    events: world.clock.events,
    calls: calls.length,
    updates,
    falses,
    reads,
    committed: watch.committed.entries.length,
    termsLed: watch.termsLed,
  };
}
