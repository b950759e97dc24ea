/**
 * One run: first anything may happen to the folders and the cluster, then all is mended and what
 * must be true in the end is looked for.
 */
import { expectEnd } from './ending.js';
import { Mischief } from './mischief.js';
import { SyncWorld } from './sync-world.js';

export interface SyncRunReport {
  readonly events: number;
  /** Of simulated time. */
  readonly minutes: number;
  readonly versions: number;
  readonly syncs: number;
  readonly wholeSyncs: number;
  readonly conflicts: number;
  readonly collected: number;
  readonly kills: number;
  readonly powerCuts: number;
}

export interface SyncRunOptions {
  readonly seed: number;
  readonly steps: number;
}

/** Rejects with the first promise that was broken. */
export async function simulateSync({ seed, steps }: SyncRunOptions): Promise<SyncRunReport> {
  const world = new SyncWorld(seed);
  const mischief = new Mischief(world);
  for (let step = 0; step < steps; step += 1) await mischief.step();
  mischief.mend();
  world.cluster.silentUpdates = 0;
  await expectEnd(world);
  const { clock, judge, reports } = world;
  return {
    events: clock.events,
    minutes: Math.round(clock.nowMs / 60_000),
    versions: judge.versions,
    syncs: reports.ended,
    wholeSyncs: reports.whole,
    conflicts: reports.conflicts,
    collected: judge.collected,
    kills: mischief.kills,
    powerCuts: mischief.powerCuts,
  };
}
