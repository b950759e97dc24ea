/** A leader whose disk hangs must not keep its followers from electing one that works. */
import { expect } from 'chai';
import { testTiming } from './make.js';
import { RaftCluster } from './raft-cluster.js';

const { electionTicksMax, heartbeatTicks } = testTiming;

/** Leader 0 of this many servers, with a command that its disk does not take. */
function makeStalled(size: number): RaftCluster {
  const cluster = new RaftCluster({ size });
  cluster.elect(0);
  cluster.server(0).holdsWrites = true;
  cluster.propose(0, 'x');
  cluster.deliverAll();
  return cluster;
}

describe('A leader whose disk does not answer', () => {
  it('leads on for less than the longest election timeout', () => {
    const cluster = makeStalled(3);
    cluster.tick(0, electionTicksMax - 1);
    expect(cluster.server(0).isLeader).to.equal(true);
    expect(cluster.server(0).raft.diskSilentTicks).to.equal(electionTicksMax - 1);
  });

  it('then steps down, keeps term and vote, and sends nothing any more', () => {
    const cluster = makeStalled(3);
    cluster.tick(0, electionTicksMax);
    const { raft } = cluster.server(0);
    expect([raft.role, raft.term, raft.votedFor, raft.leaderId]).to.deep.equal([
      ...['follower', 1, 0, undefined],
    ]);
    const said = `its disk has not answered for ${electionTicksMax} ticks`;
    expect(cluster.trace.join('\n')).to.contain(`0 follows nobody yet in term 1: ${said}`);
    cluster.network.length = 0;
    cluster.tick(0, 5 * electionTicksMax);
    expect(cluster.network).to.have.length(0);
  });

  it('is replaced, and follows the new leader with what it had logged', () => {
    const cluster = makeStalled(3);
    cluster.run(4 * electionTicksMax);
    expect(cluster.leader?.id).to.be.oneOf([1, 2]);
    expect(cluster.server(0).raft.leaderId).to.equal(cluster.leader?.id);
    cluster.completeWrites(0);
    cluster.server(0).holdsWrites = false;
    cluster.run(2 * heartbeatTicks);
    expect(cluster.server(0).applied).to.deep.equal(cluster.leader?.applied);
  });

  it('grants no pre-vote and does not campaign until its writes are through', () => {
    const cluster = makeStalled(2);
    cluster.run(4 * electionTicksMax);
    expect(cluster.leader).to.equal(undefined);
    expect(cluster.trace.join('\n')).to.contain(
      '0 refused server 1 a pre-vote for term 2: our disk',
    );
    cluster.step(0, { type: 'campaign' });
    expect(cluster.server(0).raft.term).to.equal(1);
    cluster.completeWrites(0);
    cluster.server(0).holdsWrites = false;
    cluster.run(2 * electionTicksMax);
    expect(cluster.leader).not.to.equal(undefined);
  });

  it('leads on when it is alone: nobody could take its place', () => {
    const cluster = makeStalled(1);
    cluster.tick(0, 5 * electionTicksMax);
    expect(cluster.server(0).isLeader).to.equal(true);
  });

  it('leads on while every write is slow, but none for too long', () => {
    const cluster = makeStalled(3);
    for (let round = 0; round < 6; round += 1) {
      cluster.tick(0, electionTicksMax - 1);
      cluster.propose(0, String(round));
      cluster.deliverAll();
      cluster.completeWrites(0, 1);
    }
    expect(cluster.server(0).isLeader).to.equal(true);
  });
});
