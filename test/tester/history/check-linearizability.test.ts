/** The search for an order, against the definition of linearizability and at full size. */
import { expect } from 'chai';
import { answersByName } from '../../../tester/history/answer.js';
import { checkLinearizability } from '../../../tester/history/check-linearizability.js';
import type { Operation, Outcome, Question } from '../../../tester/history/operation.js';
import { isLinearizableByForce } from './brute-force.js';
import { denied, failed, history, of, saw, unknown, wrote, type Told } from './hand-made.js';
import { randomHistory, tamperedHistory } from './random-history.js';

const never = (): boolean => false;

function verdicts(operations: readonly Operation[], isTimeUp = never): readonly string[] {
  return [...answersByName(operations).values()].map(
    (answers) => checkLinearizability(answers, isTimeUp).kind,
  );
}

function isLinearizable(operations: readonly Operation[]): boolean {
  return verdicts(operations).every((kind) => kind === 'linearizable');
}

/** One of two hashes instead of one of its own. */
function withSharedHash<Part extends Question | Outcome>(part: Part): Part {
  if (!('hash' in part) || part.hash === '') return part;
  return { ...part, hash: `h${part.hash.charCodeAt(part.hash.length - 1) % 2}` };
}

const good: Readonly<Record<string, readonly Told[]>> = {
  'nothing at all': [],
  'updates and reads one after the other': [
    saw(0, '', [0, 1]),
    wrote(1, 'a', [2, 3]),
    saw(1, 'a', [4, 5]),
    wrote(2, 'b', [6, 7]),
    saw(2, 'b', [8, 9]),
  ],
  'a read during an update that sees it, and one that does not': [
    wrote(1, 'a', [0, 9]),
    saw(0, '', [1, 2]),
    saw(1, 'a', [3, 4]),
  ],
  'a read that begins before an update and sees it': [saw(1, 'a', [0, 3]), wrote(1, 'a', [1, 2])],
  'two racing updates of which one is answered false': [
    wrote(1, 'a', [0, 3]),
    denied(1, 'b', [1, 2]),
  ],
  'false for versions that are not next': [
    denied(0, 'z', [0, 1]),
    denied(2, 'a', [2, 3]),
    wrote(1, 'b', [4, 5]),
    denied(1, 'c', [6, 7]),
    denied(3, 'd', [8, 9]),
  ],
  'false that is only right before an update of the same moment': [
    denied(2, 'b', [0, 3]),
    wrote(1, 'a', [1, 2]),
    wrote(2, 'c', [4, 5]),
  ],
  'an unknown update that is seen later': [unknown(1, 'a', [0, 1]), saw(1, 'a', [2, 3])],
  'an unknown update that is never seen': [
    unknown(1, 'a', [0, 1]),
    saw(0, '', [2, 3]),
    wrote(1, 'b', [4, 5]),
    saw(1, 'b', [6, 7]),
  ],
  'an unknown update that takes effect very late': [
    unknown(1, 'a', [0, 1]),
    saw(0, '', [2, 3]),
    saw(0, '', [4, 5]),
    saw(1, 'a', [6, 7]),
    wrote(2, 'b', [8, 9]),
  ],
  'an unknown update that only the next version shows': [
    unknown(1, 'a', [0, 1]),
    wrote(2, 'b', [2, 3]),
  ],
  'an unknown update that only a false shows': [unknown(1, 'a', [0, 1]), denied(1, 'b', [2, 3])],
  'several unknown updates to one version, the last of which is seen': [
    unknown(1, 'a', [0, 1]),
    unknown(1, 'b', [2, 3]),
    unknown(1, 'c', [4, 5]),
    saw(1, 'c', [6, 7]),
    wrote(2, 'd', [8, 9]),
  ],
  'an unknown update that began late and one that began in time': [
    unknown(1, 'a', [0, 1]),
    wrote(2, 'b', [2, 3]),
    unknown(1, 'c', [4, 5]),
  ],
  'refused updates that nobody sees': [
    failed(1, 'a', [0, 1]),
    saw(0, '', [2, 3]),
    wrote(1, 'b', [4, 5]),
  ],
  'a chain of updates that all run at once': [
    wrote(3, 'c', [0, 7]),
    wrote(2, 'b', [1, 8]),
    wrote(1, 'a', [2, 9]),
    saw(3, 'c', [3, 10]),
    saw(0, '', [4, 11]),
  ],
  'files that know nothing of each other': [
    wrote(1, 'a', [0, 1]),
    of('hot-2', saw(0, '', [2, 3])),
    of('hot-2', wrote(1, 'b', [4, 5])),
    saw(1, 'a', [6, 7]),
  ],
};

const bad: Readonly<Record<string, readonly Told[]>> = {
  'a stale read': [wrote(1, 'a', [0, 1]), saw(0, '', [2, 3]), saw(1, 'a', [4, 5])],
  'a lost update': [wrote(1, 'a', [0, 1]), saw(0, '', [2, 3])],
  'a lost update whose version is written again': [
    wrote(1, 'a', [0, 1]),
    wrote(1, 'b', [2, 3]),
    saw(1, 'b', [4, 5]),
  ],
  'true for both of two racing updates': [wrote(1, 'a', [0, 3]), wrote(1, 'b', [1, 2])],
  'true for an update two versions ahead': [wrote(1, 'a', [0, 1]), wrote(3, 'c', [2, 3])],
  'true for version 0': [wrote(0, 'a', [0, 1])],
  'true for an update before the version in front of it was asked for': [
    wrote(2, 'b', [0, 1]),
    wrote(1, 'a', [2, 3]),
  ],
  'true for an update in front of which one was refused': [
    failed(1, 'a', [0, 1]),
    wrote(2, 'b', [2, 3]),
  ],
  'a read of a hash that was never written': [wrote(1, 'a', [0, 1]), saw(1, 'z', [2, 3])],
  'a read of an update that was answered false': [denied(1, 'a', [0, 1]), saw(1, 'a', [2, 3])],
  'a read of an update that was refused': [failed(1, 'a', [0, 1]), saw(1, 'a', [2, 3])],
  'a read of an update that has not begun': [saw(1, 'a', [0, 1]), wrote(1, 'a', [2, 3])],
  'a read of no version with a hash': [saw(0, 'a', [0, 1])],
  'false without a reason': [denied(1, 'a', [0, 1])],
  'false without a reason after an update': [wrote(1, 'a', [0, 1]), denied(2, 'b', [2, 3])],
  'false before a read that shows that it had no reason': [
    unknown(1, 'a', [0, 1]),
    unknown(1, 'b', [2, 3]),
    saw(0, '', [6, 7]),
    denied(1, 'c', [4, 5]),
  ],
  'a read that goes back behind another read': [
    unknown(1, 'a', [0, 1]),
    saw(1, 'a', [2, 3]),
    saw(0, '', [4, 5]),
  ],
  'reads during one update that see the new and then the old': [
    wrote(1, 'a', [0, 9]),
    saw(1, 'a', [1, 2]),
    saw(0, '', [3, 4]),
  ],
  'two hashes of one version': [
    unknown(1, 'a', [0, 1]),
    unknown(1, 'b', [2, 3]),
    saw(1, 'a', [4, 7]),
    saw(1, 'b', [5, 6]),
  ],
  'an unknown update that takes effect behind the next version': [
    unknown(1, 'a', [4, 5]),
    wrote(2, 'b', [0, 1]),
  ],
  'an unknown update that is seen, gone, and seen again': [
    unknown(1, 'a', [0, 1]),
    saw(1, 'a', [2, 3]),
    saw(0, '', [4, 5]),
    saw(1, 'a', [6, 7]),
  ],
  'one bad file of two': [
    wrote(1, 'a', [0, 1]),
    of('hot-2', wrote(1, 'b', [2, 3])),
    of('hot-2', saw(0, '', [4, 5])),
    saw(1, 'a', [6, 7]),
  ],
};

describe('the search for a linearization', () => {
  for (const [name, told] of Object.entries(good)) {
    it(`finds one for ${name}`, () => {
      expect(isLinearizableByForce(history(...told))).to.equal(true);
      expect(isLinearizable(history(...told))).to.equal(true);
    });
  }

  for (const [name, told] of Object.entries(bad)) {
    it(`finds none for ${name}`, () => {
      expect(isLinearizableByForce(history(...told))).to.equal(false);
      expect(isLinearizable(history(...told))).to.equal(false);
    });
  }
});

describe('the search for a linearization in random histories', () => {
  /** Few operations, many at once, on one or two names. */
  function smallHistory(at: number): readonly Operation[] {
    const seed = String(at);
    const clients = 2 + (at % 3);
    const operations = 2 + (at % 7);
    const unknownShare = (at % 5) * 0.15;
    return randomHistory({ seed, clients, operations, names: 1 + (at % 2), unknownShare });
  }

  it('finds an order for whatever a right service answers', () => {
    for (let at = 0; at < 4_000; at++) {
      expect(isLinearizable(smallHistory(at)), `history ${at}`).to.equal(true);
    }
  });

  function expectAgreement(historyAt: (at: number) => readonly Operation[]): void {
    const count = 12_000;
    let impossible = 0;
    for (let at = 0; at < count; at++) {
      const operations = historyAt(at);
      const expected = isLinearizableByForce(operations);
      expect(isLinearizable(operations), `history ${at}`).to.equal(expected);
      if (!expected) impossible += 1;
    }
    // Both verdicts are put to the test, or the agreement says nothing.
    expect(impossible).to.be.within(count / 4, (count * 3) / 4);
  }

  it('agrees with trying every order when answers were tampered with', () => {
    expectAgreement((at) => tamperedHistory(smallHistory(at), String(at)));
  });

  it('agrees with trying every order when updates share their hashes, too', () => {
    expectAgreement((at) =>
      tamperedHistory(smallHistory(at), String(at)).map(({ question, outcome, ...operation }) => ({
        ...operation,
        question: withSharedHash(question),
        outcome: withSharedHash(outcome),
      })),
    );
  });
});

describe('the search for a linearization at full size', () => {
  const run = { seed: 'full', clients: 16, names: 4, operations: 20_000, unknownShare: 0.1 };
  /** So many looks at the time, one every 1,000 steps, are allowed for the whole history. */
  const looksMax = 2_000;

  it('takes 20,000 operations of 16 clients on 4 names in few steps', () => {
    const operations = randomHistory(run);
    const open = operations.filter(
      ({ question, outcome }) => question.kind === 'update' && outcome.kind === 'unknown',
    );
    expect(operations).to.have.length(run.operations);
    expect(open.length).to.be.above(500);
    let looks = 0;
    const kinds = verdicts(operations, () => {
      looks += 1;
      return false;
    });
    expect(kinds).to.deep.equal(Array.from({ length: run.names }, () => 'linearizable'));
    expect(looks).to.be.below(looksMax);
  });

  it('is not lost in 20,000 updates to one version of which nothing is known', () => {
    const told = Array.from({ length: 20_000 }, (_, at) =>
      unknown(1, `h${at}`, [2 * at, 2 * at + 1]),
    );
    const seen = saw(1, 'h19999', [50_000, 50_001]);
    let looks = 0;
    const count = (): boolean => {
      looks += 1;
      return false;
    };
    expect(verdicts(history(...told, seen), count)).to.deep.equal(['linearizable']);
    expect(verdicts(history(...told, saw(1, 'z', [50_000, 50_001])), count)).to.deep.equal([
      'impossible',
    ]);
    expect(looks).to.be.below(10);
  });

  it('knows nothing when time is up', () => {
    const operations = randomHistory({ ...run, names: 1 });
    expect(verdicts(operations, () => true)).to.deep.equal(['unknown']);
    let looks = 0;
    const upAfterThree = (): boolean => {
      looks += 1;
      return looks > 3;
    };
    expect(verdicts(operations, upAfterThree)).to.deep.equal(['unknown']);
    expect(looks).to.equal(4);
  });
});
