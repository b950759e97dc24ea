/** Measures systems in turns and checks afterwards that what was answered has come true. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { must } from '../../src/base/assert.js';
import { loopLookMs } from '../../src/rpc/server-metrics.js';
import type { LoadFigures } from '../load/generator.js';
import type { LoadPlan } from '../load/load-plan.js';
import { cpuSeconds } from '../systems/cpu-time.js';
import type { System } from '../systems/system.js';
import type { Bench } from './bench.js';
import type { Sample } from './sample.js';

export interface Contender {
  readonly system: System;
  readonly plan: () => LoadPlan;
  /** Whether each call that is answered rightly must have made a file or key. */
  readonly makesFiles: boolean;
}

/** A system under ever-new updates. */
export function updater(bench: Bench, system: System, isScattered = false): Contender {
  const plan = (): LoadPlan => system.updates(bench.nextRun(), isScattered);
  return { system, plan, makesFiles: system.count !== undefined };
}

/** The samples of each contender, round by round. */
export async function takeTurns(
  bench: Bench,
  series: string,
  clients: number,
  contenders: readonly Contender[],
): Promise<readonly (readonly Sample[])[]> {
  const samples: Sample[][] = contenders.map(() => []);
  for (let round = 1; round <= bench.rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      bench.say(`${series}, round ${round} of ${bench.rounds}: ${contender.system.name}`);
      const sample = await measure(bench, series, clients, contender);
      must(samples[at], 'each contender has samples').push(sample);
    }
  }
  return samples;
}

export async function measure(
  bench: Bench,
  series: string,
  clients: number,
  { system, plan, makesFiles }: Contender,
): Promise<Sample> {
  const count = makesFiles ? must(system.count, 'what makes files can be counted') : undefined;
  const filesBefore = await count?.();
  const cpuBefore = cpuSeconds(system.pids);
  const figures = await watchIdle(bench, () => bench.generator.run(plan(), clients, bench.seconds));
  const cpu = cpuSeconds(system.pids) - cpuBefore;
  if (count !== undefined && filesBefore !== undefined) {
    checkCount(system.name, figures.answered, clients, (await count()) - filesBefore);
  }
  bench.world.processes.checkNoneLost();
  const sample = { ...figures, cpuUsPerCall: (cpu * 1e6) / figures.answered };
  bench.keep(series, system.name, sample);
  return sample;
}

/**
 * Throws unless as many files came into being as were answered true, and at most one more for each
 * client: the call that was given up when the time was over.
 */
export function checkCount(name: string, answered: number, clients: number, made: number): void {
  if (made >= answered && made <= answered + clients) return;
  throw new Error(`${name} answered ${answered} updates rightly and has ${made} files more`);
}

/** This process is idle while another one makes the load: its pauses are the machine's. */
async function watchIdle(bench: Bench, run: () => Promise<LoadFigures>): Promise<LoadFigures> {
  if (bench.generator.isThisProcess) return await run();
  const delay = monitorEventLoopDelay({ resolution: loopLookMs });
  delay.enable();
  const figures = await run();
  delay.disable();
  bench.world.standing.addIdlePause(delay.max / 1e6);
  return figures;
}

/**
 * What is measured takes other ways through the code than the updates of a few names that each
 * system was warmed up with.
 */
export async function warm(
  bench: Bench,
  contenders: readonly Contender[],
  clients: number,
  seconds: number,
): Promise<void> {
  if (seconds === 0) return;
  for (const { plan, system } of contenders) {
    bench.say(`warming up ${system.name}`);
    await bench.generator.run(plan(), clients, seconds);
  }
}
