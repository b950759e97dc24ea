/** What came of a goal in a run, and the verdict on it. */
import { must, unreachable } from '../../src/base/assert.js';
import type { Bound, Goal } from './goals.js';

/** Ours and theirs; theirs is undefined when nobody was measured beside us. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number | undefined;
}

/** Medians over the rounds. */
export interface Figures extends Pair {
  /** Ours divided by theirs: the median of the ratios of each round. */
  readonly ratio?: number | undefined;
  readonly p50Ms?: Pair | undefined;
  readonly p99Ms?: Pair | undefined;
}

export type Outcome =
  | { readonly kind: 'measured'; readonly figures: Figures }
  /** `figures` are ours when only the rival was missing. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly figures?: Figures }
  | { readonly kind: 'failed'; readonly reason: string };

export type Verdict = 'aim met' | 'met' | 'missed' | 'skipped' | 'failed';

export function judge(goal: Goal, outcome: Outcome): Verdict {
  if (outcome.kind !== 'measured') return outcome.kind;
  const value = must(
    judgedValue(goal, outcome.figures),
    () => `${goal.id} has the figure it is about`,
  );
  if (!keeps(goal.bound.kind, value, goal.bound.goal)) return 'missed';
  const { aim } = goal.bound;
  return aim !== undefined && keeps(goal.bound.kind, value, aim) ? 'aim met' : 'met';
}

/** The figure that the bound of the goal is about; undefined when it was not measured. */
export function judgedValue(goal: Goal, figures: Figures): number | undefined {
  return goal.judged === 'ratio' ? figures.ratio : figures.ours;
}

function keeps(kind: Bound['kind'], value: number, limit: number): boolean {
  switch (kind) {
    case 'at least':
      return value >= limit;
    case 'at most':
      return value <= limit;
    default:
      return unreachable(kind);
  }
}
