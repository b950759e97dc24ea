/** Looks into the applied state, which wait for what a follower is about to be told. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { append, command, logOf, noop, ReplicaRig } from './replica-rig.js';

const leader = asServerId(1);
const [first = noop(1, 1), second = noop(2, 1)] = logOf(1, [command('a', 1), command('a', 2)]);

/** A follower that has logged an update and does not know that it is committed. */
function followerWithFreshTail(): ReplicaRig {
  const rig = new ReplicaRig();
  rig.hear(leader, append(leader, 1, { index: 0, term: 0 }, [first]));
  rig.completeWrites();
  return rig;
}

/** The versions of `a` that a look finds, once it may. */
function look(rig: ReplicaRig) {
  const seen: number[] = [];
  const hangUp = rig.replica.whenTold(() => seen.push(rig.files.versionOf('a')));
  return { seen, hangUp };
}

function tellCommit(rig: ReplicaRig, index: number): void {
  rig.hear(leader, append(leader, 1, { index, term: 1, commit: index }));
}

describe('a look into the applied state of a follower', () => {
  it('waits for the commit of what was logged a moment ago', () => {
    const rig = followerWithFreshTail();
    const { seen } = look(rig);
    rig.tick(3);
    expect(seen).to.deep.equal([]);
    tellCommit(rig, 1);
    expect(seen).to.deep.equal([1]);
    rig.tick(10);
    expect(seen).to.deep.equal([1]);
  });

  it('waits for what was logged before it, and for nothing that comes later', () => {
    const rig = followerWithFreshTail();
    const early = look(rig);
    rig.hear(leader, append(leader, 1, { index: 1, term: 1 }, [second]));
    rig.completeWrites();
    const late = look(rig);
    tellCommit(rig, 1);
    expect([early.seen, late.seen]).to.deep.equal([[1], []]);
    tellCommit(rig, 2);
    expect([early.seen, late.seen]).to.deep.equal([[1], [2]]);
  });

  it('waits for no more than four ticks', () => {
    const rig = followerWithFreshTail();
    const { seen } = look(rig);
    rig.tick(3);
    expect(seen).to.deep.equal([]);
    rig.tick();
    expect(seen).to.deep.equal([0]);
  });

  it('does not wait when all is applied', () => {
    const rig = followerWithFreshTail();
    tellCommit(rig, 1);
    expect(look(rig).seen).to.deep.equal([1]);
  });

  it('does not wait for what was logged four ticks ago, which may never be decided', () => {
    const rig = followerWithFreshTail();
    rig.tick(3);
    const late = look(rig);
    expect(late.seen).to.deep.equal([]);
    rig.tick();
    expect(look(rig).seen).to.deep.equal([0]);
  });

  it('ends at once when the server is crashed, and does not wait while it is', () => {
    const rig = followerWithFreshTail();
    const { seen } = look(rig);
    rig.replica.crash();
    expect(seen).to.deep.equal([0]);
    expect(look(rig).seen).to.deep.equal([0]);
  });

  it('ends at once when the disk fails', () => {
    const rig = followerWithFreshTail();
    const { seen } = look(rig);
    rig.hear(leader, append(leader, 1, { index: 1, term: 1 }, [second]));
    rig.failDisk();
    expect(seen).to.deep.equal([0]);
  });

  it('is given up by hanging up', () => {
    const rig = followerWithFreshTail();
    const { seen, hangUp } = look(rig);
    hangUp();
    tellCommit(rig, 1);
    rig.tick(10);
    expect(seen).to.deep.equal([]);
  });
});

describe('a look into the applied state of a leader', () => {
  it('does not wait: what it has not applied it has answered to nobody', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.update('a', 1);
    rig.turns();
    expect(rig.replica.status()).to.include({ lastLogIndex: 2, lastApplied: 1 });
    expect(look(rig).seen).to.deep.equal([0]);
  });
});
