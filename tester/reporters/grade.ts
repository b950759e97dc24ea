/**
 * Points by area, for courses: each check of an area counts the same, a skipped one neither gains
 * nor loses, and an area of which nothing could be judged is left out of the total.
 */
import { must } from '../../src/base/assert.js';
import type { CheckResult } from '../suite/reporter.js';
import { chaosArea, scenarioArea, suiteAreas, type GradeArea } from './grade-areas.js';

export interface Grade {
  readonly areas: readonly AreaGrade[];
  /** Sums over the areas that were judged. */
  readonly points: number;
  readonly pointsMax: number;
  /** `points` as if `pointsMax` were 100; undefined when nothing was judged. */
  readonly outOf100: number | undefined;
}

export interface AreaGrade {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** With one decimal; undefined when nothing of the area was judged. */
  readonly points: number | undefined;
  readonly pointsMax: number;
  readonly failures: readonly AreaFailure[];
}

export interface AreaFailure {
  /** The sentence that does not hold. */
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
  readonly where: string | undefined;
}

/** Areas of the suite are always there; scenarios and chaos only when they were run. */
export function gradeOf(results: readonly CheckResult[]): Grade {
  const ofArea = (area: GradeArea) => results.filter(({ check }) => areaOf(check.group) === area);
  const extra = [scenarioArea, chaosArea].filter((area) => ofArea(area).length > 0);
  const areas = [...suiteAreas, ...extra].map((area) => gradeArea(area, ofArea(area)));
  const judged = areas.filter(({ points }) => points !== undefined);
  const tenths = sum(judged.map(({ points = 0 }) => Math.round(points * 10)));
  const pointsMax = sum(judged.map((area) => area.pointsMax));
  return {
    areas,
    points: tenths / 10,
    pointsMax,
    outOf100: pointsMax === 0 ? undefined : shareInTenths(tenths, pointsMax * 10, 1000) / 10,
  };
}

/** A group that is of no area can only have come with files of users, as scenarios do. */
function areaOf(group: string): GradeArea {
  const areas = [...suiteAreas, scenarioArea, chaosArea];
  const area = areas.find(({ groups }) => groups.includes(group));
  return must(area, () => `the group "${group}" belongs to an area of the grade`);
}

function gradeArea(area: GradeArea, results: readonly CheckResult[]): AreaGrade {
  const count = (kind: string) => results.filter(({ verdict }) => verdict.kind === kind).length;
  const passed = count('passed');
  const failed = count('failed');
  const judged = passed + failed;
  const tenths = judged === 0 ? undefined : shareInTenths(passed, judged, area.pointsMax * 10);
  return {
    title: area.title,
    passed,
    failed,
    skipped: count('skipped'),
    points: tenths === undefined ? undefined : tenths / 10,
    pointsMax: area.pointsMax,
    failures: results.flatMap(failureOf),
  };
}

/** `part` of `whole`, scaled to `max`, half up; in whole numbers, so that halves are exact. */
function shareInTenths(part: number, whole: number, max: number): number {
  return Math.floor((2 * part * max + whole) / (2 * whole));
}

function failureOf({ check, verdict }: CheckResult): readonly AreaFailure[] {
  if (verdict.kind !== 'failed') return [];
  const { expected, seen, where } = verdict.failure;
  return [{ name: check.name, expected, seen, where }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
