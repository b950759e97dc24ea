/** Samples and outcomes for tests of the bench. */
import type { Sample } from '../../bench/scenes/sample.js';
import type { Outcome } from '../../bench/goals/outcome.js';
import type { GoalId } from '../../bench/goals/goals.js';
import type { Conditions } from '../../bench/report/bench-report.js';

export function sample(figures: Partial<Sample>): Sample {
  const usual = { callsPerSecond: 1000, p50Ms: 1, p99Ms: 2, longestMs: 3 };
  return { ...usual, answered: 1000, cpuUsPerCall: 50, ...figures };
}

/** One of each kind, as a run without the long scenes brings them. */
export const mixedOutcomes: ReadonlyMap<GoalId, Outcome> = new Map<GoalId, Outcome>([
  [
    'updates-128',
    {
      kind: 'measured',
      figures: {
        ours: 27_104.4,
        theirs: 7445,
        ratio: 3.641,
        p50Ms: { ours: 4.612, theirs: 15.14 },
        p99Ms: { ours: 9.1, theirs: 33.57 },
      },
    },
  ],
  ['updates-1', { kind: 'failed', reason: 'etcd fell over' }],
  ['reads-1', { kind: 'failed', reason: 'etcd fell over' }],
  ['million-memory', { kind: 'skipped', reason: 'takes minutes' }],
  ['million-restart', { kind: 'measured', figures: { ours: 12.5, theirs: undefined } }],
  ['leader-changes', { kind: 'measured', figures: { ours: 0, theirs: undefined } }],
  ['pauses', { kind: 'measured', figures: { ours: 31, theirs: 12.25 } }],
]);

export const conditions: Conditions = {
  machine: {
    processors: 2,
    processor: 'A Processor',
    memoryGiB: 23.7,
    system: 'Some Linux, kernel 6',
    node: 'v20.19.0',
    fileSystem: 'ext4',
    loadBefore: 0.5,
  },
  generator: 'wrk 4.1.0',
  etcd: 'etcd 3.4.23, its JSON gateway',
  rounds: 3,
  seconds: 5,
  warmUpSeconds: 3,
  steadySeconds: 15,
};
