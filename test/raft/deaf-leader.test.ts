/**
 * A leader that can be heard and cannot hear: it keeps its role, as one without a majority does,
 * but must not keep its followers from electing one that works.
 */
import { expect } from 'chai';
import { testTiming } from './make.js';
import { RaftCluster } from './raft-cluster.js';

/** Leader 0 sends to all and hears nobody. */
function makeDeafLeader(size: number): RaftCluster {
  const cluster = new RaftCluster({ size });
  cluster.elect(0);
  cluster.run(2 * testTiming.electionTicksMax);
  for (let other = 1; other < size; other += 1) cluster.cutOneWay(other, 0);
  return cluster;
}

describe('A leader that hears nobody', () => {
  for (const size of [2, 3, 5]) {
    it(`of ${size} servers is replaced when the others are a majority, and only then`, () => {
      const cluster = makeDeafLeader(size);
      cluster.run(8 * testTiming.electionTicksMax);
      const elected = cluster.servers.slice(1).filter((server) => server.isLeader);
      expect(elected).to.have.length(size === 2 ? 0 : 1);
      expect(cluster.server(0).isLeader, 'it cannot hear of it').to.equal(true);
    });
  }

  it('is a follower of the new leader, with its entries, once it hears again', () => {
    const cluster = makeDeafLeader(3);
    cluster.propose(0, 'never acknowledged');
    cluster.run(8 * testTiming.electionTicksMax);
    cluster.heal();
    cluster.run(2 * testTiming.electionTicksMax);
    expect(cluster.server(0).raft.role).to.equal('follower');
    expect(cluster.server(0).raft.leaderId).to.be.oneOf([1, 2]);
    expect(cluster.server(0).applied).to.deep.equal(cluster.leader?.applied);
  });

  it('keeps its followers while answers are late by less than two election timeouts', () => {
    const cluster = makeDeafLeader(3);
    cluster.run(2 * testTiming.electionTicksMax - testTiming.heartbeatTicks);
    cluster.heal();
    cluster.run(8 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(0);
    expect(cluster.leader?.raft.term).to.equal(1);
  });
});
