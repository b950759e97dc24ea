/**
 * Findings in the form of checks: for reporters that know nothing of chaos.
 */
import { expect } from 'chai';
import { chaosResults } from '../../../tester/chaos/chaos-results.js';
import type { ChaosRecord } from '../../../tester/chaos/chaos-record.js';
import { failureLines } from '../../../tester/suite/reporter.js';

const record: ChaosRecord = {
  seed: '7',
  replay: 'run-tester.sh localhost:1 --chaos --seed 7',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 900,
  servers: [],
  clients: 1,
  faults: [],
  sightings: [],
  operations: [],
  findings: [
    { promise: 'one', verdict: { kind: 'held' } },
    { promise: 'two', verdict: { kind: 'unknown', why: 'not served' } },
    { promise: 'three', verdict: { kind: 'violated', expected: 'a', seen: 'b', evidence: [] } },
  ],
};

describe('the results of a chaos run', () => {
  it('are checks of one group, named by the promises, whose times add up', () => {
    const results = chaosResults(record);
    expect(results.map(({ check }) => `${check.group}: ${check.name}`)).to.deep.equal([
      'chaos: one',
      'chaos: two',
      'chaos: three',
    ]);
    expect(results.reduce((sum, { durationMs }) => sum + durationMs, 0)).to.equal(900);
  });

  it('pass, are skipped with the reason, or fail with the command that repeats the run', () => {
    const [held, unknown, violated] = chaosResults(record).map(({ verdict }) => verdict);
    expect(held).to.deep.equal({ kind: 'passed' });
    expect(unknown).to.deep.equal({ kind: 'skipped', why: 'not served' });
    expect(violated?.kind === 'failed' ? failureLines(violated.failure) : []).to.deep.equal([
      'expected a',
      'saw b',
      'on run-tester.sh localhost:1 --chaos --seed 7',
    ]);
  });
});
