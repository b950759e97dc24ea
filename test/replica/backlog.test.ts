/** A long backlog: applied in slices, with elections, heartbeats and calls in between. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { applySliceEntries } from '../../src/replica/applier.js';
import { judgedAtOnceMax } from '../../src/replica/client-calls.js';
import { append, command, logOf, ReplicaRig } from './replica-rig.js';

const peer = asServerId(1);
const slices = 10;
const backlog = applySliceEntries * slices;
const entries = logOf(
  1,
  Array.from({ length: backlog }, (_, at) => command('a', at + 1)),
);

/** A follower that has just heard that its whole log is committed. */
function followerWithBacklog(): ReplicaRig {
  const rig = new ReplicaRig({ term: 1, entries });
  rig.hear(peer, append(peer, 1, { index: backlog, term: 1, commit: backlog }));
  return rig;
}

describe('a long backlog', () => {
  it('is applied a slice in each turn', () => {
    const rig = followerWithBacklog();
    const applied = Array.from({ length: slices }, () => {
      const { lastApplied } = rig.replica.status();
      rig.turn();
      return lastApplied;
    });
    expect(applied).to.deep.equal(applied.map((_, at) => applySliceEntries * (at + 1)));
    expect(rig.files.versionOf('a')).to.equal(backlog);
  });

  it('does not hold up peers, elections or the crash switch', () => {
    const rig = followerWithBacklog();
    expect(rig.hear(peer, append(peer, 1, { index: backlog, term: 1 }))).to.have.length(1);
    rig.win();
    expect(rig.replica.isLeader()).to.equal(true);
    rig.replica.crash();
    const { lastApplied } = rig.replica.status();
    rig.turns();
    expect(rig.replica.status().lastApplied).to.equal(lastApplied);
    rig.replica.restore();
    rig.turns();
    expect(rig.replica.status().lastApplied).to.equal(backlog);
  });

  it('lets no read be answered before it is applied', () => {
    const rig = followerWithBacklog();
    rig.win();
    let seen = -1;
    const read = rig.read(() => {
      seen = rig.files.versionOf('a');
    });
    for (let turn = 1; turn < slices - 1; turn += 1) {
      rig.turn();
      rig.completeWrites();
      rig.accept(peer);
    }
    expect(read.outcomes).to.deep.equal([]);
    rig.settle();
    expect([read.outcomes.length, seen]).to.deep.equal([1, backlog]);
  });

  it('judges updates that come meanwhile after it', () => {
    const rig = followerWithBacklog();
    rig.win();
    const right = rig.update('a', backlog + 1);
    const wrong = rig.update('a', 2);
    rig.settle();
    expect(right.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
    expect(wrong.outcomes).to.deep.equal([{ kind: 'done', value: 'versionConflict' }]);
  });

  it('refuses updates that wait for it when leadership ends first', () => {
    const rig = followerWithBacklog();
    rig.win();
    const call = rig.update('a', backlog + 1);
    rig.hear(peer, append(peer, 9, { index: backlog, term: 1 }));
    expect(call.outcomes).to.deep.equal([{ kind: 'notLeader', leaderId: peer }]);
    rig.settle();
    expect(rig.files.versionOf('a')).to.equal(backlog);
  });

  it('is not judged whole in the turn of an election: a new leader is heard at once', () => {
    const rig = new ReplicaRig({ term: 1, entries });
    let judged = 0;
    const openTail = rig.files.openTail.bind(rig.files);
    rig.files.openTail = (payloads) => {
      const tail = [...payloads];
      judged += tail.length;
      openTail(tail);
    };
    rig.win();
    const call = rig.update('a', backlog + 1);
    rig.settle();
    expect(judged).to.be.at.most(judgedAtOnceMax);
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
  });

  it('of a few entries is judged at once: updates are logged without a majority', () => {
    const rig = new ReplicaRig({ term: 1, entries: entries.slice(0, 10) });
    rig.win();
    const call = rig.update('a', 11);
    rig.settle([]);
    expect(rig.replica.status()).to.include({ commitIndex: 0, lastLogIndex: 12 });
    rig.settle();
    expect(call.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
  });
});
