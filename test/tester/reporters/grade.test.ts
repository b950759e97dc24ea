/**
 * Points by area: the arithmetic, what is not judged, and the table that shows them.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { scenarioArea, suiteAreas } from '../../../tester/reporters/grade-areas.js';
import { gradeOf } from '../../../tester/reporters/grade.js';
import { gradeTable } from '../../../tester/reporters/grade-table.js';
import type { CheckResult, Verdict } from '../../../tester/suite/reporter.js';
import { standardSuite } from '../../../tester/suite/suite.js';
import { failed, passed, resultOf } from '../report/sample-results.js';

const skipped: Verdict = { kind: 'skipped', why: 'there is none' };
const broken = failed('false', 'true', 'server 0');
const suiteGroups = suiteAreas.flatMap(({ groups }) => groups);

function everyGroup(verdict: Verdict): readonly CheckResult[] {
  return suiteGroups.map((group) => resultOf(group, 'a sentence', verdict));
}

function areaNamed(results: readonly CheckResult[], title: string) {
  return gradeOf(results).areas.find((area) => area.title === title);
}

describe('the areas of a grade', () => {
  it('have 100 points together', () => {
    expect(suiteAreas.reduce((sum, { pointsMax }) => sum + pointsMax, 0)).to.equal(100);
  });

  it('hold every group of the standard suite, and each once', () => {
    expect(suiteGroups).to.include.members([...new Set(standardSuite.map(({ group }) => group))]);
    expect(new Set(suiteGroups).size).to.equal(suiteGroups.length);
  });
});

describe('a grade', () => {
  it('is 100 when everything passed', () => {
    expect(gradeOf(everyGroup(passed))).to.include({ points: 100, pointsMax: 100, outOf100: 100 });
  });

  it('is 0 when everything failed', () => {
    expect(gradeOf(everyGroup(broken))).to.include({ points: 0, pointsMax: 100, outOf100: 0 });
  });

  it('counts each check of an area the same and leaves skipped ones out', () => {
    const results = [passed, passed, broken, skipped].map((one) => resultOf('versions', 's', one));
    expect(areaNamed(results, 'Versions and races')).to.include({
      points: 10,
      pointsMax: 15,
      passed: 2,
      failed: 1,
      skipped: 1,
    });
  });

  it('rounds half up to one decimal', () => {
    // 5 points times 1/4 is 1.25.
    const results = [passed, broken, broken, broken].map((one) => resultOf('hostile', 's', one));
    expect(areaNamed(results, 'Hostile calls')?.points).to.equal(1.3);
  });

  it('leaves out of the total an area of which nothing could be judged', () => {
    const results = everyGroup(passed).map((result) =>
      result.check.group === 'reads' ? { ...result, verdict: skipped } : result,
    );
    const grade = gradeOf(results);
    expect(grade).to.include({ points: 90, pointsMax: 90, outOf100: 100 });
    expect(areaNamed(results, 'Reads are never stale')).to.include({ points: undefined });
  });

  it('has no total when nothing was judged', () => {
    const nothing = { points: 0, pointsMax: 0, outOf100: undefined };
    expect(gradeOf(everyGroup(skipped))).to.include(nothing);
    expect(gradeOf([])).to.include(nothing);
  });

  it('has points for chaos and scenarios only when they were run', () => {
    const extra = [resultOf('chaos', 'p', passed), resultOf('scenario', 'q', broken)];
    expect(gradeOf(everyGroup(passed)).areas).to.have.length(suiteAreas.length);
    const grade = gradeOf([...everyGroup(passed), ...extra]);
    expect(grade).to.include({ points: 130, pointsMax: 150, outOf100: 86.7 });
    expect(grade.areas.find(({ title }) => title === scenarioArea.title)?.failures).to.deep.equal([
      { name: 'q', expected: 'false', seen: 'true', where: 'server 0' },
    ]);
  });

  it('adds up: the total is the sum of what the areas show, within their bounds', () => {
    const verdict = fc.constantFrom(passed, broken, skipped);
    const result = fc
      .tuple(fc.constantFrom(...suiteGroups, 'chaos', 'scenario'), verdict)
      .map(([group, one]) => resultOf(group, 's', one));
    fc.assert(
      fc.property(fc.array(result, { maxLength: 200 }), (results) => {
        const { areas, points, pointsMax, outOf100 = 0 } = gradeOf(results);
        const tenths = areas.reduce((sum, area) => sum + Math.round((area.points ?? 0) * 10), 0);
        expect(Math.round(points * 10)).to.equal(tenths);
        for (const area of areas) expect(area.points ?? 0).to.be.within(0, area.pointsMax);
        expect(points).to.be.at.most(pointsMax);
        expect(outOf100).to.be.within(0, 100);
      }),
    );
  });
});

describe('the table of a grade', () => {
  it('is aligned plain text with the total and the failed sentences under it', () => {
    const results = everyGroup(passed).map((result) => {
      if (result.check.group === 'hostile') return { ...result, verdict: broken };
      return result.check.group === 'reads' ? { ...result, verdict: skipped } : result;
    });
    expect(gradeTable(results).split('\n')).to.deep.equal([
      'area                         points  of  passed  failed  skipped',
      '----------------------------------------------------------------',
      'Calls and values               12.0  12       4       0        0',
      'Versions and races             15.0  15       3       0        0',
      'Replication and the log        13.0  13       3       0        0',
      'Reads are never stale    not judged  10       0       0        1',
      'Leaders and elections          15.0  15       4       0        0',
      'Crash and restore              10.0  10       2       0        0',
      'Failover                       10.0  10       2       0        0',
      'No majority, no answer         10.0  10       2       0        0',
      'Hostile calls                   0.0   5       0       1        0',
      '----------------------------------------------------------------',
      'Total                          85.0  90      20       1        1',
      '',
      'Not judged, and so not in the total: Reads are never stale (10).',
      '85.0 of 90 points is 94.4 of 100.',
      '',
      'Hostile calls: these sentences do not hold',
      '  - a sentence',
      '    expected false, saw true on server 0',
      '',
    ]);
  });

  it('keeps controls of the terminal and endless words of servers out', () => {
    const hostile = failed('\u001b[2Ja\nb', 'x'.repeat(10_000));
    const table = gradeTable([resultOf('api', 'a sentence', hostile)]);
    expect(table).to.contain('expected  [2Ja b, saw xxx');
    expect(table).not.to.contain('\u001b');
    expect(table.length).to.be.lessThan(3_000);
  });
});
