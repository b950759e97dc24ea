/** Runs one seed and tells how it ended, as a value that can go from thread to thread. */
import { describeFailure } from '../run-seed.js';
import { simulateSync, type SyncRunOptions, type SyncRunReport } from './simulate-sync.js';

export interface SyncSeedResult {
  readonly seed: number;
  readonly report: SyncRunReport | undefined;
  /** The promise that was broken, with its stack. */
  readonly failure: string | undefined;
}

export async function runSyncSeed(task: SyncRunOptions): Promise<SyncSeedResult> {
  const { seed } = task;
  try {
    return { seed, report: await simulateSync(task), failure: undefined };
  } catch (error) {
    return { seed, report: undefined, failure: describeFailure(error) };
  }
}
