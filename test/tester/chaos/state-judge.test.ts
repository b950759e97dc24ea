/**
 * What servers tell of themselves, judged: the impossible is found, what is allowed is not.
 */
import { expect } from 'chai';
import { must } from '../../../src/base/assert.js';
import { StateJudge } from '../../../tester/chaos/state-judge.js';
import { readState } from '../../../tester/chaos/state-report.js';

interface Told {
  readonly server?: number;
  readonly life?: number;
  readonly status?: string;
  readonly term?: number;
  readonly lastApplied?: number;
  readonly log?: readonly unknown[];
}

function judge(...all: readonly Told[]): readonly string[] {
  const judge = new StateJudge();
  for (const { server = 0, life = 0, ...told } of all) {
    const state = must(readState({ status: 'follower', ...told }), 'a state of the right form');
    judge.watch({ server, life, state });
  }
  return judge
    .findings()
    .flatMap(({ verdict }) =>
      verdict.kind === 'held' ? [] : [verdict.kind === 'violated' ? verdict.seen : verdict.kind],
    );
}

/** Tells everything that is judged. */
const whole = { term: 3, lastApplied: 5, log: [{ index: 5, term: 3, command: { a: 1, b: 2 } }] };

describe('states of servers', () => {
  it('are right when leaders change with the term and logs agree', () => {
    const problems = judge(
      { ...whole, status: 'leader' },
      { ...whole, server: 1, log: [{ index: 5, term: 3, command: { b: 2, a: 1 } }] },
      { ...whole, server: 1, status: 'leader', term: 4 },
      { ...whole, term: 4 },
    );
    expect(problems).to.deep.equal([]);
  });

  it('prove nothing when they tell nothing', () => {
    expect(judge({}, { server: 1 })).to.deep.equal(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  it('show two leaders of one term, however much later', () => {
    expect(
      judge(
        { ...whole, status: 'leader' },
        { ...whole, status: 'leader', term: 4 },
        { ...whole, server: 2, status: 'leader' },
        { ...whole, server: 2 },
      ),
    ).to.deep.equal(['servers 0 and 2 both told that they lead in it']);
  });

  it('show different entries of one index and term, and allow those of two terms', () => {
    const other = { index: 5, term: 4, command: { a: 2 } };
    expect(judge(whole, whole, { ...whole, server: 1, log: [other] })).to.deep.equal([]);
    expect(
      judge(whole, whole, { ...whole, server: 1, log: [{ ...other, term: 3 }] }),
    ).to.deep.equal(['{"a":1,"b":2} on server 0, {"a":2} on server 1']);
  });

  it('show a term that goes back, in a new life of the process, too', () => {
    expect(judge(whole, { ...whole, term: 2 })).to.deep.equal(['server 0 went from term 3 to 2']);
    expect(judge(whole, whole, { ...whole, term: 2, life: 1 })).to.deep.equal([
      'server 0 went from term 3 to 2, when its process was killed and started again',
    ]);
  });

  it('show applied entries that are lost, but not when a new process has yet to apply them', () => {
    expect(judge(whole, { ...whole, lastApplied: 4 })).to.deep.equal([
      'lastApplied of server 0 went from 5 to 4',
    ]);
    expect(judge(whole, whole, { ...whole, lastApplied: 0, life: 1 })).to.deep.equal([]);
  });
});

describe('a state report', () => {
  it('is read from other spellings of the status, and from isLeader alone', () => {
    expect(readState({ status: 'LEADER' })?.role).to.equal('leader');
    expect(readState({ isLeader: true })?.role).to.equal('leader');
    expect(readState({ isLeader: false, status: 7 })?.role).to.equal('follower');
    expect(readState({})).to.equal(undefined);
    expect(readState([])).to.equal(undefined);
  });

  it('keeps only entries of the right form, and only a whole map', () => {
    const log = [1, null, { index: 1 }, { index: 1, term: 1, command: 'c' }];
    expect(readState({ status: 'leader', log })?.log).to.have.length(1);
    const metaMap = { a: [1, []] };
    expect(readState({ status: 'leader', metaMap })?.files).to.deep.equal(metaMap);
    const cut = { status: 'leader', metaMap, metaMapTruncated: true };
    expect(readState(cut)?.files).to.equal(undefined);
  });
});
