/**
 * The points of a run as a table for a terminal, a mail or a course's feedback file: plain text, no
 * colours, and under it what cost points, in sentences.
 */
import type { CheckResult } from '../suite/reporter.js';
import { gradeOf, type AreaFailure, type AreaGrade, type Grade } from './grade.js';

/** Longer words of servers are cut: the report has them whole. */
const wordsMax = 300;

const headings = ['area', 'points', 'of', 'passed', 'failed', 'skipped'] as const;
type Row = readonly [string, string, string, string, string, string];

/** Lines that end in a newline each. */
export function gradeTable(results: readonly CheckResult[]): string {
  const grade = gradeOf(results);
  const rows = [...grade.areas.map(rowOf), totalRow(grade)];
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const lines = [alignRow(headings, widths), rule];
  lines.push(...rows.slice(0, -1).map((row) => alignRow(row, widths)), rule);
  lines.push(alignRow(totalRow(grade), widths), ...remarks(grade), ...grade.areas.flatMap(losses));
  return lines.map((line) => `${line}\n`).join('');
}

/** The first column reads from the left; numbers end below each other. */
function alignRow(row: Row | typeof headings, widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  return cells.join('  ').trimEnd();
}

function rowOf({ title, points, pointsMax, passed, failed, skipped }: AreaGrade): Row {
  const gained = points === undefined ? 'not judged' : points.toFixed(1);
  return [title, gained, String(pointsMax), String(passed), String(failed), String(skipped)];
}

function totalRow({ areas, points, pointsMax }: Grade): Row {
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    String(areas.reduce((total, area) => total + area[key], 0));
  const counts = [sum('passed'), sum('failed'), sum('skipped')] as const;
  return ['Total', points.toFixed(1), String(pointsMax), ...counts];
}

/** What the total leaves out, and what it would be of 100. */
function remarks({ areas, points, pointsMax, outOf100 }: Grade): readonly string[] {
  const missing = areas.filter((area) => area.points === undefined);
  const lines = missing.length === 0 ? [] : ['', notJudged(missing)];
  if (outOf100 === undefined) return [...lines, 'Nothing was judged: there is no total.'];
  if (pointsMax === 100) return lines;
  if (lines.length === 0) lines.push('');
  lines.push(`${points.toFixed(1)} of ${pointsMax} points is ${outOf100.toFixed(1)} of 100.`);
  return lines;
}

function notJudged(areas: readonly AreaGrade[]): string {
  const titles = areas.map(({ title, pointsMax }) => `${title} (${pointsMax})`).join(', ');
  return `Not judged, and so not in the total: ${titles}.`;
}

function losses({ title, failures }: AreaGrade): readonly string[] {
  if (failures.length === 0) return [];
  return ['', `${title}: these sentences do not hold`, ...failures.flatMap(tellFailure)];
}

function tellFailure({ name, expected, seen, where }: AreaFailure): readonly string[] {
  const place = where === undefined ? '' : ` on ${oneLine(where)}`;
  return [
    `  - ${oneLine(name)}`,
    `    expected ${oneLine(expected)}, saw ${oneLine(seen)}${place}`,
  ];
}

/** Words of servers may hold line breaks and controls of the terminal. */
function oneLine(text: string): string {
  const plain = text.replaceAll(/[\0-\u001f\u007f-\u009f]+/g, ' ');
  return plain.length > wordsMax ? `${plain.slice(0, wordsMax)}…` : plain;
}
