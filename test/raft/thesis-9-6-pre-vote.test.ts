/** Thesis, sections 9.6 (pre-vote) and 4.2.3 (disruptive servers). */
import { expect } from 'chai';
import { makeLog, testTiming } from './make.js';
import { RaftCluster } from './raft-cluster.js';

describe('Thesis section 9.6, pre-vote', () => {
  it('a candidate only increments its term if a majority would be willing to vote for it', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.isolate(0);
    cluster.tick(0, 20 * testTiming.electionTicksMax);
    expect(cluster.server(0).raft.term).to.equal(0);
    expect(cluster.server(0).raft.role).to.equal('preCandidate');
  });

  it('a server that was cut off does not disrupt the cluster when it returns', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(2);
    cluster.run(10 * testTiming.electionTicksMax);
    cluster.propose(0, 'while it was away');
    cluster.heal();
    cluster.run(2 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(0);
    expect(cluster.leader?.raft.term).to.equal(1);
    expect(cluster.server(2).applied).to.have.length(2);
  });

  it('answering a pre-vote changes nothing: no term, no vote, no timer, no disk', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.timeOut(0);
    cluster.tick(1, testTiming.electionTicksMin);
    cluster.deliver();
    const { raft, disk } = cluster.server(1);
    expect([raft.term, raft.votedFor, disk.hardState.term]).to.deep.equal([0, undefined, 0]);
    cluster.network.length = 0;
    cluster.tick(1, testTiming.electionTicksMax - testTiming.electionTicksMin);
    expect(raft.role, 'its own timer ran on').to.equal('preCandidate');
  });

  it('a pre-vote is refused to a log that is behind', () => {
    const cluster = new RaftCluster({ size: 2, logs: [makeLog(1), makeLog(1, 1)] });
    cluster.timeOut(0);
    cluster.deliverAll();
    expect(cluster.server(0).raft.term).to.equal(1);
    expect(cluster.server(0).raft.role).to.equal('preCandidate');
  });

  it('a server of an earlier term with the newer log learns the term and is elected', () => {
    const logs = [makeLog(1, 2), makeLog(1)];
    const cluster = new RaftCluster({ size: 2, logs, terms: [2, 9] });
    cluster.run(4 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(0);
    expect(cluster.leader?.raft.term).to.equal(10);
  });

  it('a promise for another term, or after the pre-vote has ended, counts for nothing', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.timeOut(0);
    cluster.deliver();
    const [promise] = cluster.network.splice(1, 1);
    cluster.network.length = 0;
    cluster.elect(1);
    if (promise !== undefined) cluster.network.push(promise);
    cluster.timeOut(0);
    cluster.network.splice(0, 2);
    cluster.deliverAll();
    expect(cluster.server(0).raft.term).to.equal(1);
  });
});

describe('Thesis section 4.2.3, disruptive servers', () => {
  it('a server that hears a live leader neither votes nor takes over the term', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.run(3);
    const { raft } = cluster.server(2);
    cluster.step(2, {
      type: 'request',
      from: cluster.server(1).id,
      callId: cluster.server(2).openCall(cluster.server(1).id),
      request: {
        ...{ type: 'requestVote', candidateId: cluster.server(1).id, preVote: false },
        ...{ lastLogIndex: raft.log.lastIndex, lastLogTerm: raft.log.lastTerm },
        ...{ term: cluster.server(0).raft.term, leadershipTransfer: false },
      },
    });
    expect([raft.term, raft.leaderId]).to.deep.equal([1, 0]);
    expect(cluster.trace.at(-1)).to.contain('server 0 leads and is alive');
  });

  it('a leader that a majority answers refuses a pre-vote', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.cutOneWay(0, 2);
    cluster.run(2 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(0);
    expect(cluster.leader?.raft.term).to.equal(1);
  });

  it('a leader without a majority keeps its role, but does not stand in the way of another', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.crash(1);
    cluster.cutOneWay(0, 2);
    cluster.run(testTiming.electionTicksMin);
    expect(cluster.server(0).isLeader).to.equal(true);
    cluster.run(2 * testTiming.electionTicksMax);
    expect(cluster.trace.join('\n')).to.contain('0 granted server 2 a pre-vote');
  });

  it('once the leader has been silent for the minimum timeout, others are voted for', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.crash(0);
    cluster.run(3 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.equal(1);
  });
});

describe('Leadership transfer by a forced election', () => {
  it('makes an up-to-date server the leader at once, against a live leader', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.run(1);
    cluster.elect(2);
    expect(cluster.server(0).raft.role).to.equal('follower');
    expect(cluster.server(0).raft.leaderId).to.equal(2);
  });

  it('works when the old leader cannot be reached', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(0);
    cluster.elect(2);
    expect(cluster.leader?.id).to.equal(2);
  });

  it('does not make a server the leader whose log is behind; the cluster recovers', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(2);
    cluster.propose(0, 'x');
    cluster.deliverAll();
    cluster.heal();
    cluster.step(2, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(2).isLeader).to.equal(false);
    cluster.run(4 * testTiming.electionTicksMax);
    expect(cluster.leader?.id).to.be.oneOf([0, 1]);
    expect(cluster.server(2).applied.length).to.equal(cluster.leader?.applied.length);
  });

  it('is nothing to a server that leads already', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.step(0, { type: 'campaign' });
    expect(cluster.network).to.have.length(0);
    expect(cluster.server(0).raft.term).to.equal(1);
  });
});
