/** Each promise is found kept or broken for its own reason, and told in words with its evidence. */
import { expect } from 'chai';
import type { Finding, Verdict } from '../../../tester/history/finding.js';
import { judgeHistory } from '../../../tester/history/judge-history.js';
import type { Operation } from '../../../tester/history/operation.js';
import { denied, failed, history, of, saw, unknown, wrote } from './hand-made.js';
import { randomHistory } from './random-history.js';

const never = (): boolean => false;

const linearizable = 'reads and updates of each file are linearizable';
const notLost = 'no update that was answered true is lost';
const takenOnce = 'of all updates of a file to one version at most one takes effect';
const notSkipped = 'no version is skipped, and none is there that nobody wrote';
const notStale = 'reads never go back behind what was answered before they began';

type Violation = Extract<Verdict, { kind: 'violated' }>;

function kindsOf(findings: readonly Finding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ promise, verdict }) => [promise, verdict.kind]));
}

function violationOf(operations: readonly Operation[], promise: string): Violation {
  const finding = judgeHistory(operations, never).find((found) => found.promise === promise);
  const verdict = finding?.verdict;
  if (verdict?.kind !== 'violated') return expect.fail(`${promise}: not violated`);
  return verdict;
}

/** Exactly these promises are broken. */
function expectBroken(operations: readonly Operation[], promises: readonly string[]): void {
  const broken = judgeHistory(operations, never).filter(
    ({ verdict }) => verdict.kind === 'violated',
  );
  expect(broken.map(({ promise }) => promise)).to.have.members(promises);
}

function expectEvidence(
  operations: readonly Operation[],
  promise: string,
  ids: readonly number[],
): void {
  const { evidence } = violationOf(operations, promise);
  expect(evidence.map(({ id }) => id)).to.deep.equal(ids);
}

describe('the judge of histories: what it finds', () => {
  it('finds every promise kept in a run of a right service', () => {
    const run = { seed: 'good', clients: 8, names: 3, operations: 2_000, unknownShare: 0.1 };
    const held = { kind: 'held' };
    expect(judgeHistory(randomHistory(run), never)).to.deep.equal([
      { promise: linearizable, verdict: held },
      { promise: notLost, verdict: held },
      { promise: takenOnce, verdict: held },
      { promise: notSkipped, verdict: held },
      { promise: notStale, verdict: held },
    ]);
  });

  it('finds nothing proven when nothing was answered', () => {
    for (const operations of [[], history(unknown(1, 'a', [0, 1]), failed(1, 'b', [2, 3]))]) {
      const kinds = Object.values(kindsOf(judgeHistory(operations, never)));
      expect(kinds).to.deep.equal(['unknown', 'unknown', 'unknown', 'unknown', 'unknown']);
    }
  });

  it('finds a stale read, and no lost update as the update is seen again', () => {
    const told = [wrote(1, 'a', [0, 1]), saw(0, '', [2, 3]), saw(1, 'a', [4, 5])];
    expectBroken(history(...told), [linearizable, notStale]);
    expectEvidence(history(...told), notStale, [0, 1]);
  });

  it('finds a read that goes back behind another read of an update nobody acknowledged', () => {
    const told = [unknown(1, 'a', [0, 1]), saw(1, 'a', [2, 3]), saw(0, '', [4, 5])];
    expectBroken(history(...told), [linearizable, notStale]);
    expectEvidence(history(...told), notStale, [1, 2]);
  });

  it('finds every stale read, also one behind another', () => {
    const told = [unknown(1, 'a', [0, 1]), wrote(2, 'b', [2, 3]), saw(2, 'b', [14, 15])];
    const stale = [saw(1, 'a', [4, 5]), saw(1, 'a', [6, 7]), saw(0, '', [8, 9])];
    const { seen } = violationOf(history(...told, ...stale), notStale);
    expect(seen).to.contain('the first of 3 contradictions');
  });

  it('finds an acknowledged update lost that the last read does not show', () => {
    const told = [
      wrote(1, 'a', [0, 1]),
      wrote(2, 'b', [2, 3]),
      saw(2, 'b', [4, 5]),
      saw(1, 'a', [6, 7]),
    ];
    expectBroken(history(...told), [linearizable, notLost, notStale]);
    expectEvidence(history(...told), notLost, [1, 3]);
  });

  it('finds an acknowledged update lost whose version another one has', () => {
    const told = [wrote(1, 'a', [0, 1]), unknown(1, 'b', [2, 3]), saw(1, 'b', [4, 5])];
    expectBroken(history(...told), [linearizable, notLost]);
    expectEvidence(history(...told), notLost, [0, 2]);
  });

  it('finds two updates to one version answered true', () => {
    const told = [wrote(1, 'a', [0, 3]), wrote(1, 'b', [1, 2])];
    expectBroken(history(...told), [linearizable, takenOnce]);
    expectEvidence(history(...told), takenOnce, [0, 1]);
  });

  it('finds two hashes of one version that nobody acknowledged', () => {
    const told = [
      unknown(1, 'a', [0, 1]),
      unknown(1, 'b', [2, 3]),
      wrote(2, 'c', [4, 11]),
      saw(1, 'a', [5, 6]),
      saw(1, 'b', [7, 8]),
    ];
    expectBroken(history(...told), [linearizable, takenOnce]);
    expectEvidence(history(...told), takenOnce, [3, 4]);
  });

  it('finds an update answered true that began when the file had gone beyond its version', () => {
    const told = [
      unknown(1, 'a', [0, 1]),
      wrote(2, 'b', [2, 3]),
      wrote(1, 'c', [4, 5]),
      saw(2, 'b', [6, 7]),
    ];
    expectBroken(history(...told), [linearizable, takenOnce]);
    expectEvidence(history(...told), takenOnce, [1, 2]);
  });

  it('finds a version skipped by an update answered true', () => {
    const told = [wrote(1, 'a', [0, 1]), wrote(3, 'c', [2, 3]), saw(3, 'c', [4, 5])];
    expectBroken(history(...told), [linearizable, notSkipped]);
    expectEvidence(history(...told), notSkipped, [1]);
  });

  it('finds a version skipped when the update to it was refused, answered false or late', () => {
    const told = [
      wrote(1, 'a', [0, 1]),
      failed(2, 'b', [2, 3]),
      denied(2, 'c', [4, 11]),
      wrote(3, 'd', [5, 6]),
      saw(3, 'd', [7, 8]),
      unknown(2, 'e', [9, 10]),
    ];
    expectBroken(history(...told), [linearizable, notSkipped]);
    expectEvidence(history(...told), notSkipped, [1, 2, 3, 5]);
  });

  it('finds a read version that nobody wrote, refused and late updates included', () => {
    const first = wrote(1, 'a', [0, 1]);
    const made = [failed, denied].map((told) => [first, told(2, 'b', [2, 3]), saw(2, 'b', [4, 5])]);
    const late = [first, saw(2, 'b', [2, 3]), wrote(2, 'b', [4, 5])];
    for (const told of [...made, late]) {
      expectBroken(history(...told), [linearizable, notSkipped]);
      expectEvidence(history(...told), notSkipped, [1, 2]);
    }
  });

  it('finds a read hash that was never written, or as another version', () => {
    const first = wrote(1, 'a', [0, 1]);
    for (const hash of ['a', 'z']) {
      const told = [first, unknown(2, 'b', [2, 3]), saw(2, hash, [4, 5])];
      expectBroken(history(...told), [linearizable, notSkipped]);
      expectEvidence(history(...told), notSkipped, [2]);
    }
  });

  it('finds versions in front of the first one', () => {
    expectBroken(history(wrote(0, 'a', [0, 1])), [linearizable, notSkipped]);
    for (const made of [saw(0, 'a', [2, 3]), saw(-1, '', [2, 3])]) {
      expect(violationOf(history(made), notSkipped).expected).to.contain(
        'version 0 without a hash',
      );
    }
  });

  it('finds false without a reason, which breaks no other promise', () => {
    const told = [
      wrote(1, 'a', [0, 1]),
      saw(1, 'a', [2, 3]),
      denied(2, 'b', [4, 5]),
      saw(1, 'a', [6, 7]),
    ];
    expectBroken(history(...told), [linearizable]);
    expectEvidence(history(...told), linearizable, [1, 2]);
  });

  it('judges files apart and shows what went wrong first', () => {
    const told = [
      of('hot-2', wrote(1, 'x', [0, 1])),
      wrote(1, 'a', [2, 3]),
      saw(0, '', [4, 5]),
      of('hot-2', saw(0, '', [6, 7])),
      of('hot-3', saw(0, '', [8, 9])),
    ];
    for (const promise of [linearizable, notLost, notStale]) {
      expectEvidence(history(...told), promise, [1, 2]);
      expect(violationOf(history(...told), promise).seen).to.contain('the first of 2');
    }
  });

  it('shows what went wrong first, whenever an update was given up that began too late', () => {
    const told = [
      wrote(2, 'b', [0, 1]),
      unknown(1, 'a', [2, 30]),
      of('hot-2', wrote(3, 'c', [10, 11])),
    ];
    expectEvidence(history(...told), notSkipped, [0, 1]);
  });

  it('takes operations in any order', () => {
    const told = history(wrote(1, 'a', [0, 1]), saw(0, '', [2, 3]), saw(1, 'a', [4, 5]));
    expect(judgeHistory([...told].reverse(), never)).to.deep.equal(judgeHistory(told, never));
  });
});

describe('the judge of histories: how it tells', () => {
  it('says who was told what, by which server and when', () => {
    const told = history(wrote(1, 'a', [118, 119]), saw(0, '', [120, 121]));
    expect(violationOf(told, notStale)).to.deep.equal({
      kind: 'violated',
      expected: 'every read of hot-1 that began after 1,190 ms to see version 1 or later',
      seen:
        'client 1 was answered true by server 0 for the update of hot-1 to version 1 (hash a), ' +
        'from 1,180 ms to 1,190 ms; client 2 read version 0 of hot-1 (no hash) at server 1, ' +
        'from 1,200 ms to 1,210 ms',
      evidence: told,
    });
  });

  it('says of a contradiction in the order what should have been answered instead', () => {
    const first = wrote(1, 'a', [0, 1]);
    const cases = [
      [[first, saw(0, '', [2, 3])], 'client 2 to see version 1 of hot-1 or a later one'],
      [[unknown(1, 'b', [4, 9]), first, saw(1, 'b', [6, 7])], 'hold one hash for ever'],
      [[first, wrote(1, 'b', [2, 3])], 'at most one true for updates of hot-1 to version 1'],
      [[first, denied(2, 'b', [2, 3])], 'true for the update of hot-1 to version 2, as the file'],
      [[first, wrote(4, 'd', [2, 3])], 'no update to version 2 that can have taken effect'],
      [[first, saw(2, 'z', [2, 3])], 'nobody to see hash z as version 2 of hot-1 by 30 ms'],
    ] as const;
    for (const [told, words] of cases) {
      expect(violationOf(history(...told), linearizable).expected).to.contain(words);
    }
  });

  it('says why an update was refused that took effect all the same', () => {
    const told = history(failed(1, 'a', [0, 1]), saw(1, 'a', [2, 3]));
    const words =
      'client 1 was refused the update of hot-1 to version 1 (hash a) by server 0, ' +
      'from 0 ms to 10 ms (not the leader); ';
    expect(violationOf(told, notSkipped).seen.startsWith(words)).to.equal(true);
    expect(violationOf(told, linearizable).seen.startsWith(words)).to.equal(true);
  });

  it('tells of an update without an answer when it comes too late to explain another one', () => {
    const told = history(wrote(2, 'b', [0, 1]), unknown(1, 'a', [2, 3]));
    expect(violationOf(told, notSkipped).seen).to.contain(
      'client 2 asked server 1 for the update of hot-1 to version 1 (hash a) from 20 ms on and ' +
        'was never told the outcome',
    );
  });

  it('counts answers instead of telling them when they are many', () => {
    const refused = Array.from({ length: 20 }, (_, at) => failed(1, `h${at}`, [at, 100 + at]));
    const told = history(...refused, wrote(2, 'b', [200, 201]));
    for (const promise of [linearizable, notSkipped]) {
      const { seen, evidence } = violationOf(told, promise);
      expect(evidence).to.have.length(21);
      expect(seen.split('; ')).to.have.length(9);
      expect(seen.endsWith('; and 13 more')).to.equal(true);
    }
  });
});
