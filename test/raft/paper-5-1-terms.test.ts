/** Paper, section 5.1: terms. */
import { expect } from 'chai';
import { RaftCluster } from './raft-cluster.js';

describe('Paper section 5.1, terms', () => {
  it('when servers start up, they begin as followers', () => {
    const cluster = new RaftCluster({ size: 3 });
    for (const { raft } of cluster.servers) expect(raft.role).to.equal('follower');
  });

  it('a server with a smaller term updates it to the larger one that it hears of', () => {
    const cluster = new RaftCluster({ size: 3, terms: [4, 2, 0] });
    cluster.elect(0);
    cluster.run(1);
    expect(cluster.servers.map(({ raft }) => raft.term)).to.deep.equal([5, 5, 5]);
    expect(cluster.server(2).disk.hardState.term, 'and keeps it on disk').to.equal(5);
  });

  it('a leader that discovers that its term is out of date reverts to follower', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(0);
    cluster.elect(1);
    expect(cluster.server(0).isLeader).to.equal(true);
    cluster.heal();
    cluster.step(0, { type: 'broadcast' });
    cluster.deliverAll();
    expect(cluster.server(0).raft.role).to.equal('follower');
    expect(cluster.server(0).raft.term).to.equal(2);
  });

  it('a candidate that discovers that its term is out of date reverts to follower', () => {
    const cluster = new RaftCluster({ size: 3, terms: [0, 6, 0] });
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    cluster.deliver(1);
    expect(cluster.server(0).raft.role).to.equal('follower');
    expect(cluster.server(0).raft.term).to.equal(6);
  });

  it('a server that receives a request with a stale term rejects it and changes nothing', () => {
    const cluster = new RaftCluster({ size: 3, terms: [0, 6, 0] });
    cluster.step(0, { type: 'campaign' });
    const { raft } = cluster.server(1);
    cluster.deliver();
    expect(cluster.trace.at(-1)).to.contain('refused server 0 a vote for term 1');
    expect([raft.term, raft.votedFor, raft.role]).to.deep.equal([6, undefined, 'follower']);
  });

  it('the term survives a restart', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.elect(1);
    cluster.restart(2);
    expect(cluster.server(2).raft.term).to.equal(2);
  });
});
