/** What every scene is given: who makes load, for how long, and where results go. */
import type { Generator } from '../load/generator.js';
import type { World } from '../systems/world.js';
import type { Sample } from './sample.js';
import type { Stage } from './stage.js';

export interface Bench {
  readonly world: World;
  readonly stage: Stage;
  readonly generator: Generator;
  /** The command of the installed etcd. */
  readonly etcd: string | undefined;
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Of load on a system that was just started, before anything counts. */
  readonly warmUpSeconds: number;
  /**
   * Of the very updates that are measured, before the first round: the engine compiles what is
   * called often again and again, the last time after tens of thousands of calls.
   */
  readonly steadySeconds: number;
  /** Different in each measurement: names are never used twice. */
  readonly nextRun: () => number;
  /** Keeps the raw figures for whoever wants to look closer. */
  readonly keep: (series: string, system: string, sample: Sample) => void;
  /** Tells people who watch what is going on. */
  readonly say: (text: string) => void;
}

export const etcdMissing = { missing: 'etcd is not installed (Debian: etcd-server)' };
