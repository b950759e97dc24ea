/**
 * The goals as bars, for the README: how far each figure is beyond its goal. All bars end right of
 * the mark when all goals are met, whether more is better or less.
 */
import { must } from '../../src/base/assert.js';
import { goals, type Goal, type GoalId } from '../goals/goals.js';
import { judge, judgedValue, type Figures, type Outcome } from '../goals/outcome.js';
import { boundText, figureText, ratioText } from './figure-text.js';
import { round, svgLine, svgPicture, svgText } from './svg.js';

interface Bar {
  readonly goal: Goal;
  /** 1 is the goal, more is better. */
  readonly beyond: number;
  /** The aim on the same scale. */
  readonly aim: number | undefined;
  readonly value: string;
  readonly isMet: boolean;
}

const legend = 'further right is better; thin lines are aims';
const rowHeight = 26;
const top = 62;
const barsFrom = 300;
const barsTo = 600;
/** What is better than this is drawn no longer; its figure stands beside it. */
const beyondMax = 3;

export function goalsPicture(outcomes: ReadonlyMap<GoalId, Outcome>): string {
  const bars = [...outcomes].flatMap(([id, outcome]) => barOf(id, outcome));
  const height = top + bars.length * rowHeight + 24;
  const markX = xOf(1);
  const ends = { from: { x: markX, y: top - 10 }, to: { x: markX, y: height - 20 } };
  return svgPicture({ title: 'SurfRaft against its goals', width: 920, height }, [
    svgText('Speed and size against the goals', { x: 16, y: 28 }, 'head'),
    svgText('goal', { x: markX, y: top - 16 }, 'small', 'middle'),
    svgText(legend, { x: barsTo + 10, y: 28 }, 'small'),
    ...bars.flatMap((bar, row) => barLines(bar, top + row * rowHeight)),
    svgLine(ends.from, ends.to, 'mark'),
  ]);
}

/** None for what was not measured, nor for goals of zero, which have no scale. */
function barOf(id: GoalId, outcome: Outcome): readonly Bar[] {
  const goal = must(goals.get(id), 'every id is a goal');
  if (outcome.kind !== 'measured' || goal.bound.goal === 0) return [];
  const value = must(judgedValue(goal, outcome.figures), () => `${id} has the figure it is about`);
  const verdict = judge(goal, outcome);
  return [
    {
      goal,
      beyond: beyondGoal(goal, value),
      aim: goal.bound.aim === undefined ? undefined : beyondGoal(goal, goal.bound.aim),
      value: valueText(goal, outcome.figures),
      isMet: verdict === 'met' || verdict === 'aim met',
    },
  ];
}

function beyondGoal({ bound }: Goal, value: number): number {
  if (bound.kind === 'at least') return value / bound.goal;
  return value === 0 ? beyondMax : bound.goal / value;
}

function valueText(goal: Goal, figures: Figures): string {
  return goal.judged === 'ratio' ? ratioText(figures.ratio) : figureText(figures.ours, goal.unit);
}

function barLines({ goal, beyond, aim, value, isMet }: Bar, y: number): readonly string[] {
  const width = round(xOf(Math.min(beyond, beyondMax)) - barsFrom);
  const middle = y + rowHeight / 2;
  const box = `x="${barsFrom}" y="${y + 4}" width="${width}" height="${rowHeight - 10}" rx="2"`;
  const aimX = xOf(Math.min(aim ?? 0, beyondMax));
  const aimEnds = { from: { x: aimX, y: y + 2 }, to: { x: aimX, y: y + rowHeight - 4 } };
  return [
    svgText(goal.what, { x: barsFrom - 10, y: middle + 4 }, 'text', 'end'),
    `<rect class="${isMet ? 'good' : 'bad'}" ${box}/>`,
    ...(aim === undefined ? [] : [svgLine(aimEnds.from, aimEnds.to, 'aim')]),
    svgText(value, { x: barsTo + 10, y: middle + 4 }, 'head'),
    svgText(boundText(goal), { x: barsTo + 100, y: middle + 4 }, 'small'),
  ];
}

function xOf(beyond: number): number {
  return barsFrom + ((barsTo - barsFrom) * beyond) / beyondMax;
}
