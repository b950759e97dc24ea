/** Paper, section 7: a log that begins behind a snapshot, and the entry that asks for no state. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { makeLog, termsOf, testTiming } from './make.js';
import { entriesOf } from './cluster-checks.js';
import { takeSnapshot } from './take-snapshot.js';
import { RaftCluster } from './raft-cluster.js';

const { heartbeatTicks } = testTiming;

const lines = (cluster: RaftCluster, part: string): string[] =>
  cluster.trace.filter((line) => line.includes(part));

describe('A log that begins behind a snapshot', () => {
  it('takes an AppendEntries that begins before it: what is there is committed and equal', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.propose(0, 'a');
    cluster.duplicate();
    const [duplicate] = cluster.network.splice(1, 1);
    cluster.deliverAll();
    cluster.run(heartbeatTicks);
    takeSnapshot(cluster, 1);
    if (duplicate !== undefined) cluster.network.push(duplicate);
    cluster.deliver();
    expect(cluster.network.at(-1)?.body).to.have.nested.property('response.success', true);
    expect(cluster.server(1).raft.log.base.index).to.equal(2);
  });

  it('takes from it the entries that lie behind', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b');
    cluster.deliverAll();
    cluster.propose(0, 'c');
    cluster.network.length = 0;
    takeSnapshot(cluster, 1);
    const base = cluster.server(1).raft.log.base.index;
    expect(base).to.equal(3);
    const callId = cluster.server(1).openCall(asServerId(0));
    const { log } = cluster.server(0).raft;
    cluster.step(1, {
      ...{ type: 'request', from: asServerId(0), callId },
      request: {
        ...{ type: 'appendEntries', term: asTerm(1), leaderId: asServerId(0), round: 0 },
        ...{ prevLogIndex: asLogIndex(1), prevLogTerm: asTerm(1), majorityLost: false },
        ...{ entries: log.range(asLogIndex(2), asLogIndex(4)), leaderCommit: asLogIndex(3) },
      },
    });
    expect(cluster.server(1).raft.log.lastIndex).to.equal(4);
  });

  it('finds the place where a follower differs, also when its term began before the log', () => {
    const logs = [makeLog(1, 2, 2, 2, 2, 3), makeLog(1, 2, 2, 2, 2, 3), makeLog(1, 2, 2, 2, 2, 2)];
    const cluster = new RaftCluster({ size: 3, logs, terms: [3, 3, 3] });
    cluster.isolate(2);
    cluster.elect(0);
    cluster.run(heartbeatTicks);
    takeSnapshot(cluster, 0, 4);
    cluster.heal();
    cluster.run(3 * heartbeatTicks);
    expect(lines(cluster, 'needs a snapshot')).to.have.length(0);
    expect(termsOf(entriesOf(cluster.server(2).raft))).to.deep.equal([1, 2, 2, 2, 2, 3, 4]);
  });

  it('sends a snapshot to a follower that differs before it', () => {
    const logs = [makeLog(1, 2, 2, 3), makeLog(1, 2, 2, 3), makeLog(1, 1, 1, 1, 1)];
    const cluster = new RaftCluster({ size: 3, logs, terms: [3, 3, 3] });
    cluster.isolate(2);
    cluster.elect(0);
    cluster.run(heartbeatTicks);
    takeSnapshot(cluster, 0, 1);
    cluster.heal();
    cluster.run(6 * heartbeatTicks);
    expect(lines(cluster, 'an empty log behind entry 5')).to.have.length(1);
    expect(cluster.server(2).applied).to.deep.equal(cluster.server(0).applied);
  });
});

describe('A checkpoint', () => {
  it('is an entry that says nothing, and is committed like any other', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.step(0, { type: 'checkpoint' });
    cluster.deliverAll();
    for (const { applied } of cluster.servers) {
      expect(applied.map(({ kind }) => kind)).to.deep.equal(['noop', 'noop']);
    }
  });

  it('is nothing to a server that does not lead', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(1, { type: 'checkpoint' });
    expect(cluster.server(1).raft.log.lastIndex).to.equal(0);
  });
});
