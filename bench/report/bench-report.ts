/** Everything that a run found out, and the forms in which it is handed over. */
import { loopLookMs } from '../../src/rpc/server-metrics.js';
import { goals, type GoalId } from '../goals/goals.js';
import { judge, type Outcome } from '../goals/outcome.js';
import { growthHeader, growthRows, type GrowthCurve } from '../growth/growth-curve.js';
import type { Sample } from '../scenes/sample.js';
import type { LongestPauses } from '../systems/standing-figures.js';
import { paintVerdict } from './colours.js';
import { failureLines, goalHeader, goalRows } from './goal-rows.js';
import { machineText, type Machine } from './machine.js';
import { markdownTable, textTable } from './text-table.js';

export interface Conditions {
  readonly machine: Machine;
  readonly generator: string;
  /** What etcd says of itself; undefined when it is not installed. */
  readonly etcd: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly steadySeconds: number;
}

export interface KeptSample extends Sample {
  readonly series: string;
  readonly system: string;
}

export interface BenchReport {
  readonly conditions: Conditions;
  readonly outcomes: ReadonlyMap<GoalId, Outcome>;
  readonly curves: readonly GrowthCurve[];
  readonly samples: readonly KeptSample[];
  /** Under the goals that were measured meanwhile. */
  readonly pauses: ReadonlyMap<string, LongestPauses>;
}

/** What stands above the tables: on what, by whom and how it was measured. */
function conditionLines(conditions: Conditions): readonly string[] {
  const { machine, generator, etcd, rounds, seconds, warmUpSeconds, steadySeconds } = conditions;
  return [
    `${machineText(machine)}.`,
    `${etcd ?? 'etcd is not installed (Debian: etcd-server), its figures are left out'}.`,
    `Load from ${generator}, every answer checked. Medians of ${plural(rounds, 'round')} of ` +
      `${seconds} s, the systems in turns, after ${warmUpSeconds} s of warm-up` +
      `${steadySeconds > 0 ? `, for updates ${steadySeconds} s more of the same` : ''}. Fsync on.`,
  ];
}

/** What a reader must know to read the table. */
function tableNotes({ pauses }: BenchReport): readonly string[] {
  const notes = [
    'The two figures of p50 and p99 are ours and theirs. A ratio is ours divided by theirs, the ' +
      'median over the rounds.',
    'Pauses are by the clock and include waiting for a processor and the ' +
      `${loopLookMs} ms between two looks; an idle process's longest one, while wrk made the ` +
      'load, stands beside them.',
  ];
  if (pauses.size === 0) return notes;
  const each = [...pauses].map(([part, { oursMs, idleMs }]) => {
    const beside = idleMs === undefined ? '' : ` (idle ${idleMs.toFixed(1)})`;
    return `${part}: ${oursMs.toFixed(1)} ms${beside}`;
  });
  return [...notes, `Longest pauses by what was measured: ${each.join('; ')}.`];
}

/** `isColoured` is for terminals. */
export function reportText(report: BenchReport, isColoured: boolean): string {
  const parts = [
    conditionLines(report.conditions)
      .map((line) => `${line}\n`)
      .join(''),
  ];
  if (report.outcomes.size > 0) {
    const rows = goalRows(report.outcomes);
    const last = goalHeader.length - 1;
    const paint = (text: string, row: number, column: number): string => {
      const verdict = rows[row]?.verdict;
      return column === last && verdict !== undefined ? paintVerdict(text, verdict) : text;
    };
    const cells = rows.map((row) => row.cells);
    parts.push(textTable(goalHeader, cells, isColoured ? paint : undefined));
    const lines = [...failureLines(report.outcomes), ...tableNotes(report)];
    parts.push(lines.map((line) => `${line}\n`).join(''));
  }
  parts.push(...report.curves.map((curve) => textTable(growthHeader(curve), growthRows(curve))));
  return parts.join('\n');
}

export function reportMarkdown(report: BenchReport): string {
  const parts = [`${conditionLines(report.conditions).join(' ')}\n`];
  if (report.outcomes.size > 0) {
    parts.push(
      markdownTable(
        goalHeader,
        goalRows(report.outcomes).map((row) => row.cells),
      ),
    );
    const lines = [tableNotes(report).join(' '), ...failureLines(report.outcomes)];
    parts.push(`${lines.join('\n\n')}\n`);
  }
  for (const curve of report.curves) {
    parts.push(markdownTable(growthHeader(curve), growthRows(curve)));
  }
  return parts.join('\n');
}

/** Figures as they were measured, not rounded; what could not be known is null. */
export function reportJson(report: BenchReport): string {
  const { conditions, outcomes, curves, samples } = report;
  const rows = [...outcomes].map(([id, outcome]) => {
    const goal = goals.get(id);
    return { ...goal, ...outcome, verdict: goal === undefined ? undefined : judge(goal, outcome) };
  });
  const pauses = [...report.pauses].map(([part, each]) => ({ part, ...each }));
  const found = { conditions, goals: rows, growth: curves, pauses, samples };
  return `${JSON.stringify(found, undefined, 2)}\n`;
}

/** Whether a system failed, so that the run says less than it should. */
export function hasFailed(outcomes: ReadonlyMap<GoalId, Outcome>): boolean {
  return [...outcomes.values()].some(({ kind }) => kind === 'failed');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
