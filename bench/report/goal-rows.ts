/** The table of goals as rows of text, for a terminal and for Markdown alike. */
import { must } from '../../src/base/assert.js';
import { goals, type GoalId } from '../goals/goals.js';
import { judge, type Figures, type Outcome, type Verdict } from '../goals/outcome.js';
import { boundText, figureText, nothing, pairText, ratioText } from './figure-text.js';

export const goalHeader = [
  'what',
  'goal',
  'ours',
  'theirs',
  'ratio',
  'p50 ms',
  'p99 ms',
  'verdict',
] as const;

export interface GoalRow {
  readonly cells: readonly string[];
  readonly verdict: Verdict;
}

export function goalRows(outcomes: ReadonlyMap<GoalId, Outcome>): readonly GoalRow[] {
  return [...outcomes].map(([id, outcome]) => goalRow(id, outcome));
}

/** What went wrong, a line for each reason: too long for a cell. */
export function failureLines(outcomes: ReadonlyMap<GoalId, Outcome>): readonly string[] {
  const idsOf = new Map<string, GoalId[]>();
  for (const [id, outcome] of outcomes) {
    if (outcome.kind !== 'failed') continue;
    idsOf.set(outcome.reason, [...(idsOf.get(outcome.reason) ?? []), id]);
  }
  return [...idsOf].map(([reason, ids]) => `failed: ${ids.join(', ')}: ${reason}`);
}

function goalRow(id: GoalId, outcome: Outcome): GoalRow {
  const goal = must(goals.get(id), 'every id is a goal');
  const verdict = judge(goal, outcome);
  const figures: Partial<Figures> = outcome.kind === 'failed' ? {} : (outcome.figures ?? {});
  const cells = [
    goal.what,
    boundText(goal),
    figureText(figures.ours, goal.unit),
    figureText(figures.theirs, goal.unit),
    goal.judged === 'ratio' ? ratioText(figures.ratio) : nothing,
    pairText(figures.p50Ms),
    pairText(figures.p99Ms),
    outcome.kind === 'skipped' ? `${verdict}: ${outcome.reason}` : verdict,
  ];
  return { cells, verdict };
}
