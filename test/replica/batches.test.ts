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
  return sent.map(appendOf);
}

function appendOf(request: PeerMessage): { readonly entries: number; readonly commit: number } {
  const { entries, leaderCommit } = request as AppendEntriesRequest;
  return { entries: entries.length, commit: leaderCommit };
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

describe('updates of one caller that follow each other at once', () => {
  /** A heartbeat's or a commit's news is on its way no longer. */
  function answerAll(rig: ReplicaRig): void {
    for (const request of rig.takeSent(follower)) rig.respond(follower, request);
  }

  /** Has an update logged and committed; what the follower was sent for it until the turn's end. */
  function updateOnce(rig: ReplicaRig, version: number): ReturnType<typeof appendsTo> {
    answerAll(rig);
    const asked = rig.update('a', version);
    rig.turn();
    rig.completeWrites();
    const [request] = rig.takeSent(follower);
    rig.respond(follower, must(request, 'the update was sent'));
    expect(asked.outcomes).to.deep.equal([updated]);
    rig.turn();
    const news = rig.takeSent(follower);
    for (const told of news) rig.respond(follower, told);
    return [request, ...news].map((each) => appendOf(must(each, 'it was sent')));
  }

  /** A leader that has taken three updates, each told of by itself but the last. */
  function leaderInStream(): ReplicaRig {
    const rig = new ReplicaRig();
    rig.lead();
    for (const version of [1, 2]) {
      expect(updateOnce(rig, version)).to.deep.equal([
        { entries: 1, commit: version },
        { entries: 0, commit: version + 1 },
      ]);
    }
    expect(updateOnce(rig, 3)).to.deep.equal([{ entries: 1, commit: 3 }]);
    return rig;
  }

  it('tell each of the commit of the one before, from the third on', () => {
    const rig = leaderInStream();
    expect(updateOnce(rig, 4)).to.deep.equal([{ entries: 1, commit: 4 }]);
    expect(updateOnce(rig, 5)).to.deep.equal([{ entries: 1, commit: 5 }]);
  });

  it('leave no commit untold for more than a moment', () => {
    const rig = leaderInStream();
    rig.moment();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 4 }]);
    rig.moment();
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
  });

  it('are waited for anew by each commit', () => {
    const rig = leaderInStream();
    updateOnce(rig, 4);
    expect(rig.momentsAwaited).to.equal(1);
    rig.moment();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 5 }]);
  });

  it('are not waited for again at once when none came', () => {
    const rig = leaderInStream();
    rig.moment();
    rig.takeSent(follower);
    expect(updateOnce(rig, 4)).to.deep.equal([
      { entries: 1, commit: 4 },
      { entries: 0, commit: 5 },
    ]);
  });

  it('are waited for again after a tick when one had come since the last miss', () => {
    const rig = leaderInStream();
    rig.moment();
    for (let version = 4; version <= 8; version += 1) updateOnce(rig, version);
    rig.tick();
    for (let version = 9; version <= 11; version += 1) updateOnce(rig, version);
    rig.moment();
    rig.tick();
    for (let version = 12; version <= 14; version += 1) updateOnce(rig, version);
    expect(rig.momentsAwaited).to.equal(1);
  });

  it('are none when they come many ticks apart', () => {
    const rig = new ReplicaRig();
    rig.lead();
    for (let version = 1; version <= 5; version += 1) {
      expect(updateOnce(rig, version)).to.have.length(2);
      rig.tick(2);
    }
  });

  it('leave no commit untold for more than two ticks, whatever the clock does', () => {
    const rig = leaderInStream();
    rig.tick(2);
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([{ entries: 0, commit: 4 }]);
    rig.moment();
    rig.turns();
    expect(appendsTo(rig)).to.deep.equal([]);
  });

  it('leave nothing to be told by who was crashed meanwhile', () => {
    const rig = leaderInStream();
    rig.replica.crash();
    rig.moment();
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
