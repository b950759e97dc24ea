/** Runs one seed and tells how it ended, as a value that can go from thread to thread. */
import { simulate, type SafetyPhase, type SimulationReport } from './simulation.js';
import { Trace, traceLine, type TraceSink } from './trace.js';
import { crc32c } from '../../src/base/crc32c.js';

export interface SeedTask {
  readonly seed: number;
  readonly safety: SafetyPhase;
  /** Whether to describe every event, and sum it all up in `traceChecksum`. */
  readonly wantsChecksum: boolean;
}

export interface SeedResult {
  readonly seed: number;
  readonly report: SimulationReport | undefined;
  /** What a checker found, with its stack. */
  readonly failure: string | undefined;
  readonly traceChecksum: number;
}

export async function runSeed(task: SeedTask): Promise<SeedResult> {
  const { seed, safety, wantsChecksum } = task;
  let traceChecksum = 0;
  const sum: TraceSink = (event) => {
    traceChecksum = crc32c(new TextEncoder().encode(traceLine(event)), traceChecksum);
  };
  try {
    const trace = wantsChecksum ? new Trace(sum) : new Trace();
    const report = await simulate({ seed, safety, trace });
    return { seed, report, failure: undefined, traceChecksum };
  } catch (error) {
    return { seed, report: undefined, failure: describeFailure(error), traceChecksum };
  }
}

/** With everything that it was caused by. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${describeFailure(error.cause)}`;
}
