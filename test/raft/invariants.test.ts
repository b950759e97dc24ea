/** The watch must be able to fail: each of its rules is shown a state that breaks it. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import { InvariantWatch } from '../../src/raft/invariants.js';
import { RaftLog } from '../../src/raft/raft-log.js';
import type { Raft } from '../../src/raft/raft.js';
import { makeLog } from './make.js';

/** The part of a core that the watch reads, with values that no core has. */
function makeState(parts: Readonly<Record<string, unknown>>): Raft {
  const sound = {
    ...{ term: 3, votedFor: 1, role: 'follower', leaderId: undefined, progress: new Map() },
    ...{ commitIndex: 2, lastApplied: 2, durableIndex: 3, log: new RaftLog(makeLog(1, 1, 2)) },
    ...{ snapshot: { index: 1, term: 1 }, standing: 'member' },
    ...{ configuration: { members: [{ id: 1, voter: true }] }, configurationIndex: 0 },
  };
  return { ...sound, ...parts } as unknown as Raft;
}

const leading = { role: 'leader', leaderId: 1 };
const follower = (matchIndex: number, nextIndex: number): unknown =>
  new Map([[0, { matchIndex, nextIndex }]]);

describe('The invariants of one server', () => {
  it('hold of a sound state', () => {
    const watch = new InvariantWatch();
    watch.check(makeState({}));
    watch.check(makeState({ ...leading, progress: follower(3, 4) }));
  });

  const soundLog = { lastIndex: 3, lastTerm: 2 };
  const states: readonly Readonly<Record<string, unknown>>[] = [
    { lastApplied: 3 },
    { commitIndex: 3, lastApplied: 3, durableIndex: 2 },
    { commitIndex: 4 },
    { snapshot: { index: 3, term: 2 } },
    { log: { ...soundLog, firstIndex: 2, base: { index: 1, term: 2 }, termAt: () => 1 } },
    {
      snapshot: { index: 4, term: 2 },
      log: new RaftLog([], { index: asLogIndex(5), term: asTerm(3) }),
    },
    { role: 'candidate', standing: 'joining' },
    { ...leading, standing: 'refilling' },
    { durableIndex: 4 },
    { term: 1 },
    { role: 'leader', leaderId: undefined },
    { ...leading, leaderId: 0 },
    { configurationIndex: 4 },
    { ...leading, configuration: { members: [{ id: 1, voter: false }] } },
    { ...leading, configuration: { members: [{ id: 0, voter: true }] } },
    { ...leading, progress: follower(2, 2) },
    { ...leading, progress: follower(4, 5) },
    { ...leading, progress: follower(3, 5) },
  ];
  for (const state of states) {
    it(`are broken by ${JSON.stringify({ ...state, progress: undefined })}`, () => {
      expect(() => new InvariantWatch().check(makeState(state))).to.throw(AssertionError);
    });
  }

  const steps: readonly Readonly<Record<'from' | 'to', Readonly<Record<string, unknown>>>>[] = [
    { from: { term: 4 }, to: { term: 3 } },
    { from: { commitIndex: 3 }, to: { commitIndex: 2 } },
    { from: { lastApplied: 2 }, to: { lastApplied: 1 } },
    { from: {}, to: { snapshot: { index: 0, term: 0 } } },
    {
      from: {
        log: new RaftLog(makeLog(1, 1, 2).slice(1), { index: asLogIndex(1), term: asTerm(1) }),
      },
      to: {},
    },
    { from: {}, to: { standing: 'refilling' } },
    { from: { standing: 'refilling' }, to: { standing: 'founding' } },
    { from: { votedFor: 0 }, to: { votedFor: 1 } },
    { from: { votedFor: 0 }, to: { votedFor: undefined } },
    { from: leading, to: { ...leading, log: new RaftLog(makeLog(1, 1)), durableIndex: 2 } },
    { from: leading, to: { ...leading, log: new RaftLog(makeLog(1, 1, 3)) } },
  ];
  for (const { from, to } of steps) {
    it(`are broken by a step from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
      const watch = new InvariantWatch();
      watch.check(makeState(from));
      expect(() => watch.check(makeState(to))).to.throw(AssertionError);
    });
  }
});
