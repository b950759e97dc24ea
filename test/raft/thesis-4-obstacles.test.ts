/** Thesis, section 4.1: what stands in the way of a change of the members, in words. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import type { MemberChange } from '../../src/raft/effects.js';
import { addressOf } from '../fixtures/founders.js';
import { testTiming } from './make.js';
import { add, change, idsOf, makeCluster, obstacle, remove } from './member-changes.js';
import { RaftCluster } from './raft-cluster.js';

const { electionTicksMax, heartbeatTicks } = testTiming;

describe('Thesis section 4.1, what stands in the way of a change', () => {
  it('only a leader makes one', () => {
    const cluster = makeCluster();
    expect(obstacle(cluster, add(3), 1)).to.equal('this server does not lead');
    expect(() => {
      change(cluster, add(3), 1);
    }).to.throw(AssertionError, 'does not lead');
  });

  it('one at a time: the change before must be committed', () => {
    const cluster = makeCluster();
    cluster.isolate(0);
    change(cluster, remove(2));
    expect(obstacle(cluster, remove(1))).to.equal('the change before is not committed yet');
  });

  it('a leader first commits an entry of its own term (raft-dev, 2015)', () => {
    const cluster = makeCluster();
    cluster.step(1, { type: 'campaign' });
    // The votes arrive; the answers to the first entry of the term do not.
    while (!cluster.server(1).isLeader) cluster.deliver();
    expect(obstacle(cluster, remove(2), 1)).to.equal('the leader has only just been elected');
    cluster.deliverAll();
    expect(obstacle(cluster, remove(2), 1)).to.equal(undefined);
  });

  it('the two leaders of raft-dev 2015 cannot both make theirs', () => {
    const cluster = new RaftCluster({ size: 4 });
    cluster.addMachine();
    cluster.elect(0);
    cluster.run(heartbeatTicks);
    // Server 0 adds one, alone; server 1 is elected without having heard of it.
    cluster.isolate(0, 4);
    change(cluster, add(4));
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    change(cluster, remove(3), 1);
    cluster.run(heartbeatTicks);
    expect(cluster.server(1).raft.commitIndex).to.equal(cluster.server(1).raft.log.lastIndex);
    // It comes back: its change gives way, and it makes no other before its term is committed.
    cluster.heal();
    cluster.run(2 * electionTicksMax);
    expect(idsOf(cluster, 0)).to.deep.equal([0, 1, 2]);
  });

  it('the last voter cannot be removed, nor one that is no member', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.elect(0);
    expect(obstacle(cluster, remove(0))).to.equal('server 0 is the last one that counts');
    expect(obstacle(cluster, remove(7))).to.equal('server 7 is no member');
  });

  it('an address stands for one server, whatever the case of its letters', () => {
    const cluster = makeCluster();
    const again: MemberChange = { type: 'add', address: addressOf(1).toUpperCase() };
    expect(obstacle(cluster, again)).to.equal('server 1 is at host1:9000 already');
  });

  it('an address that no other server could read from the log is refused', () => {
    const cluster = makeCluster();
    for (const address of ['', 'x'.repeat(301)]) {
      const found = obstacle(cluster, { type: 'add', address });
      expect(found).to.equal(`an address has 1 to 300 characters, not ${address.length}`);
    }
    expect(obstacle(cluster, { type: 'add', address: 'x'.repeat(300) })).to.equal(undefined);
  });

  it('one learner at a time', () => {
    const cluster = makeCluster();
    change(cluster, add(3));
    cluster.deliver(0);
    cluster.isolate(3);
    cluster.addMachine();
    cluster.run(heartbeatTicks);
    expect(obstacle(cluster, add(4))).to.equal(
      'server 3 is still catching up; add one at a time, or remove that one',
    );
    expect(obstacle(cluster, remove(3))).to.equal(undefined);
  });

  it('who remains must be able to commit', () => {
    const cluster = makeCluster();
    cluster.crash(1);
    cluster.run(electionTicksMax + 1);
    const words = 'only 1 of the 2 servers that remain would answer, and 2 are needed';
    expect(obstacle(cluster, remove(2))).to.equal(words);
    expect(obstacle(cluster, remove(1))).to.equal(undefined);
  });

  it('ids end: then nobody can be added any more', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.elect(0);
    for (let id = 1; id < 99; id += 1) {
      cluster.addMachine();
      change(cluster, add(id));
      change(cluster, remove(id));
      cluster.network.length = 0;
    }
    expect(obstacle(cluster, add(99))).to.equal('all ids up to 98 have been given');
  });
});
