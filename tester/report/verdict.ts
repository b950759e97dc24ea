/** The verdict on a run, in one sentence that a person can repeat. */
import { assert } from '../../src/base/assert.js';
import type { Finding } from '../history/finding.js';
import type { CheckResult } from '../suite/reporter.js';
import { countOf } from './words.js';
import type { ReportData } from './report-data.js';

export interface RunVerdict {
  /** `open`: nothing is wrong, but not everything was judged. */
  readonly kind: 'good' | 'bad' | 'open';
  readonly sentence: string;
  /** What else has to be known, a sentence each. */
  readonly remarks: readonly string[];
}

export function verdictOf(data: ReportData): RunVerdict {
  const checks = countVerdicts(checksOf(data));
  const findings = data.chaos?.findings ?? [];
  const broken = findings.filter(({ verdict }) => verdict.kind === 'violated').length;
  const open = findings.filter(({ verdict }) => verdict.kind === 'unknown').length;
  const { interrupted, unrestored } = data.summary;
  const remarks = [
    ...(checks.skipped > 0 ? [`${countOf(checks.skipped, 'check')} skipped.`] : []),
    ...(unrestored === undefined ? [] : [`Not restored: ${unrestored}.`]),
    ...(interrupted ? ['The run was interrupted: what came after is not judged.'] : []),
  ];
  const judged = checks.passed + checks.failed;
  if (broken + checks.failed > 0 || unrestored !== undefined) {
    const parts = [
      ...(broken > 0 ? [`under chaos the servers broke ${broken} of ${promises(findings)}`] : []),
      ...(checks.failed > 0 ? [`${checks.failed} of ${countOf(judged, 'check')} failed`] : []),
      ...(broken + checks.failed === 0 ? ['a server could not be restored'] : []),
    ];
    return { kind: 'bad', sentence: `Failed: ${parts.join(', and ')}.`, remarks };
  }
  const parts = [
    ...(checks.passed > 0 ? [`${countOf(checks.passed, 'check')} passed`] : []),
    ...(data.chaos === undefined ? [] : [chaosWords(data.chaos)]),
  ];
  if (parts.length === 0) return { kind: 'open', sentence: 'Nothing was judged.', remarks };
  const isOpen = interrupted || open > 0 || checks.passed + (findings.length - open) === 0;
  const begin = isOpen ? 'Nothing broken so far' : 'Passed';
  const kind = isOpen ? 'open' : 'good';
  return { kind, sentence: `${begin}: ${parts.join(', and ')}.`, remarks };
}

function chaosWords({ findings, operations }: NonNullable<ReportData['chaos']>): string {
  const held = findings.filter(({ verdict }) => verdict.kind === 'held').length;
  const under = `under chaos, in ${countOf(operations.length, 'operation')}`;
  if (held === findings.length && held > 0) return `${under}, all ${promises(findings)} held`;
  return `${under}, ${held} of ${promises(findings)} held and the rest is not proven`;
}

function promises(findings: readonly Finding[]): string {
  return countOf(findings.length, 'promise');
}

/** Results without those that only repeat the findings of a chaos run. */
export function checksOf({ results, chaos }: ReportData): readonly CheckResult[] {
  if (chaos === undefined) return results;
  return results.filter(({ check }) => check.group !== 'chaos');
}

export interface VerdictCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function countVerdicts(results: readonly CheckResult[]): VerdictCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict.kind] += 1;
  assert(counts.passed + counts.failed + counts.skipped === results.length, 'each has a verdict');
  return counts;
}
