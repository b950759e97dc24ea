/** The crash switch: forget what a restart would forget, keep what is on disk. */
import { expect } from 'chai';
import { RaftCluster } from './raft-cluster.js';
import { testTiming } from './make.js';

describe('The crash switch', () => {
  it('ends a leadership at once, and keeps term, vote and log', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'x');
    cluster.crash(0);
    const { raft } = cluster.server(0);
    expect(raft.role).to.equal('follower');
    expect([raft.term, raft.votedFor, raft.log.lastIndex]).to.deep.equal([1, 0, 2]);
  });

  it('freezes what is applied; what became durable meanwhile is applied after the restore', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.server(1).holdsWrites = true;
    cluster.propose(0, 'x');
    cluster.deliverAll();
    expect(cluster.server(1).raft.commitIndex).to.equal(2);
    cluster.crash(1);
    cluster.completeWrites(1);
    expect(cluster.server(1).applied).to.have.length(1);
    cluster.restore(1);
    expect(cluster.server(1).applied).to.have.length(2);
  });

  it('is undone with a full election timeout: the returning server disturbs nobody', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(1);
    // Its timer was about to fire.
    cluster.tick(0, testTiming.electionTicksMin - 1);
    cluster.crash(0);
    cluster.run(testTiming.electionTicksMax * 2);
    cluster.restore(0);
    cluster.tick(0, testTiming.electionTicksMin - 1);
    expect(cluster.server(0).raft.role).to.equal('follower');
    cluster.run(testTiming.electionTicksMax * 2);
    expect(cluster.leader?.id).to.equal(1);
    expect(cluster.leader?.raft.term).to.equal(1);
  });

  it('brings a server that was away for several leaders back within two heartbeats', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.elect(0);
    cluster.propose(0, 'only on server 0');
    cluster.network.length = 0;
    cluster.crash(0);
    for (const id of [1, 2, 3]) {
      cluster.elect(id);
      cluster.propose(id, `by ${id}`);
      cluster.deliverAll();
    }
    cluster.restore(0);
    cluster.run(2 * testTiming.heartbeatTicks);
    expect(cluster.server(0).raft.lastApplied).to.equal(cluster.server(3).raft.lastApplied);
    expect(cluster.leader?.id).to.equal(3);
  });

  it('blocks a leader that lost its majority, and what it logged commits when that is back', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.elect(0);
    for (const id of [2, 3, 4]) cluster.crash(id);
    cluster.propose(0, 'blocked');
    const read = cluster.read(0);
    cluster.run(20 * testTiming.electionTicksMax);
    expect(cluster.server(0).isLeader).to.equal(true);
    expect(cluster.server(0).raft.commitIndex).to.equal(1);
    expect(read.state).to.equal('waiting');
    cluster.restore(3);
    cluster.run(2 * testTiming.heartbeatTicks);
    expect(cluster.server(0).raft.commitIndex).to.equal(2);
    expect(read.state).to.equal('ready');
    expect(cluster.leader?.raft.term, 'no election was needed').to.equal(1);
  });

  it('does not make a candidate of the old term a leader after the restore', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    cluster.crash(0);
    cluster.restore(0);
    cluster.deliverAll();
    expect(cluster.server(0).isLeader).to.equal(false);
  });
});
