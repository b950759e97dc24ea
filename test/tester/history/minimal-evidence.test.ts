/** The evidence for a contradiction: enough to be one, and nothing that could be left out. */
import { expect } from 'chai';
import { must } from '../../../src/base/assert.js';
import { judgeHistory } from '../../../tester/history/judge-history.js';
import type { Operation } from '../../../tester/history/operation.js';
import { isLinearizableByForce } from './brute-force.js';
import { denied, failed, history, saw, wrote, type Told } from './hand-made.js';
import { randomHistory, tamperedHistory } from './random-history.js';

const never = (): boolean => false;

/** The evidence against linearizability; undefined where nothing is violated. */
function evidenceIn(
  operations: readonly Operation[],
  isTimeUp = never,
): readonly Operation[] | undefined {
  const verdict = must(judgeHistory(operations, isTimeUp)[0], 'there is a finding').verdict;
  return verdict.kind === 'violated' ? verdict.evidence : undefined;
}

/** The history as if only these answers had arrived. */
function withOnly(
  operations: readonly Operation[],
  kept: readonly Operation[],
): readonly Operation[] {
  return operations.map((operation) =>
    kept.includes(operation)
      ? operation
      : { ...operation, outcome: { kind: 'unknown', why: 'not looked at' } },
  );
}

function idsOfEvidence(...told: readonly Told[]): readonly number[] | undefined {
  return evidenceIn(history(...told))?.map(({ id }) => id);
}

/** How often time is asked for in the whole judgement. */
function looksAt(operations: readonly Operation[]): number {
  let looks = 0;
  judgeHistory(operations, () => {
    looks += 1;
    return false;
  });
  return looks;
}

describe('the evidence of a history that cannot be linearized', () => {
  it('contradicts itself, and does so no longer without any one of its answers', () => {
    let sizes = 0;
    let violations = 0;
    for (let at = 0; at < 4_000; at++) {
      const seed = `evidence ${at}`;
      const run = { seed, clients: 3, names: 1 + (at % 2), operations: 3 + (at % 6) };
      const right = randomHistory({ ...run, unknownShare: (at % 4) * 0.15 });
      const operations = tamperedHistory(right, seed);
      const evidence = evidenceIn(operations);
      expect(evidence === undefined, seed).to.equal(isLinearizableByForce(operations));
      if (evidence === undefined) continue;
      violations += 1;
      sizes = Math.max(sizes, evidence.length);
      expect(isLinearizableByForce(withOnly(operations, evidence)), seed).to.equal(false);
      for (const left of evidence) {
        const fewer = evidence.filter((operation) => operation !== left);
        expect(isLinearizableByForce(withOnly(operations, fewer)), seed).to.equal(true);
      }
    }
    // Contradictions of several answers were among them.
    expect(violations).to.be.above(1_000);
    expect(sizes).to.be.above(2);
  });

  it('is what went wrong first, however much goes wrong later', () => {
    for (let seed = 0; seed < 20; seed++) {
      const run = { clients: 4, names: 1, operations: 200, unknownShare: 0.1 };
      const right = randomHistory({ ...run, seed: `first ${seed}` });
      const operations = right.map((operation): Operation => {
        const { id, outcome } = operation;
        if (id < 20 + 9 * seed || outcome.kind !== 'seen') return operation;
        return { ...operation, outcome: { kind: 'seen', version: 0, hash: '' } };
      });
      // Operations come in the order of their ends.
      const last = operations.find(
        (_, at) => evidenceIn(withOnly(operations, operations.slice(0, at + 1))) !== undefined,
      );
      expect(evidenceIn(operations), `seed ${seed}`).to.include(last);
    }
  });

  it('is what came last before it', () => {
    const told = [wrote(1, 'a', [0, 1]), saw(1, 'a', [2, 7]), saw(1, 'a', [4, 5])];
    expect(idsOfEvidence(...told, saw(0, '', [8, 9]))).to.deep.equal([1, 3]);
  });

  it('is a read or an update that was made rather than an update that was not', () => {
    const told = [wrote(1, 'a', [0, 1]), saw(1, 'a', [2, 3]), denied(1, 'b', [4, 5])];
    expect(idsOfEvidence(...told, saw(0, '', [6, 7]))).to.deep.equal([1, 3]);
  });

  it('is a superset of the contradiction when time is up before it is minimal', () => {
    const run = { seed: 'time', clients: 4, names: 1, operations: 600, unknownShare: 0.1 };
    const operations = [...randomHistory(run)];
    const at = operations.findLastIndex(({ outcome }) => outcome.kind === 'seen');
    const read = must(operations[at], 'somebody read');
    operations[at] = { ...read, outcome: { kind: 'seen', version: 0, hash: '' } };
    const minimal = must(evidenceIn(operations), 'a stale read is found');
    expect(minimal).to.have.length(2);
    const all = looksAt(operations);
    const lengths: number[] = [];
    for (let looksLeft = 0; looksLeft <= all; looksLeft++) {
      let looks = 0;
      const evidence = evidenceIn(operations, () => {
        looks += 1;
        return looks > looksLeft;
      });
      if (evidence === undefined) continue;
      expect(evidence).to.include(operations[at]);
      lengths.push(evidence.length);
    }
    expect(lengths.at(0)).to.be.above(300);
    expect(lengths.at(-1)).to.equal(2);
    expect([...lengths].sort((a, b) => b - a)).to.deep.equal(lengths);
  });
});

describe('the evidence in histories of full size', () => {
  const run = { seed: 'full', clients: 16, operations: 20_000, unknownShare: 0.1 };

  for (const names of [1, 4]) {
    it(`is found in few steps in 20,000 operations on ${names} names`, () => {
      const operations = [...randomHistory({ ...run, names })];
      const at = operations.findLastIndex(({ outcome }) => outcome.kind === 'seen');
      const read = must(operations[at], 'somebody read');
      operations[at] = { ...read, outcome: { kind: 'seen', version: 0, hash: '' } };
      expect(evidenceIn(operations)).to.have.length(2);
      expect(looksAt(operations)).to.be.below(20_000);
    });
  }

  it('is found in few steps when nothing can be left out', () => {
    const count = 2_000;
    const refused = Array.from({ length: count }, (_, at) =>
      failed(1, `h${at}`, [2 * at, 2 * at + 1]),
    );
    const operations = history(...refused, wrote(2, 'b', [2 * count, 2 * count + 1]));
    expect(evidenceIn(operations)).to.deep.equal(operations);
    expect(looksAt(operations)).to.be.below(2 * count);
  });

  it('is unknown, not held, when time is up before anything was judged', () => {
    const findings = judgeHistory(randomHistory({ ...run, names: 4 }), () => true);
    expect(findings[0]?.verdict).to.deep.equal({
      kind: 'unknown',
      why: 'time was up before an order was found',
    });
  });
});

describe('the specific promises', () => {
  it('are broken only where linearizability is', () => {
    let broken = 0;
    for (let at = 0; at < 4_000; at++) {
      const seed = `specific ${at}`;
      const run = { seed, clients: 4, names: 2, operations: 4 + (at % 12), unknownShare: 0.2 };
      const operations = tamperedHistory(randomHistory(run), seed);
      const [general, ...specific] = judgeHistory(operations, never);
      if (specific.every(({ verdict }) => verdict.kind !== 'violated')) continue;
      broken += 1;
      expect(general?.verdict.kind, seed).to.equal('violated');
    }
    expect(broken).to.be.above(1_000);
  });
});
