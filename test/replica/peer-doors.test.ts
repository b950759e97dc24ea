/** The doors to the peers: send only after durable, and the artificial partition both ways. */
import { expect } from 'chai';
import { asServerId, type ServerId } from '../../src/base/ids.js';
import { peerCallsMax } from '../../src/replica/peer-calls.js';
import { append, noop, ReplicaRig, voteRequest } from './replica-rig.js';

const [one, two] = [asServerId(1), asServerId(2)];
const closed = [{ kind: 'closed' }];

describe('a promise to a peer', () => {
  it('is kept back until the vote is on disk', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, voteRequest(one, 1, { index: 0, term: 0 }));
    rig.turns();
    expect(answers).to.deep.equal([]);
    rig.completeWrite();
    expect(JSON.stringify(answers)).to.include('"voteGranted":true');
  });

  it('is kept back until the entries are on disk', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, append(one, 1, { index: 0, term: 0 }, [noop(1, 1)]));
    rig.turns();
    expect(answers).to.deep.equal([]);
    rig.completeWrite();
    expect(JSON.stringify(answers)).to.include('"matchIndex":1');
  });

  it('is kept back by a candidate until its own vote is on disk', () => {
    const rig = new ReplicaRig();
    rig.setLeader();
    expect(rig.sent).to.deep.equal([]);
    rig.completeWrite();
    expect(rig.sent.map(({ to }) => to)).to.deep.equal([one, two]);
  });

  it('is dropped by a crash, also when the server is restored before the disk is done', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, voteRequest(one, 1, { index: 0, term: 0 }));
    rig.replica.crash();
    rig.replica.restore();
    rig.completeWrites();
    expect(answers).to.deep.equal([{ kind: 'crashed' }]);
  });

  it('does not leave after a crash that came before the disk was done', () => {
    const rig = new ReplicaRig();
    rig.setLeader();
    rig.replica.crash();
    rig.replica.restore();
    rig.completeWrites();
    expect(rig.sent).to.deep.equal([]);
  });

  it('is not made for more calls than the limit', () => {
    const rig = new ReplicaRig();
    const entries = [noop(1, 1)];
    const calls = Array.from({ length: peerCallsMax + 1 }, () =>
      rig.hear(one, append(one, 1, { index: 0, term: 0 }, entries)),
    );
    expect(calls.at(-1)).to.deep.equal(closed);
    rig.completeWrites();
    expect(calls.every((answers) => answers.length === 1)).to.equal(true);
    expect(rig.hear(one, append(one, 1, { index: 1, term: 1 }))).to.have.length(1);
  });
});

describe('the answer to what only tells a commit', () => {
  const told = { index: 1, term: 1, commit: 1 };

  /** A follower that has acknowledged the first entry of the leader, which is server 1. */
  function acknowledged(): ReplicaRig {
    const rig = new ReplicaRig();
    rig.hear(one, append(one, 1, { index: 0, term: 0 }, [noop(1, 1)]));
    rig.completeWrite();
    return rig;
  }

  it('is kept back for a tick at most, while the commit is known at once', () => {
    const rig = acknowledged();
    const answers = rig.hear(one, append(one, 1, told));
    rig.turns();
    expect(rig.replica.status().commitIndex).to.equal(1);
    expect(answers).to.deep.equal([]);
    rig.tick();
    expect(JSON.stringify(answers)).to.include('"matchIndex":1');
  });

  it('leaves together with the next one, and before it', () => {
    const rig = acknowledged();
    const order: string[] = [];
    rig.replica.handlePeer(one, append(one, 1, told), () => order.push('commit'));
    const next = append(one, 1, told, [noop(2, 1)]);
    rig.replica.handlePeer(one, next, () => order.push('entries'));
    rig.turns();
    expect(order).to.deep.equal([]);
    rig.completeWrite();
    expect(order).to.deep.equal(['commit', 'entries']);
  });

  it('is not kept back when it says more: a read round, or what was not acknowledged yet', () => {
    const rig = acknowledged();
    expect(rig.hear(one, { ...append(one, 1, told), round: 1 })).to.have.length(1);
    const fresh = new ReplicaRig();
    fresh.hear(one, append(one, 1, { index: 0, term: 0 }, [noop(1, 1), noop(2, 1)]));
    fresh.completeWrite();
    // A later leader has not been told of these entries.
    const answers = fresh.hear(two, append(two, 2, { index: 2, term: 1, commit: 1 }));
    fresh.completeWrite();
    expect(answers).to.have.length(1);
    expect(fresh.hear(two, append(two, 2, { index: 2, term: 1, commit: 2 }))).to.deep.equal([]);
  });

  it('is given at once to a heartbeat that tells no commit', () => {
    const rig = acknowledged();
    expect(rig.hear(one, append(one, 1, { index: 1, term: 1 }))).to.have.length(1);
  });

  it('ends with a crash', () => {
    const rig = acknowledged();
    const answers = rig.hear(one, append(one, 1, told));
    rig.replica.crash();
    expect(answers).to.deep.equal([{ kind: 'crashed' }]);
    rig.replica.restore();
    rig.tick();
    expect(answers).to.have.length(1);
  });

  it('is not given to a server that is cut off meanwhile', () => {
    const rig = acknowledged();
    const answers = rig.hear(one, append(one, 1, told));
    rig.replica.setUnreachable([one], 'send');
    rig.tick();
    expect(answers).to.deep.equal(closed);
  });
});

describe('a long request that is arriving', () => {
  /** Ticks beyond the longest election timeout, in which pieces of a request of `from` arrive. */
  function roleAfterPieces(rig: ReplicaRig, from: ServerId): string {
    rig.hear(one, append(one, 1, { index: 0, term: 0 }));
    for (let left = 200; left > 0; left -= 1) {
      rig.replica.hearing(from);
      rig.live(1);
    }
    return rig.replica.status().role;
  }

  it('keeps a follower from an election while the pieces of its leader come', () => {
    expect(roleAfterPieces(new ReplicaRig(), one)).to.equal('follower');
  });

  it('is no sign of life of another server', () => {
    expect(roleAfterPieces(new ReplicaRig(), two)).to.equal('candidate');
  });

  it('is not heard from a server that is cut off, or by a crashed one', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([two], 'both');
    rig.hear(one, append(one, 1, { index: 0, term: 0 }));
    rig.replica.setUnreachable([one], 'receive');
    for (let left = 200; left > 0; left -= 1) {
      rig.replica.hearing(one);
      rig.live(1);
    }
    expect(rig.replica.status().role).to.equal('candidate');
    rig.replica.crash();
    rig.replica.hearing(one);
    expect(rig.replica.status().role).to.equal('crashed');
  });
});

describe('the artificial partition', () => {
  it('cuts both ways: nothing is sent, nothing is taken, no answer is given', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.replica.setUnreachable([one], 'both');
    rig.update('a', 1);
    rig.turns();
    expect(rig.takeSent(one)).to.deep.equal([]);
    expect(rig.takeSent(two)).not.to.deep.equal([]);
    const term = rig.replica.status().term;
    expect(rig.hear(one, voteRequest(one, 9, { index: 9, term: 1 }))).to.deep.equal(closed);
    expect(rig.replica.status()).to.include({ role: 'leader', term });
    expect(rig.replica.status().unreachable).to.deep.equal([one]);
  });

  it('cuts sending only: what comes is taken, but not answered', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([one], 'send');
    const answers = rig.hear(one, append(one, 1, { index: 0, term: 0 }, [noop(1, 1)]));
    rig.completeWrites();
    expect(answers).to.deep.equal(closed);
    expect(rig.replica.status()).to.include({ lastLogIndex: 1, leaderId: one });
    rig.setLeader();
    rig.completeWrites();
    expect(rig.takeSent(one)).to.deep.equal([]);
  });

  it('cuts receiving only: requests go out, their answers are not heard', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([one, two], 'receive');
    const call = rig.setLeader();
    rig.completeWrites();
    expect(rig.sent).to.have.length(2);
    rig.settle();
    expect(rig.replica.isLeader(), 'votes that it may not hear').to.equal(false);
    expect(rig.hear(one, append(one, 5, { index: 0, term: 0 }))).to.deep.equal(closed);
    expect(rig.replica.status().term).to.equal(1);
    rig.tick(400);
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value: false }]);
  });

  it('cuts also what waits for the disk when it is made', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, voteRequest(one, 1, { index: 0, term: 0 }));
    rig.replica.setUnreachable([one], 'both');
    rig.completeWrites();
    expect(answers).to.deep.equal(closed);
  });

  it('is replaced by the next call and healed by an empty one', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([one], 'both');
    rig.replica.setUnreachable([two], 'both');
    expect(rig.hear(one, append(one, 1, { index: 0, term: 0 }))).to.have.length(0);
    expect(rig.hear(two, append(two, 2, { index: 0, term: 0 }))).to.deep.equal(closed);
    rig.replica.setUnreachable([], 'both');
    rig.completeWrites();
    expect(rig.hear(two, append(two, 1, { index: 0, term: 0 }))).not.to.deep.equal(closed);
  });

  it('blocks a leader that is cut off from all, and lets it answer when it is healed', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.replica.setUnreachable([one, two], 'both');
    const calls = [rig.read(), rig.update('a', 1), rig.update('a', 9)];
    rig.settle();
    rig.tick(200);
    rig.settle();
    expect(calls.flatMap((call): readonly unknown[] => call.outcomes)).to.deep.equal([]);
    expect(rig.replica.isLeader()).to.equal(true);
    rig.replica.setUnreachable([], 'both');
    rig.tick(20);
    rig.settle();
    expect(calls.map(({ outcomes }) => outcomes[0]?.kind)).to.deep.equal(['done', 'done', 'done']);
  });
});

describe('a peer that does not answer', () => {
  it('is told once for each different reason, a few of them, until it is back', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const lose = (reason: string): void => rig.listener?.onUnreachable(one, reason);
    for (let times = 0; times < 3; times += 1) {
      for (const reason of ['refused', 'fault 6', 'timed out', 'closed']) lose(reason);
    }
    const lost = (): number => rig.events.filter(({ type }) => type === 'peerLost').length;
    expect(lost()).to.equal(3);
    rig.sendHeartbeat();
    rig.settle();
    expect(rig.events.filter(({ type }) => type === 'peerBack')).to.have.length(1);
    lose('refused');
    expect(lost()).to.equal(4);
  });
});
