/** Updates in the log: each caller is told the real fate of its entry, whoever decides it. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { asLogIndex, asServerId } from '../../src/base/ids.js';
import type { Entry } from '../../src/raft/messages.js';
import { append, command, logOf, noop, ReplicaRig } from './replica-rig.js';

const rival = asServerId(1);
const updated = { kind: 'done', value: 'updated' };
const replacedBy = (leaderId: number): object => ({ kind: 'notLeader', leaderId });

/** A leader of term 1 with two updates in its log, at 2 and 3, that nobody else has. */
function leaderWithTwoPending() {
  const rig = new ReplicaRig();
  rig.lead();
  const calls = [rig.update('a', 1), rig.update('a', 2)];
  rig.settle([]);
  expect(rig.replica.status()).to.include({ lastLogIndex: 3, commitIndex: 1 });
  return { rig, calls, entries: rig.replica.logTail(2) };
}

/** `rival` leads term 2; what it sends replaces or commits what is pending. */
function hearRival(rig: ReplicaRig, entries: readonly Entry[], commit: number): void {
  rig.hear(rival, append(rival, 2, { index: 1, term: 1, commit }, entries));
  rig.settle([]);
}

describe('an update in the log', () => {
  it('is answered `updated` once it is on a majority of disks and applied, and not before', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.update('a', 1);
    rig.turns();
    rig.accept(asServerId(1));
    expect(call.outcomes, 'one follower, our own disk is slow').to.deep.equal([]);
    rig.completeWrites();
    expect(call.outcomes).to.deep.equal([updated]);
    expect(rig.files.get('a')).to.deep.include({ version: 1 });
  });

  it('is not answered while only followers that are a minority have it', () => {
    const rig = new ReplicaRig({ serverCount: 5 });
    rig.lead();
    const call = rig.update('a', 1);
    rig.settle([asServerId(1)]);
    expect(call.outcomes).to.deep.equal([]);
    rig.settle([asServerId(1), asServerId(2)]);
    expect(call.outcomes).to.deep.equal([updated]);
  });

  it('waits through the loss of leadership and is `updated` when the new leader commits it', () => {
    const { rig, calls, entries } = leaderWithTwoPending();
    hearRival(rig, [], 1);
    expect(rig.replica.isLeader()).to.equal(false);
    expect(calls.flatMap(({ outcomes }) => outcomes)).to.deep.equal([]);
    hearRival(rig, [...entries, noop(4, 2)], 4);
    expect(calls.map(({ outcomes }) => outcomes)).to.deep.equal([[updated], [updated]]);
  });

  it('is refused when another entry is committed at its index', () => {
    const { rig, calls, entries } = leaderWithTwoPending();
    const first = entries.slice(0, 1);
    hearRival(rig, [...first, noop(3, 2)], 3);
    const outcomes = calls.map((call) => call.outcomes);
    expect(outcomes).to.deep.equal([[updated], [replacedBy(1)]]);
  });

  it('is refused when the update of another leader takes its place, which takes effect', () => {
    const { rig, calls } = leaderWithTwoPending();
    const [theirs] = logOf(2, [command('b', 1)]);
    hearRival(rig, [{ ...must(theirs, 'one'), index: asLogIndex(2) }], 2);
    const outcomes = calls.map((call) => call.outcomes);
    expect(outcomes).to.deep.equal([[replacedBy(1)], [replacedBy(1)]]);
    expect([rig.files.versionOf('a'), rig.files.versionOf('b')]).to.deep.equal([0, 1]);
  });

  it('is refused when a later term begins before its index, with nothing in its place', () => {
    const { rig, calls } = leaderWithTwoPending();
    hearRival(rig, [noop(2, 2)], 2);
    const outcomes = calls.map((call) => call.outcomes);
    expect(outcomes).to.deep.equal([[replacedBy(1)], [replacedBy(1)]]);
    expect(rig.replica.status().pendingUpdates).to.equal(0);
  });

  it('is not refused because it was cut from the log: another server may bring it back', () => {
    const { rig, calls, entries } = leaderWithTwoPending();
    hearRival(rig, [noop(2, 2)], 1);
    expect(rig.replica.status()).to.include({ lastLogIndex: 2 });
    expect(calls.flatMap(({ outcomes }) => outcomes)).to.deep.equal([]);
    const other = asServerId(2);
    const back = append(other, 3, { index: 1, term: 1, commit: 4 }, [...entries, noop(4, 3)]);
    rig.hear(other, back);
    rig.settle([]);
    expect(calls.map(({ outcomes }) => outcomes)).to.deep.equal([[updated], [updated]]);
  });

  it('has its own fate beside that of another term at the same index', () => {
    const { rig, calls } = leaderWithTwoPending();
    const third = rig.update('a', 3);
    rig.tick(2);
    rig.settle([]);
    hearRival(rig, [noop(2, 2)], 1);
    rig.win();
    expect(rig.replica.status()).to.include({ role: 'leader', term: 3, lastLogIndex: 3 });
    const other = rig.update('b', 1);
    rig.completeWrites();
    rig.turns();
    expect(rig.replica.status()).to.include({ lastLogIndex: 4, pendingUpdates: 4 });
    rig.settle();
    expect(other.outcomes).to.deep.equal([updated]);
    const outcomes = [...calls, third].flatMap((call) => call.outcomes);
    expect(outcomes).to.deep.equal([replacedBy(0), replacedBy(0), replacedBy(0)]);
  });

  it('leaves nothing behind when its caller hangs up, and takes effect all the same', () => {
    const { rig, calls } = leaderWithTwoPending();
    for (const { hangUp } of calls) hangUp();
    expect(rig.replica.status().pendingUpdates).to.equal(0);
    rig.settle();
    expect(calls.flatMap(({ outcomes }) => outcomes)).to.deep.equal([]);
    expect(rig.files.get('a')).to.deep.include({ version: 2 });
  });
});
