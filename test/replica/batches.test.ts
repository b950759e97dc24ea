/** Updates share batches under load, and what goes to other servers leaves before anything else. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { asServerId } from '../../src/base/ids.js';
import type { AppendEntriesRequest } from '../../src/raft/messages.js';
import type { PeerMessage } from '../../src/replica/peer-transport.js';
import { ReplicaRig } from './replica-rig.js';

const follower = asServerId(1);
const updated = { kind: 'done', value: 'updated' };

/** What went to the follower since the last look: its entries' count and the commit index. */
function appendsTo(rig: ReplicaRig): { readonly entries: number; readonly commit: number }[] {
  const sent = rig.takeSent(follower).filter(({ type }) => type === 'appendEntries');
  return sent.map((request) => {
    const { entries, leaderCommit } = request as AppendEntriesRequest;
    return { entries: entries.length, commit: leaderCommit };
  });
}

/** A leader with its no-op committed at 1 and one update on its way at 2, durable here. */
function leaderWithBatchUnderWay() {
  const rig = new ReplicaRig();
  rig.lead();
  const first = rig.update('a', 1);
  rig.turns();
  rig.completeWrites();
  const [request] = rig.takeSent(follower);
  return { rig, first, request: must(request, 'the update was sent') };
}

describe('updates that come while a batch is on its way', () => {
  it('wait for its commit, then go in one batch that tells of it, at no call of its own', () => {
    const { rig, first, request } = leaderWithBatchUnderWay();
    const others = [rig.update('b', 1), rig.update('c', 1)];
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
    rig.respond(follower, request);
    expect(first.outcomes).to.deep.equal([updated]);
    expect(appendsTo(rig)).to.deep.equal([{ entries: 2, commit: 2 }]);
    rig.settle();
    expect(others.map(({ outcomes }) => outcomes)).to.deep.equal([[updated], [updated]]);
  });

  it('go before the callers of the committed one are answered', () => {
    const rig = new ReplicaRig();
    rig.lead();
    const sentBefore: number[] = [];
    rig.update('a', 1, () => sentBefore.push(appendsTo(rig).length));
    rig.turns();
    rig.completeWrites();
    const request = must(rig.takeSent(follower)[0], 'the update was sent');
    rig.update('b', 1);
    rig.turns();
    rig.respond(follower, request);
    expect(sentBefore).to.deep.equal([1]);
  });

  it('do not wait once they are enough for a batch of their own, up to four on their way', () => {
    const { rig } = leaderWithBatchUnderWay();
    const come = (count: number): void => {
      for (let left = count; left > 0; left -= 1) rig.update(`f${left}-${nextName++}`, 1);
      rig.turns();
    };
    let nextName = 0;
    come(31);
    expect(appendsTo(rig)).to.deep.equal([]);
    come(1);
    expect(appendsTo(rig)).to.deep.equal([{ entries: 32, commit: 1 }]);
    come(40);
    come(32);
    const sent = appendsTo(rig).map(({ entries }) => entries);
    expect(sent).to.deep.equal([40, 32]);
    expect(rig.replica.status()).to.include({ lastLogIndex: 106 });
    come(200);
    expect(rig.replica.status()).to.include({ lastLogIndex: 106 });
    rig.settle();
    expect(rig.replica.status()).to.include({ lastLogIndex: 306, commitIndex: 306 });
  });

  it('are logged after two ticks though no majority has taken it', () => {
    const { rig } = leaderWithBatchUnderWay();
    rig.update('b', 1);
    rig.tick();
    rig.turns();
    expect(rig.replica.status()).to.include({ lastLogIndex: 2 });
    rig.tick();
    rig.turns();
    expect(rig.replica.status()).to.include({ lastLogIndex: 3 });
    expect(appendsTo(rig)).to.deep.equal([{ entries: 1, commit: 1 }]);
  });
});

describe('a commit', () => {
  it('that nothing waits for is told to followers at the end of the turn, its caller first', () => {
    const { rig, first, request } = leaderWithBatchUnderWay();
    rig.respond(follower, request);
    expect(first.outcomes).to.deep.equal([updated]);
    expect(appendsTo(rig)).to.deep.equal([]);
    rig.turn();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 2 }]);
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
  });

  it('is told with the next one while more is on its way', () => {
    const { rig, first, request } = leaderWithBatchUnderWay();
    const next = appendBehind(rig);
    rig.respond(follower, request);
    expect(first.outcomes).to.deep.equal([updated]);
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
    rig.completeWrites();
    rig.respond(follower, next);
    rig.turn();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 34 }]);
  });

  it('is told after two ticks though more is still on its way', () => {
    const { rig, request } = leaderWithBatchUnderWay();
    appendBehind(rig);
    rig.tick();
    rig.respond(follower, request);
    rig.tick();
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
    rig.tick();
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 2 }]);
    rig.tick();
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
  });
});

/** Has a batch of 32 logged behind what is on its way; its AppendEntries. */
function appendBehind(rig: ReplicaRig): PeerMessage {
  for (let count = 0; count < 32; count += 1) rig.update(`f${count}`, 1);
  rig.turns();
  return must(rig.takeSent(follower)[0], 'the batch was sent');
}
