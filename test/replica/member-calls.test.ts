/** Changes of the members, each answered by the fate of its entry (thesis, chapter 4). */
import { expect } from 'chai';
import { asLogIndex, asServerId } from '../../src/base/ids.js';
import type { MemberChange } from '../../src/raft/effects.js';
import { addressOf } from '../fixtures/founders.js';
import { append, noop, ReplicaRig } from './replica-rig.js';

const [one, two] = [asServerId(1), asServerId(2)];
const add: MemberChange = { type: 'add', address: addressOf(3) };
const removeTwo: MemberChange = { type: 'remove', server: two };

/** It leads three servers, whose answers are held back from now on. */
function leading(): ReplicaRig {
  const rig = new ReplicaRig();
  rig.lead();
  return rig;
}

describe('changeMembers', () => {
  it('is done once the change is committed, and tells who belongs to the cluster then', () => {
    const rig = leading();
    const call = rig.changeMembers(add);
    rig.completeWrites();
    expect(call.outcomes).to.deep.equal([]);
    rig.settle([one]);
    const { configuration } = rig.replica.status();
    expect(configuration.members.map(({ id, voter }) => [id, voter])).to.deep.equal([
      ...[
        [0, true],
        [1, true],
        [2, true],
        [3, false],
      ],
    ]);
    expect(call.outcomes).to.deep.equal([
      { kind: 'done', value: { kind: 'changed', configuration } },
    ]);
  });

  it('says in words why not now, and begins nothing', () => {
    const rig = leading();
    rig.changeMembers(removeTwo);
    const { lastLogIndex } = rig.replica.status();
    const call = rig.changeMembers(add);
    rig.turn();
    const value = { kind: 'notNow', reason: 'the change before is not committed yet' };
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value }]);
    expect(rig.replica.status().lastLogIndex).to.equal(lastLogIndex);
  });

  it('is refused by who does not lead, with the leader if it is known', () => {
    const rig = new ReplicaRig();
    rig.hear(one, append(one, 1, { index: 0, term: 0 }));
    const call = rig.changeMembers(add);
    rig.turn();
    expect(call.outcomes).to.deep.equal([{ kind: 'notLeader', leaderId: one }]);
  });

  it('is without effect when another leader replaced its entry', () => {
    const rig = leading();
    const call = rig.changeMembers(removeTwo);
    const { lastLogIndex: index, term } = rig.replica.status();
    const after = { index: index - 1, term, commit: index };
    rig.hear(one, append(one, term + 1, after, [noop(index, term + 1)]));
    rig.completeWrites();
    rig.turns();
    expect(call.outcomes).to.deep.equal([{ kind: 'notLeader', leaderId: one }]);
    expect(rig.replica.status().configuration.members).to.have.length(3);
    expect(rig.named.at(-1)).to.deep.equal([0, 1, 2]);
  });

  it('is done after all when the next leader commits it', () => {
    const rig = leading();
    const call = rig.changeMembers(removeTwo);
    rig.completeWrites();
    const { lastLogIndex: index, term } = rig.replica.status();
    rig.hear(one, append(one, term + 1, { index, term, commit: index }));
    rig.turns();
    expect(call.outcomes.map(({ kind }) => kind)).to.deep.equal(['done']);
  });

  it('ends, its outcome unknown, when the crash switch is thrown or the server stops', async () => {
    const crashed = leading();
    const call = crashed.changeMembers(removeTwo);
    crashed.replica.crash();
    crashed.turns();
    expect(call.outcomes).to.deep.equal([{ kind: 'crashed', logged: true }]);
    const stopped = leading();
    const other = stopped.changeMembers(removeTwo);
    stopped.completeWrites();
    await stopped.replica.stop();
    const reason = 'the server is stopping';
    expect(other.outcomes).to.deep.equal([{ kind: 'outcomeUnknown', reason }]);
  });

  it('is not answered to who hung up', () => {
    const rig = leading();
    const call = rig.changeMembers(removeTwo);
    call.hangUp();
    rig.settle();
    expect(call.outcomes).to.deep.equal([]);
    expect(rig.replica.status().configuration.members).to.have.length(2);
  });

  it('is a step down for a leader that removes itself', () => {
    const rig = leading();
    const call = rig.changeMembers({ type: 'remove', server: asServerId(0) });
    rig.settle();
    expect(call.outcomes.map(({ kind }) => kind)).to.deep.equal(['done']);
    expect(rig.replica.isLeader()).to.equal(false);
  });
});

describe('The transport of a replica whose members change', () => {
  it('is told at the start, and as soon as a change is in the log', () => {
    const rig = leading();
    expect(rig.named).to.deep.equal([[0, 1, 2]]);
    rig.changeMembers(add);
    expect(rig.named.at(-1)).to.deep.equal([0, 1, 2, 3]);
    rig.live(20);
    expect(rig.takeSent(asServerId(3))).not.to.have.length(0);
  });

  it('reaches one whose removal may be taken back', () => {
    const rig = leading();
    rig.changeMembers(removeTwo);
    expect(rig.named.at(-1)).to.deep.equal([0, 1, 2]);
  });
});

describe('sendHeartbeat while the members change', () => {
  it('does not wait for who was removed meanwhile', () => {
    const rig = leading();
    const call = rig.sendHeartbeat();
    rig.changeMembers(removeTwo);
    rig.settle([one]);
    rig.tick();
    rig.settle([one]);
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value: true }]);
  });

  it('waits for the one that was added', () => {
    const rig = leading();
    rig.changeMembers(add);
    rig.settle([one, two]);
    const call = rig.sendHeartbeat();
    rig.settle([one, two]);
    expect(call.outcomes).to.deep.equal([]);
    rig.settle([one, two, asServerId(3)]);
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value: true }]);
    expect(rig.replica.status().commitIndex).to.be.above(asLogIndex(1));
  });
});
