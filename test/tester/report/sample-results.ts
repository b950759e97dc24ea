/** Results of checks that look like those of a real suite, and a whole run around them. */
import type { ChaosRecord } from '../../../tester/chaos/chaos-record.js';
import { CheckFailure } from '../../../tester/cluster/check-outcome.js';
import type { ReportData } from '../../../tester/report/report-data.js';
import type { CheckResult, Verdict } from '../../../tester/suite/reporter.js';
import { standardSuite } from '../../../tester/suite/suite.js';

export function resultOf(group: string, name: string, verdict: Verdict): CheckResult {
  const check = { group, name, needs: [], run: () => Promise.resolve() };
  return { check, verdict, durationMs: 40 + name.length * 7 };
}

export const passed: Verdict = { kind: 'passed' };

export function failed(expected: string, seen: string, where?: string): Verdict {
  return { kind: 'failed', failure: new CheckFailure(expected, seen, where) };
}

/** Every check of the suite; every `failEvery`-th failed, 0 for none, and one group is skipped. */
export function sampleResults(failEvery: number): readonly CheckResult[] {
  return standardSuite.map(({ group, name }, index) => {
    if (group === 'names') {
      return resultOf(group, name, { kind: 'skipped', why: 'system.listMethods is not served' });
    }
    if (failEvery === 0 || index % failEvery !== failEvery - 1)
      return resultOf(group, name, passed);
    const where = 'server 0 (localhost:9001), surfstore.updatefile("tester-a", 2, ["hash-2"])';
    return resultOf(group, name, failed('false', 'true', where));
  });
}

export interface SampleReport {
  readonly results?: readonly CheckResult[];
  readonly chaos?: ChaosRecord;
  readonly isGraded?: boolean;
}

export function sampleReport(sample: SampleReport): ReportData {
  const { results = [], chaos, isGraded = false } = sample;
  const count = (kind: Verdict['kind']) =>
    results.filter(({ verdict }) => verdict.kind === kind).length;
  const seats = [0, 1, 2].map((id) => ({ id, address: { host: 'localhost', port: 9001 + id } }));
  return {
    command: './run-tester.sh localhost:9001 --report report.html',
    startedAt: '2026-03-04T05:06:07.000Z',
    target: { seats, reachable: seats },
    summary: {
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped'),
      durationMs: 61_234,
      interrupted: false,
      unrestored: undefined,
    },
    results,
    isGraded,
    chaos,
  };
}
