/** Thesis, chapter 4: changing the members of a running cluster, one at a time. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { wipe } from './disk-accidents.js';
import { testTiming } from './make.js';
import { add, change, idsOf, makeCluster, makeGrown, remove, votersOf } from './member-changes.js';
import { RaftCluster, type Message } from './raft-cluster.js';
import { takeSnapshot } from './take-snapshot.js';

const { electionTicksMax, electionTicksMin, heartbeatTicks } = testTiming;

describe('Thesis section 4.2.1, a server that is added', () => {
  it('is a learner first, catches up, becomes known, and then a voter by itself', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    change(cluster, add(3));
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2]);
    expect(idsOf(cluster, 0)).to.deep.equal([0, 1, 2, 3]);
    cluster.run(4 * electionTicksMin);
    for (const { id } of cluster.servers) expect(votersOf(cluster, id)).to.have.length(4);
    expect(cluster.server(3).raft.standing).to.equal('member');
    expect(cluster.server(3).applied).to.deep.equal(cluster.server(0).applied);
  });

  it('is not counted while it learns: neither its vote nor what it holds', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    change(cluster, add(3));
    cluster.deliverAll();
    cluster.cut(0, 1);
    cluster.cut(0, 2);
    const before = cluster.server(0).raft.commitIndex;
    cluster.propose(0, 'c');
    cluster.run(2 * heartbeatTicks);
    expect(cluster.server(3).raft.log.lastIndex).to.be.above(before);
    expect(cluster.server(0).raft.commitIndex).to.equal(before);
    cluster.step(1, { type: 'campaign' });
    const asked = cluster.network.filter(({ from, body }) => {
      return from === 1 && body.kind === 'request' && body.request.type === 'requestVote';
    });
    expect(asked.map(({ to }) => to)).to.deep.equal([0, 2]);
  });

  it('stays a learner until all others know it', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.crash(2);
    change(cluster, add(3));
    cluster.run(4 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('joining');
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2]);
    cluster.restore(2);
    cluster.run(4 * electionTicksMax);
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2, 3]);
  });

  it('need not be known to a dead server once that is removed', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.crash(2);
    change(cluster, add(3));
    cluster.run(4 * electionTicksMax);
    change(cluster, remove(2));
    cluster.run(4 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('member');
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 3]);
  });

  it('asks nobody before its addition is committed', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.isolate(1, 2);
    change(cluster, add(3));
    cluster.run(2 * heartbeatTicks);
    expect(idsOf(cluster, 3)).to.deep.equal([0, 1, 2, 3]);
    expect(cluster.server(0).raft.standing).to.equal('member');
    expect([...cluster.server(0).disk.hardState.known.keys()]).to.deep.equal([1, 2]);
    cluster.heal();
    cluster.run(4 * electionTicksMin);
    expect(cluster.server(3).raft.standing).to.equal('member');
  });

  it('never founds: alone with an empty disk it waits', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.isolate(3);
    cluster.run(10 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('joining');
    expect(cluster.server(3).raft.term).to.equal(0);
  });

  it('takes rounds: one that took an election timeout is no sign that little is left', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.crash(2);
    change(cluster, add(3));
    cluster.run(2 * electionTicksMin);
    // It becomes a member, and its disk takes so long that nobody hears of it.
    cluster.server(3).holdsWrites = true;
    cluster.restore(2);
    cluster.run(3 * electionTicksMin);
    expect(cluster.server(3).raft.standing).to.equal('member');
    cluster.completeWrites(3);
    const isAnswer = ({ from, body }: Message): boolean =>
      from === 3 && body.kind === 'response' && body.response.type === 'appendEntries';
    cluster.deliver(cluster.network.findIndex(isAnswer));
    expect(cluster.server(0).raft.progress.get(asServerId(3))?.counts).to.equal(true);
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2]);
    cluster.server(3).holdsWrites = false;
    cluster.run(2 * heartbeatTicks);
    expect(votersOf(cluster, 0)).to.deep.equal([0, 1, 2, 3]);
  });

  it('waits for those, too, whose removal may be taken back', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.cut(2, 3);
    change(cluster, add(3));
    cluster.run(2 * electionTicksMin);
    cluster.isolate(1, 2);
    change(cluster, remove(2));
    cluster.run(3 * heartbeatTicks);
    expect(idsOf(cluster, 3)).to.deep.equal([0, 1, 3]);
    expect(cluster.server(3).raft.standing).to.equal('joining');
  });
});

describe('Thesis section 4.1, the newest configuration of the log', () => {
  it('is in force when it is appended: three of four are needed at once', () => {
    const cluster = makeGrown();
    cluster.isolate(0, 1);
    const before = cluster.server(0).raft.commitIndex;
    cluster.propose(0, 'c');
    cluster.run(heartbeatTicks);
    expect(cluster.server(0).raft.commitIndex).to.equal(before);
  });

  it('is given up with its entry, and the one before is in force again', () => {
    const cluster = makeCluster();
    cluster.isolate(0);
    change(cluster, remove(2));
    expect(idsOf(cluster, 0)).to.deep.equal([0, 1]);
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    cluster.heal();
    cluster.run(2 * electionTicksMax);
    expect(idsOf(cluster, 0)).to.deep.equal([0, 1, 2]);
    expect(cluster.trace.filter((line) => line.startsWith('0 cut uncommitted'))).to.have.length(1);
  });

  it('is found in the log after a restart, and in the snapshot', () => {
    const cluster = makeGrown();
    cluster.restart(3);
    expect(idsOf(cluster, 3)).to.deep.equal([0, 1, 2, 3]);
    takeSnapshot(cluster, 3);
    cluster.restart(3);
    expect(cluster.server(3).raft.log.firstIndex).to.equal(cluster.server(3).raft.lastApplied + 1);
    expect(votersOf(cluster, 3)).to.deep.equal([0, 1, 2, 3]);
  });

  it('comes with InstallSnapshot', () => {
    const cluster = makeGrown();
    cluster.isolate(2);
    change(cluster, remove(1));
    cluster.run(electionTicksMin);
    takeSnapshot(cluster, 0);
    cluster.heal();
    cluster.run(4 * heartbeatTicks);
    expect(cluster.trace.some((line) => line.includes('2 continues from'))).to.equal(true);
    expect(votersOf(cluster, 2)).to.deep.equal([0, 2, 3]);
  });

  it('the id of an add that was lost is given to the next, which cannot pass for the first', () => {
    const cluster = makeCluster();
    cluster.addMachine();
    cluster.isolate(0, 3);
    change(cluster, add(3));
    cluster.run(electionTicksMin);
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    cluster.heal();
    cluster.run(2 * electionTicksMax);
    expect(idsOf(cluster, 0)).to.deep.equal([0, 1, 2]);
    // Nobody came to know the first: its addition was never committed.
    expect(cluster.server(0).disk.hardState.known.has(asServerId(3))).to.equal(false);
    const leader = cluster.leader?.id ?? 1;
    change(cluster, { type: 'add', address: 'other:9000' }, leader);
    cluster.run(4 * electionTicksMin);
    expect(cluster.server(0).raft.configuration.members.at(-1)).to.deep.equal({
      ...{ id: 3, address: 'other:9000', voter: true },
    });
  });
});

describe('Thesis section 4.2.2, a server that is removed', () => {
  it('leads until its removal is committed, tells so, and steps down', () => {
    const cluster = makeCluster();
    change(cluster, remove(0));
    expect(cluster.server(0).isLeader).to.equal(true);
    cluster.deliverAll();
    expect(cluster.server(0).isLeader).to.equal(false);
    expect(cluster.trace).to.include(
      '0 follows nobody yet in term 1: it was removed from the cluster',
    );
    for (const id of [1, 2]) {
      const { raft } = cluster.server(id);
      expect(raft.configurationIndex).to.be.at.most(raft.commitIndex);
    }
    cluster.run(4 * electionTicksMax);
    expect(cluster.server(0).raft.role).to.equal('follower');
    expect([1, 2]).to.include(cluster.leader?.id);
  });

  it('does not count itself for its own removal', () => {
    const cluster = makeCluster();
    cluster.cut(0, 2);
    change(cluster, remove(0));
    cluster.deliverAll();
    const { raft } = cluster.server(0);
    expect(raft.commitIndex).to.be.below(raft.configurationIndex);
    cluster.heal();
    cluster.run(heartbeatTicks);
    expect(raft.commitIndex).to.equal(raft.configurationIndex);
  });

  it('may have to be elected when it alone holds the entry', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.run(heartbeatTicks);
    cluster.isolate(0);
    change(cluster, remove(0));
    cluster.completeWrites(0);
    cluster.network.length = 0;
    cluster.restart(0);
    cluster.heal();
    // Server 1 lacks the entry, so server 0 does not vote for it.
    cluster.run(6 * electionTicksMax);
    expect(idsOf(cluster, 1)).to.deep.equal([1]);
    expect(cluster.leader?.id).to.equal(1);
    expect(cluster.server(0).raft.role).to.equal('follower');
  });

  it('may have to be elected also when it has restarted, and is no founder', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.addMachine();
    change(cluster, add(2));
    cluster.run(4 * electionTicksMin);
    change(cluster, remove(1));
    cluster.run(heartbeatTicks);
    cluster.elect(2);
    cluster.run(heartbeatTicks);
    change(cluster, remove(2), 2);
    cluster.network.length = 0;
    cluster.restart(2);
    cluster.restart(0);
    cluster.run(10 * electionTicksMax);
    expect(idsOf(cluster, 0)).to.deep.equal([0]);
    expect(cluster.server(0).isLeader).to.equal(true);
  });

  it('is told by the leader, and stands for election no more', () => {
    const cluster = makeGrown();
    change(cluster, remove(3));
    cluster.run(2 * heartbeatTicks);
    const { raft } = cluster.server(3);
    expect(raft.configurationIndex).to.be.at.most(raft.commitIndex);
    expect(cluster.server(0).raft.progress.has(asServerId(3))).to.equal(false);
    cluster.trace.length = 0;
    cluster.run(10 * electionTicksMax);
    expect(cluster.trace.filter((line) => line.includes('asks for pre-votes'))).to.have.length(0);
    expect(cluster.server(0).isLeader).to.equal(true);
  });

  it('disturbs nobody when it does not know: pre-vote and stickiness hold the leader', () => {
    const cluster = makeGrown();
    cluster.isolate(3);
    change(cluster, remove(3));
    cluster.run(2 * electionTicksMax);
    cluster.heal();
    const { term } = cluster.server(0).raft;
    cluster.run(10 * electionTicksMax);
    expect(cluster.trace.some((line) => line.startsWith('3 asks for pre-votes'))).to.equal(true);
    expect(cluster.server(0).isLeader).to.equal(true);
    expect(cluster.server(0).raft.term).to.equal(term);
  });

  it('that is dead is not waited for: two go on, and another takes its place', () => {
    const cluster = makeCluster();
    cluster.crash(2);
    cluster.run(electionTicksMax + 1);
    change(cluster, remove(2));
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(0).raft.progress.has(asServerId(2))).to.equal(false);
    cluster.addMachine();
    change(cluster, add(3));
    cluster.run(4 * electionTicksMin);
    expect(votersOf(cluster, 1)).to.deep.equal([0, 1, 3]);
  });

  it('leaves one, who goes on alone', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.run(heartbeatTicks);
    change(cluster, remove(1));
    cluster.run(heartbeatTicks);
    cluster.propose(0, 'alone');
    const read = cluster.read(0);
    expect(cluster.server(0).raft.commitIndex).to.equal(cluster.server(0).raft.log.lastIndex);
    expect(read.state).to.equal('ready');
  });
});

describe('Servers that forgot something (decision 8), while the members change', () => {
  it('one that was added comes back empty, and knows from the others that it is not new', () => {
    const cluster = makeGrown();
    wipe(cluster, 3);
    cluster.run(4 * electionTicksMax);
    expect(cluster.trace.some((line) => line.includes('3 does not count until'))).to.equal(true);
    expect(cluster.server(3).raft.standing).to.equal('member');
    expect(cluster.server(3).applied).to.deep.equal(cluster.server(0).applied);
  });

  it('one that refills asks also those whose removal is not surely committed', () => {
    const cluster = makeGrown();
    wipe(cluster, 3);
    cluster.isolate(2);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('refilling');
    cluster.heal();
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('member');
  });

  it('one that waits to hear from a dead server goes on when that is removed', () => {
    const cluster = makeGrown();
    cluster.crash(2);
    wipe(cluster, 3);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('refilling');
    change(cluster, remove(2), cluster.leader?.id);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(3).raft.standing).to.equal('member');
  });
});
