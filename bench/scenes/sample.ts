/** One measurement of one system in one round, and what goals make of many of them. */
import { median, pairedRatio } from '../goals/statistics.js';
import type { Outcome, Pair } from '../goals/outcome.js';
import type { LoadFigures } from '../load/generator.js';

export interface Sample extends LoadFigures {
  /** Of all server processes together, for each call; NaN where it cannot be known. */
  readonly cpuUsPerCall: number;
}

type Figure = 'callsPerSecond' | 'p50Ms' | 'p99Ms';

/** Samples round by round, or why there are none. */
export type Rival = readonly Sample[] | { readonly missing: string };

/** Both systems took turns; `of` is the figure that the goal is about. */
export function compare(ours: readonly Sample[], rival: Rival, of: Figure): Outcome {
  const theirs = 'missing' in rival ? undefined : rival;
  const figures = {
    ...pairOf(ours, theirs, of),
    ratio: theirs === undefined ? undefined : pairedRatio(pick(ours, of), pick(theirs, of)),
    p50Ms: pairOf(ours, theirs, 'p50Ms'),
    p99Ms: pairOf(ours, theirs, 'p99Ms'),
  };
  if ('missing' in rival) return { kind: 'skipped', reason: rival.missing, figures };
  return { kind: 'measured', figures };
}

export function medianOf(samples: readonly Sample[], of: keyof Sample): number {
  return median(pick(samples, of));
}

function pairOf(ours: readonly Sample[], theirs: Rival | undefined, of: Figure): Pair {
  const isThere = theirs !== undefined && !('missing' in theirs);
  return { ours: medianOf(ours, of), theirs: isThere ? medianOf(theirs, of) : undefined };
}

function pick(samples: readonly Sample[], of: keyof Sample): readonly number[] {
  return samples.map((sample) => sample[of]);
}
