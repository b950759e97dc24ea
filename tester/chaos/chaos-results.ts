/**
 * The findings of a run in the form of checks, for whoever shows checks. Each takes an equal part
 * of the run's time, so that times add up.
 */
import { unreachable } from '../../src/base/assert.js';
import { CheckFailure, CheckSkipped } from '../cluster/check-outcome.js';
import type { Verdict as FindingVerdict } from '../history/finding.js';
import type { CheckResult, Verdict } from '../suite/reporter.js';
import type { ChaosRecord } from './chaos-record.js';

export function chaosResults(record: ChaosRecord): readonly CheckResult[] {
  const durationMs = record.durationMs / Math.max(1, record.findings.length);
  return record.findings.map(({ promise, verdict }) => ({
    check: {
      group: 'chaos',
      name: promise,
      needs: [],
      run: () => Promise.reject(new CheckSkipped('judged by a whole run of chaos, not alone')),
    },
    verdict: verdictOf(verdict, record.replay),
    durationMs,
  }));
}

function verdictOf(verdict: FindingVerdict, replay: string): Verdict {
  switch (verdict.kind) {
    case 'held':
      return { kind: 'passed' };
    case 'unknown':
      return { kind: 'skipped', why: verdict.why };
    case 'violated':
      return {
        kind: 'failed',
        failure: new CheckFailure(verdict.expected, verdict.seen, replay),
      };
    default:
      return unreachable(verdict);
  }
}
