/** `setleader` and `sendheartbeat`: what they wait for, and for how long at most. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { append, ReplicaRig } from './replica-rig.js';

const [one, two] = [asServerId(1), asServerId(2)];
const yes = { kind: 'done', value: true };
const no = { kind: 'done', value: false };
const deadlineTicks = 400;

/** Elections that the replica started, by the notes it left. */
function elections(rig: ReplicaRig): number {
  return rig.events.filter(
    (event) => event.type === 'raft' && event.note.type === 'electionStarted',
  ).length;
}

describe('setLeader', () => {
  it('starts an election over a live leader and is true once this server leads', () => {
    const rig = new ReplicaRig();
    rig.hear(one, append(one, 1, { index: 0, term: 0 }));
    const call = rig.setLeader();
    rig.completeWrites();
    expect(call.outcomes).to.deep.equal([]);
    rig.settle();
    expect(call.outcomes).to.deep.equal([yes]);
    expect(rig.replica.status()).to.include({ role: 'leader', term: 2 });
  });

  it('is true at once on the leader, without an election', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.setLeader();
    rig.turn();
    expect(call.outcomes).to.deep.equal([yes]);
    expect(rig.replica.status().term).to.equal(1);
  });

  it('is false after two seconds without a majority', () => {
    const rig = new ReplicaRig();
    const call = rig.setLeader();
    rig.tick(deadlineTicks - 1);
    expect(call.outcomes).to.deep.equal([]);
    rig.tick();
    expect(call.outcomes).to.deep.equal([no]);
    rig.settle();
    expect(call.outcomes).to.have.length(1);
  });

  it('tries a few times and then only waits', () => {
    const rig = new ReplicaRig();
    rig.setLeader();
    rig.live(deadlineTicks - 1);
    expect(elections(rig)).to.equal(3);
  });

  it('tries again for a later caller, though an earlier one still waits in vain', () => {
    const rig = new ReplicaRig();
    rig.setLeader();
    rig.live(deadlineTicks - 70);
    rig.completeWrites();
    expect(elections(rig)).to.equal(3);
    const later = rig.setLeader();
    rig.tick(60);
    expect(elections(rig)).to.equal(4);
    rig.sent.length = 0;
    rig.tick(60);
    rig.settle();
    expect(later.outcomes).to.deep.equal([yes]);
  });

  it('does not start an election for every one of many callers', () => {
    const rig = new ReplicaRig();
    for (let callers = 0; callers < 100; callers += 1) rig.setLeader();
    expect(elections(rig)).to.equal(1);
  });

  it('is not told to a caller who hung up, also in the answer of another', () => {
    const rig = new ReplicaRig();
    rig.setLeader(() => {
      second.hangUp();
    });
    const second = rig.setLeader();
    rig.settle();
    expect(rig.replica.isLeader()).to.equal(true);
    expect(second.outcomes).to.deep.equal([]);
  });
});

describe('sendHeartbeat', () => {
  it('is false on a follower', () => {
    const rig = new ReplicaRig();
    const call = rig.sendHeartbeat();
    rig.turn();
    expect(call.outcomes).to.deep.equal([no]);
  });

  it('is true in a cluster of one', () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.lead();
    const call = rig.sendHeartbeat();
    rig.turn();
    expect(call.outcomes).to.deep.equal([yes]);
  });

  it('waits until every follower has the log and knows how far it is committed', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.update('a', 1);
    rig.turns();
    const call = rig.sendHeartbeat();
    rig.completeWrites();
    rig.accept(one);
    expect(call.outcomes, 'one follower is slow').to.deep.equal([]);
    for (const request of rig.takeSent(two)) rig.respond(two, request);
    expect(call.outcomes, 'two has the entry, but not the commit index').to.deep.equal([]);
    rig.settle();
    expect(call.outcomes).to.deep.equal([yes]);
  });

  it('does not wait for a follower that cannot be reached', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.sendHeartbeat();
    rig.listener?.onUnreachable(two, 'refused');
    rig.accept(one);
    rig.listener?.onUnreachable(two, 'refused');
    rig.settle([one]);
    expect(call.outcomes).to.deep.equal([yes]);
  });

  it('is false after two seconds of a follower that neither answers nor is lost', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.sendHeartbeat();
    rig.settle([one]);
    rig.tick(deadlineTicks - 1);
    expect(call.outcomes).to.deep.equal([]);
    rig.tick();
    expect(call.outcomes).to.deep.equal([no]);
  });

  it('is false when leadership ends', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const call = rig.sendHeartbeat();
    rig.hear(one, append(one, 5, { index: 1, term: 1 }));
    expect(call.outcomes).to.deep.equal([no]);
  });
});
