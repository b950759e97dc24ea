/** Paper, section 5.2: leader election. */
import { expect } from 'chai';
import { RaftCluster } from './raft-cluster.js';
import { seededRandom } from './random-run.js';
import { testTiming } from './make.js';

const leaders = (cluster: RaftCluster): number[] =>
  cluster.servers.filter(({ isLeader }) => isLeader).map(({ id }) => id);

describe('Paper section 5.2, leader election', () => {
  it('a follower that receives no communication over its election timeout begins one', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.tick(0, testTiming.electionTicksMin - 1);
    expect(cluster.network).to.have.length(0);
    cluster.tick(0);
    expect(cluster.network).to.have.length(2);
  });

  it('a follower remains one as long as it receives heartbeats from a leader', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(2);
    cluster.run(20 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(2);
    expect(cluster.leader?.raft.term).to.equal(1);
  });

  it('a candidate that receives votes from a majority becomes leader, and says so at once', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.timeOut(0);
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([0]);
    for (const { raft } of cluster.servers) expect(raft.leaderId).to.equal(0);
  });

  it('half of an even number is no majority', () => {
    const cluster = new RaftCluster({ size: 4 });
    cluster.cut(0, 2);
    cluster.cut(0, 3);
    cluster.step(0, { type: 'campaign' });
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([]);
  });

  it('a cluster of one elects itself, once its vote is on disk', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.server(0).holdsWrites = true;
    cluster.timeOut(0);
    expect(cluster.server(0).raft.role).to.equal('candidate');
    cluster.completeWrites(0, 1);
    expect(cluster.server(0).raft.role).to.equal('leader');
    cluster.completeWrites(0);
    expect(cluster.server(0).applied).to.have.length(1);
  });

  it('each server votes for at most one candidate in a term, first come, first served', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(0, { type: 'campaign' });
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(2).raft.votedFor).to.equal(0);
    expect(leaders(cluster)).to.deep.equal([0]);
  });

  it('a vote is not forgotten in a restart', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.cut(0, 1);
    cluster.step(0, { type: 'campaign' });
    cluster.deliver(1);
    cluster.restart(2);
    cluster.network.length = 0;
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(2).raft.votedFor).to.equal(0);
    expect(leaders(cluster)).to.deep.equal([]);
  });

  it('a vote in a term that was known before is on disk before it is told', () => {
    const cluster = new RaftCluster({ size: 3, terms: [1, 2, 2] });
    cluster.server(1).holdsWrites = true;
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    expect(cluster.server(1).raft.votedFor).to.equal(0);
    expect(cluster.network.filter(({ from }) => from === 1)).to.have.length(0);
    cluster.completeWrites(1);
    expect(cluster.server(1).disk.hardState.votedFor).to.equal(0);
    expect(cluster.network.filter(({ from }) => from === 1)).to.have.length(1);
  });

  it('a vote that is asked for again is given again', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    cluster.duplicate();
    cluster.network.splice(1, 1);
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([0]);
  });

  it('no vote leaves before it is on disk, and none counts before the own one is', () => {
    const cluster = new RaftCluster({ size: 3 });
    for (const server of cluster.servers) server.holdsWrites = true;
    cluster.step(0, { type: 'campaign' });
    expect(cluster.network, 'requests wait for the term').to.have.length(0);
    cluster.completeWrites(0);
    expect(cluster.network).to.have.length(2);
    cluster.deliverAll();
    expect(cluster.network, 'answers wait for the vote').to.have.length(0);
    cluster.completeWrites(1);
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([0]);
  });

  it('a repeated vote counts once', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    cluster.network.splice(0, 3);
    cluster.duplicate();
    cluster.duplicate();
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([]);
  });

  it('a vote for an earlier election does not count in a later one', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(0, { type: 'campaign' });
    cluster.deliver();
    const [vote] = cluster.network.splice(1, 1);
    cluster.network.length = 0;
    cluster.step(0, { type: 'campaign' });
    cluster.network.length = 0;
    if (vote !== undefined) cluster.network.push(vote);
    cluster.deliverAll();
    expect(leaders(cluster)).to.deep.equal([]);
  });

  it('a candidate that hears the leader of its own term recognises it', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.step(0, { type: 'campaign' });
    cluster.step(1, { type: 'campaign' });
    expect(cluster.server(1).raft.role).to.equal('candidate');
    cluster.deliverAll();
    expect(cluster.server(1).raft.role).to.equal('follower');
    expect(cluster.server(1).raft.leaderId).to.equal(0);
  });

  it('a candidate that neither wins nor loses starts anew after its timeout', () => {
    const cluster = new RaftCluster({ size: 4 });
    for (const id of [0, 1]) cluster.step(id, { type: 'campaign' });
    cluster.network.length = 0;
    expect(leaders(cluster)).to.deep.equal([]);
    cluster.run(2 * testTiming.electionTicksMax);
    expect(leaders(cluster)).to.have.length(1);
    expect(cluster.leader?.raft.term).to.equal(2);
  });

  it('randomised timeouts end split votes quickly, for any seed', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seededRandom(seed);
      const cluster = new RaftCluster({ size: 5, random: () => random });
      cluster.run(6 * testTiming.electionTicksMax);
      expect(leaders(cluster), `seed ${seed}`).to.have.length(1);
    }
  });

  it('every election timeout is between the two bounds, both included', () => {
    const seen = new Set<number>();
    const random = seededRandom(7);
    for (let run = 0; run < 300; run += 1) {
      const cluster = new RaftCluster({ size: 2, random: () => random });
      let ticks = 0;
      for (; cluster.network.length === 0; ticks += 1) cluster.tick(0);
      seen.add(ticks);
    }
    expect(Math.min(...seen)).to.equal(testTiming.electionTicksMin);
    expect(Math.max(...seen)).to.equal(testTiming.electionTicksMax);
  });

  it('a candidate waits for its own slow disk and does not run ahead into later terms', () => {
    for (const size of [1, 3]) {
      const cluster = new RaftCluster({ size });
      cluster.server(0).holdsWrites = true;
      cluster.timeOut(0);
      cluster.deliverAll();
      cluster.tick(0, 10 * testTiming.electionTicksMax);
      expect(cluster.server(0).raft.term).to.equal(1);
      cluster.completeWrites(0);
      cluster.deliverAll();
      expect(leaders(cluster), `a cluster of ${size}`).to.deep.equal([0]);
    }
  });
});
