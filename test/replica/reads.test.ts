/** Reads and verdicts: whose answer is only good while a majority confirms the leader. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { answersPerTurnMax } from '../../src/replica/read-batcher.js';
import { append, command, logOf, noop, ReplicaRig, type Asked } from './replica-rig.js';

const done = { kind: 'done', value: undefined };
const conflict = { kind: 'done', value: 'versionConflict' };
const [one, two] = [asServerId(1), asServerId(2)];

describe('a read', () => {
  it('is answered by a cluster of one, again and again', () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.lead();
    for (let times = 0; times < 3; times += 1) {
      const read = rig.read();
      rig.settle();
      expect(read.outcomes).to.deep.equal([done]);
    }
    const verdict = rig.update('a', 7);
    rig.settle();
    expect(verdict.outcomes).to.deep.equal([{ kind: 'done', value: 'versionConflict' }]);
  });

  it('waits for a majority that answers after it began', () => {
    const rig = new ReplicaRig({ serverCount: 5 });
    rig.lead();
    rig.tick(100);
    const [early] = rig.takeSent(one);
    const read = rig.read();
    rig.turns();
    if (early !== undefined) rig.respond(one, early);
    rig.settle([two]);
    expect(read.outcomes, 'one follower answered since').to.deep.equal([]);
    rig.settle([one, two]);
    expect(read.outcomes).to.deep.equal([done]);
  });

  it('is refused by a leader that learns that it was deposed, and never answered', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const calls: Asked<unknown>[] = [rig.read(), rig.update('a', 5)];
    rig.turns();
    calls.push(rig.read(), rig.update('a', 5));
    const late = rig.takeSent(two);
    rig.hear(one, append(one, 9, { index: 1, term: 1 }));
    for (const request of late) rig.respond(two, request);
    rig.settle([]);
    for (const { outcomes } of calls) {
      expect(outcomes).to.deep.equal([{ kind: 'notLeader', leaderId: one }]);
    }
  });

  it('waits, in a new leader, for what earlier terms left behind', () => {
    const rig = new ReplicaRig({ term: 3, entries: logOf(3, [command('a', 1)]) });
    let seen = -1;
    rig.win();
    const read = rig.read(() => {
      seen = rig.files.versionOf('a');
    });
    rig.turns();
    for (const request of rig.takeSent(one)) rig.confirm(one, request, 1);
    expect(read.outcomes, 'leadership is confirmed, its no-op is not committed').to.deep.equal([]);
    rig.settle();
    expect([read.outcomes.length, seen]).to.deep.equal([1, 1]);
  });

  it('is not told to a caller who hung up, also in the answer of another', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const first = rig.read(() => {
      second.hangUp();
    });
    const second = rig.read();
    const third = rig.read();
    third.hangUp();
    expect(rig.replica.status().pendingReads).to.equal(2);
    rig.settle();
    expect([first, second, third].map(({ outcomes }) => outcomes.length)).to.deep.equal([1, 0, 0]);
  });

  it('is answered in portions when many waited, and refused when a crash comes between', () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.lead();
    const reads = Array.from({ length: 3 * answersPerTurnMax }, () => rig.read());
    const answered = (): number => reads.filter(({ outcomes }) => outcomes.length > 0).length;
    rig.turn();
    expect(answered()).to.equal(answersPerTurnMax);
    expect(rig.replica.status().pendingReads).to.equal(2 * answersPerTurnMax);
    rig.turn();
    expect(answered()).to.equal(2 * answersPerTurnMax);
    rig.replica.crash();
    rig.turns();
    expect(reads.map(({ outcomes }) => outcomes.length)).to.deep.equal(reads.map(() => 1));
    const crashed = { kind: 'crashed', logged: false };
    expect(reads.at(-1)?.outcomes).to.deep.equal([crashed]);
    expect(reads[2 * answersPerTurnMax - 1]?.outcomes).to.deep.equal([done]);
  });

  it('leaves nothing behind in a leader without a majority, however many come and go', () => {
    const rig = new ReplicaRig();
    rig.lead();
    for (let times = 0; times < 500; times += 1) {
      const calls = [rig.read(), rig.update('a', 7)];
      rig.turn();
      for (const { hangUp } of calls) hangUp();
    }
    expect(rig.replica.status()).to.include({ pendingReads: 0, pendingUpdates: 0 });
    const read = rig.read();
    rig.settle();
    expect(read.outcomes).to.deep.equal([done]);
  });
});

describe('a false', () => {
  it('waits for a majority to confirm the leader', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.update('a', 7);
    rig.settle([]);
    expect(call.outcomes).to.deep.equal([]);
    rig.settle([one]);
    expect(call.outcomes).to.deep.equal([conflict]);
    expect(rig.replica.status().lastLogIndex, 'nothing was logged').to.equal(1);
  });

  it('waits for the update that it lost the race against', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const winner = rig.update('a', 1);
    const loser = rig.update('a', 1);
    rig.turns();
    rig.completeWrites();
    const sent = rig.takeSent(two);
    for (const request of sent) rig.confirm(two, request, 1);
    expect(loser.outcomes, 'leadership is confirmed, the winner undecided').to.deep.equal([]);
    for (const request of sent) rig.respond(two, request);
    rig.settle();
    expect(winner.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
    expect(loser.outcomes).to.deep.equal([conflict]);
  });

  it('is never given when the winner of the race is replaced by another leader', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const winner = rig.update('a', 1);
    const loser = rig.update('a', 1);
    rig.settle([]);
    rig.hear(one, append(one, 2, { index: 1, term: 1, commit: 2 }, [noop(2, 2)]));
    rig.settle([]);
    for (const { outcomes } of [winner, loser]) {
      expect(outcomes).to.deep.equal([{ kind: 'notLeader', leaderId: one }]);
    }
  });
});
