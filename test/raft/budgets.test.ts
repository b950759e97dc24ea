/** What the protocol may cost, in messages. */
import { expect } from 'chai';
import type { RaftTiming } from '../../src/raft/core.js';
import { entriesOf } from './cluster-checks.js';
import { makeLog, termsOf } from './make.js';
import { RaftCluster } from './raft-cluster.js';

/** The defaults: ticks of 5 ms, heartbeat 75 ms, election timeout 300 to 600 ms. */
const defaultTiming: RaftTiming = {
  heartbeatTicks: 15,
  electionTicksMin: 60,
  electionTicksMax: 120,
};
const ticksPerSecond = 200;

function makeCluster(): RaftCluster {
  return new RaftCluster({ size: 3, timing: defaultTiming });
}

/** Requests that leave all servers while `action` runs. */
function requestsDuring(cluster: RaftCluster, action: () => void): number {
  const before = cluster.requestsSent;
  action();
  return cluster.requestsSent - before;
}

describe('The budgets of a cluster of three', () => {
  it('allow 30 peer calls for the first election', () => {
    const cluster = makeCluster();
    const calls = requestsDuring(cluster, () => {
      while (cluster.servers.some(({ applied }) => applied.length === 0)) cluster.run(1);
    });
    expect(calls).to.be.at.most(30);
  });

  it('allow 30 peer calls for the first election of a new cluster, founding included', () => {
    const cluster = new RaftCluster({ size: 3, timing: defaultTiming, isNew: true });
    const calls = requestsDuring(cluster, () => {
      while (cluster.servers.some(({ applied }) => applied.length === 0)) cluster.run(1);
    });
    expect(calls).to.be.at.most(30);
  });

  it('allow 60 peer calls a second while nothing happens', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    const calls = requestsDuring(cluster, () => {
      cluster.run(10 * ticksPerSecond);
    });
    expect(calls / 10).to.be.at.most(60);
    expect(calls / 10, 'but heartbeats there must be').to.be.at.least(20);
  });

  it('allow 60 peer calls a second while nothing happens and a server is crashed', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    cluster.crash(2);
    const calls = requestsDuring(cluster, () => {
      cluster.run(10 * ticksPerSecond);
    });
    expect(calls / 10).to.be.at.most(60);
  });

  it('allow (10 + 1 + 3) × 3 peer calls for ten updates, one after the other', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    cluster.run(ticksPerSecond);
    const calls = requestsDuring(cluster, () => {
      for (let update = 0; update < 10; update += 1) {
        cluster.propose(0, String(update));
        cluster.deliverAll();
      }
    });
    expect(cluster.server(2).applied).to.have.length(11);
    expect(calls).to.be.at.most((10 + 1 + 3) * 3);
  });

  it('let each command cross to each follower once, however many are under way', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    for (let update = 0; update < 200; update += 1) {
      cluster.propose(0, String(update));
      if (update % 3 === 0) cluster.deliver();
      if (update % 20 === 0) cluster.tick(0);
      if (update % 50 === 0) cluster.read(0);
    }
    cluster.deliverAll();
    cluster.run(ticksPerSecond);
    expect(cluster.server(2).applied).to.have.length(201);
    expect(cluster.entryCrossings.size).to.equal(2 * 201);
    expect(Math.max(...cluster.entryCrossings.values())).to.equal(1);
  });

  it('put commands that wait for the window into few messages', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    const calls = requestsDuring(cluster, () => {
      for (let update = 0; update < 1_000; update += 1) cluster.propose(0, String(update));
      cluster.deliverAll();
    });
    expect(calls).to.be.at.most(30);
    expect(cluster.server(1).raft.commitIndex).to.equal(1_001);
  });

  it('bring a follower with 50 wrong entries back in a few round trips', () => {
    const logs = [makeLog(1, 3), makeLog(1, ...Array<number>(50).fill(2)), makeLog(1, 3)];
    const cluster = new RaftCluster({ size: 3, timing: defaultTiming, logs });
    const calls = requestsDuring(cluster, () => cluster.elect(0));
    expect(termsOf(entriesOf(cluster.server(1).raft))).to.deep.equal([1, 3, 4]);
    expect(calls).to.be.at.most(14);
  });

  it('do not grow with what a crashed follower misses', () => {
    const cluster = makeCluster();
    cluster.elect(0);
    cluster.crash(2);
    for (let update = 0; update < 500; update += 1) {
      cluster.propose(0, String(update));
      cluster.deliverAll();
    }
    cluster.restore(2);
    const calls = requestsDuring(cluster, () => cluster.run(2 * defaultTiming.heartbeatTicks));
    expect(cluster.server(2).applied).to.have.length(501);
    expect(calls).to.be.at.most(10);
  });
});
