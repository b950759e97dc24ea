/** Which servers count (docs/decisions/0008-standing.md), in whole clusters. */
import { expect } from 'chai';
import { assert, must } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import { testTiming } from './make.js';
import { wipe, damage } from './disk-accidents.js';
import { RaftCluster } from './raft-cluster.js';

const { electionTicksMax, electionTicksMin, heartbeatTicks } = testTiming;

const standings = (cluster: RaftCluster): string[] =>
  cluster.servers.map(({ raft }) => raft.standing);

/** Whom this server asks, in messages that are on their way. */
const joinsFrom = ({ network }: RaftCluster, id: number): number[] => {
  const joins = network.filter(({ from, body }) => {
    return from === id && body.kind === 'request' && body.request.type === 'join';
  });
  return joins.map(({ to }) => to);
};

/** Three members; server 0 leads and has committed entries 1 to 3. */
function makeCluster(size = 3): RaftCluster {
  const cluster = new RaftCluster({ size });
  cluster.elect(0);
  cluster.propose(0, 'a', 'b');
  cluster.deliverAll();
  return cluster;
}

describe('A new cluster', () => {
  it('of one server needs nobody, and its standing is on disk before it leads', () => {
    const cluster = new RaftCluster({ size: 1, isNew: true });
    cluster.server(0).holdsWrites = true;
    cluster.tick(0, 2 * electionTicksMax);
    expect(cluster.server(0).isLeader).to.equal(false);
    cluster.completeWrites(0);
    expect(cluster.server(0).disk.hardState.standing).to.equal('member');
    expect(cluster.server(0).isLeader).to.equal(true);
  });

  it('makes members of all servers that run together, with one Join from each to each', () => {
    const cluster = new RaftCluster({ size: 5, isNew: true });
    cluster.run(1);
    expect(standings(cluster)).to.deep.equal(Array(5).fill('member'));
    cluster.run(4 * electionTicksMax);
    expect(cluster.leader).not.to.equal(undefined);
    const joins = cluster.trace.filter((line) => line.includes(' Join as '));
    expect(joins).to.have.length(5 * 4);
  });

  it('founds itself with a majority, and takes in who starts late', () => {
    const cluster = new RaftCluster({ size: 3, isNew: true });
    cluster.crash(2);
    cluster.run(4 * electionTicksMax);
    expect(standings(cluster).slice(0, 2)).to.deep.equal(['founding', 'founding']);
    cluster.propose(cluster.leader?.id ?? 0, 'without server 2');
    cluster.deliverAll();
    expect(cluster.server(0).applied).to.have.length(2);
    cluster.restore(2);
    cluster.run(2 * electionTicksMin);
    expect(standings(cluster)).to.deep.equal(['member', 'member', 'member']);
    expect(cluster.server(2).applied).to.have.length(2);
  });

  it('does not found itself with less than a majority', () => {
    const cluster = new RaftCluster({ size: 5, isNew: true });
    cluster.isolate(0, 1);
    cluster.run(10 * electionTicksMax);
    expect(standings(cluster).slice(0, 2)).to.deep.equal(['joining', 'joining']);
    expect(cluster.server(0).raft.term).to.equal(0);
  });

  it('asks again while there is no answer, and not those that have answered', () => {
    const cluster = new RaftCluster({ size: 3, isNew: true });
    cluster.tick(0);
    expect(joinsFrom(cluster, 0)).to.deep.equal([1, 2]);
    cluster.drop(1);
    cluster.deliverAll();
    cluster.tick(0, electionTicksMin - 1);
    expect(joinsFrom(cluster, 0), 'a founding server is in no hurry').to.deep.equal([]);
    cluster.tick(0);
    expect(joinsFrom(cluster, 0)).to.deep.equal([2]);
  });

  it('asks with every heartbeat while it does not count', () => {
    const cluster = new RaftCluster({ size: 3, isNew: true });
    cluster.tick(0);
    cluster.network.length = 0;
    cluster.tick(0, heartbeatTicks);
    expect(joinsFrom(cluster, 0)).to.deep.equal([1, 2]);
  });
});

describe('A server that was wiped', () => {
  it('is refilled, does not count meanwhile, and is a member again', () => {
    const cluster = makeCluster();
    wipe(cluster, 2);
    cluster.tick(2);
    cluster.deliverAll();
    expect(cluster.server(2).raft.standing).to.equal('refilling');
    cluster.step(2, { type: 'campaign' });
    expect(cluster.server(2).raft.role).to.equal('follower');
    cluster.run(2 * electionTicksMax);
    expect(standings(cluster)).to.deep.equal(['member', 'member', 'member']);
    expect(cluster.server(2).disk.hardState.votedFor, 'its vote is the leader’s').to.equal(0);
    expect(cluster.server(2).applied).to.have.length(3);
  });

  it('helps nobody to be elected: what it had acknowledged is not lost', () => {
    const cluster = makeCluster();
    cluster.cut(0, 1);
    cluster.propose(0, 'on 0 and 2 only');
    cluster.deliverAll();
    expect(cluster.server(0).raft.commitIndex).to.equal(4);
    wipe(cluster, 2);
    cluster.crash(0);
    cluster.run(10 * electionTicksMax);
    expect(cluster.server(1).isLeader, 'it lacks the entry').to.equal(false);
    cluster.heal();
    cluster.restore(0);
    cluster.run(10 * electionTicksMax);
    expect(cluster.leader?.id).to.equal(0);
    for (const { applied } of cluster.servers) expect(applied.at(3)?.index).to.equal(4);
  });

  it('passes for new with nobody, not even with one that was wiped and refilled before', () => {
    const cluster = makeCluster();
    wipe(cluster, 1);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(1).raft.standing).to.equal('member');
    wipe(cluster, 2);
    cluster.isolate(0);
    cluster.run(10 * electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('refilling');
    expect(cluster.leader?.id, 'server 1 gets no vote of server 2').to.equal(0);
  });

  it('passes for new with nobody, not even with one that was started last', () => {
    const cluster = new RaftCluster({ size: 3, isNew: true });
    cluster.crash(2);
    cluster.run(4 * electionTicksMax);
    cluster.restore(2);
    cluster.run(2 * electionTicksMin);
    wipe(cluster, 1);
    cluster.isolate(0);
    cluster.run(4 * electionTicksMax);
    expect(cluster.server(1).raft.standing).to.equal('refilling');
  });

  it('is known for it also when it had begun to count: it steps down and is refilled', () => {
    const cluster = new RaftCluster({ size: 5, isNew: true });
    cluster.crash(3);
    cluster.crash(4);
    cluster.run(4 * electionTicksMax);
    expect(standings(cluster).slice(0, 3)).to.deep.equal(['founding', 'founding', 'founding']);
    // Server 0 loses everything; those that start only now take it for new.
    wipe(cluster, 0);
    cluster.isolate(0, 3, 4);
    cluster.restore(3);
    cluster.restore(4);
    cluster.server(0).holdsWrites = false;
    cluster.tick(0);
    cluster.deliverAll();
    expect(cluster.server(0).raft.standing).to.equal('founding');
    cluster.heal();
    cluster.tick(0, electionTicksMin);
    cluster.deliverAll();
    expect(cluster.server(0).raft.standing).to.equal('refilling');
  });

  it('is asked for votes in vain, and still learns the term', () => {
    const cluster = makeCluster();
    wipe(cluster, 2);
    cluster.tick(2);
    cluster.deliverAll();
    cluster.crash(0);
    cluster.step(1, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(1).isLeader).to.equal(false);
    expect(cluster.server(2).raft.term).to.equal(2);
    expect(cluster.trace.join('\n')).to.contain('a vote for term 2: we are refilling');
  });
});

describe('What a refilling server answers', () => {
  /** Server 1 is crashed, server 2 is filled, but cannot become a member without server 1. */
  function makeRefilling(): RaftCluster {
    const cluster = makeCluster();
    cluster.crash(1);
    wipe(cluster, 2);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('refilling');
    expect(cluster.server(2).raft.log.lastIndex).to.equal(3);
    return cluster;
  }

  it('commits nothing', () => {
    const cluster = makeRefilling();
    cluster.propose(0, 'x');
    cluster.run(electionTicksMax);
    expect(cluster.server(2).raft.log.lastIndex).to.equal(4);
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
    cluster.restore(1);
    cluster.run(2 * heartbeatTicks);
    expect(cluster.server(0).raft.commitIndex).to.equal(4);
  });

  it('confirms no read', () => {
    const cluster = makeRefilling();
    const read = cluster.read(0);
    cluster.run(electionTicksMax);
    expect(read.state).to.equal('waiting');
    cluster.restore(1);
    cluster.run(2 * heartbeatTicks);
    expect(read.state).to.equal('ready');
  });

  it('counts for nothing either when an answer from before comes behind it', () => {
    const cluster = makeCluster();
    cluster.step(0, { type: 'broadcast' });
    cluster.deliver(cluster.network.findIndex(({ to }) => to === 2));
    const before = must(cluster.network.find(({ from }) => from === 2)?.body, 'an answer');
    cluster.crash(1);
    wipe(cluster, 2);
    cluster.run(electionTicksMax);
    cluster.propose(0, 'x');
    const read = cluster.read(0);
    cluster.run(2 * heartbeatTicks);
    expect(cluster.server(2).raft.log.lastIndex).to.equal(4);
    assert(before.kind === 'response', 'an answer');
    cluster.step(0, { type: 'response', from: cluster.server(2).id, response: before.response });
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
    expect(read.state).to.equal('waiting');
    cluster.restore(1);
    cluster.run(electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('member');
    expect(cluster.server(0).raft.commitIndex).to.equal(4);
    expect(read.state).to.equal('ready');
  });

  it('makes no majority for the leader', () => {
    const cluster = makeRefilling();
    cluster.run(4 * electionTicksMax);
    expect(cluster.trace.at(-2)).to.contain('without a majority');
  });
});

describe('A server whose log or hard state was damaged', () => {
  it('keeps what is sound of its log, and fills up the rest', () => {
    const cluster = makeCluster();
    damage(cluster, 2, asLogIndex(2));
    expect(cluster.server(2).raft.log.lastIndex).to.equal(2);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('member');
    expect(cluster.entryCrossings.get('3/1 to 2')).to.equal(2);
    expect(cluster.entryCrossings.get('2/1 to 2')).to.equal(1);
  });

  it('goes on refilling after a restart in the middle of it', () => {
    const cluster = makeCluster();
    damage(cluster, 2, asLogIndex(1));
    cluster.crash(1);
    cluster.run(electionTicksMax);
    cluster.restart(2);
    cluster.run(electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('refilling');
    cluster.restore(1);
    cluster.run(2 * electionTicksMax);
    expect(cluster.server(2).raft.standing).to.equal('member');
  });

  it('counts in no term that is behind one it may have voted in (rule 1)', () => {
    const cluster = makeCluster();
    // Server 1 is elected by the vote of server 2; nobody else hears of it.
    cluster.isolate(0);
    cluster.step(1, { type: 'campaign' });
    while (!cluster.server(1).isLeader) cluster.deliver();
    cluster.network.length = 0;
    cluster.heal();
    cluster.isolate(1);
    const term = asTerm(1);
    damage(cluster, 2, asLogIndex(3), { term, votedFor: undefined });
    cluster.run(4 * electionTicksMin);
    cluster.propose(0, 'must not be committed in term 1');
    cluster.run(electionTicksMin);
    expect(cluster.server(2).raft.standing).to.equal('refilling');
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
  });
});
