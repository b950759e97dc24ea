/** Thesis, section 6.4: read-only queries without a log entry (ReadIndex). */
import { expect } from 'chai';
import { RaftCluster, type Message } from './raft-cluster.js';

const isAppendTo = (id: number) => (message: Message) =>
  message.to === id && message.body.kind === 'request';

/** Takes the messages that fit off the network. */
function takeOff(cluster: RaftCluster, fits: (message: Message) => boolean): Message[] {
  const taken = cluster.network.filter(fits);
  const kept = cluster.network.filter((message) => !fits(message));
  cluster.network.splice(0, cluster.network.length, ...kept);
  return taken;
}

describe('Thesis section 6.4, linearizable reads', () => {
  it('a new leader does not answer reads before it has committed an entry of its own term', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'x');
    cluster.deliverAll();
    cluster.step(1, { type: 'campaign' });
    while (!cluster.server(1).isLeader) cluster.deliver();
    cluster.server(0).holdsWrites = true;
    cluster.server(2).holdsWrites = true;
    const read = cluster.read(1);
    cluster.deliverAll();
    expect(read.state).to.equal('waiting');
    cluster.completeWrites(2);
    cluster.deliverAll();
    expect(read.state).to.equal('ready');
  });

  it('the leader exchanges a round of heartbeats with a majority before it answers', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.elect(0);
    const read = cluster.read(0);
    expect(cluster.network).to.have.length(4);
    const answered = (): number => cluster.server(0).raft.lastApplied;
    cluster.deliver();
    cluster.deliver(cluster.network.length - 1);
    expect(read.state, 'one answer and itself are two of five').to.equal('waiting');
    cluster.deliverAll();
    expect(read.state).to.equal('ready');
    expect(answered()).to.equal(1);
  });

  it('a leader that was cut off never answers a read from its own memory', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(0);
    cluster.run(60);
    const successor = cluster.leader?.id ?? 0;
    expect(successor).not.to.equal(0);
    cluster.propose(successor, 'newer');
    cluster.deliverAll();
    expect(cluster.server(0).isLeader, 'nobody told it').to.equal(true);
    const read = cluster.read(0);
    cluster.run(60);
    expect(read.state).to.equal('waiting');
    cluster.heal();
    cluster.run(60);
    expect(read.state, 'it leads no longer').to.equal('aborted');
  });

  it('the answer to a request that left before the read began confirms nothing', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.step(0, { type: 'broadcast' });
    const early = cluster.network.length;
    const read = cluster.read(0);
    const [, ...roundOfTheRead] = takeOff(cluster, isAppendTo(1)).reverse();
    takeOff(cluster, isAppendTo(2));
    cluster.network.push(...roundOfTheRead);
    expect(early).to.equal(2);
    cluster.deliverAll();
    expect(read.state).to.equal('waiting');
  });

  it('the answer to a request of an earlier leadership confirms nothing in a later one', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    // A round of the first leadership stays under way to server 1.
    cluster.read(0);
    cluster.deliverAll();
    cluster.read(0);
    const old = takeOff(cluster, isAppendTo(1));
    cluster.deliverAll();
    cluster.elect(2);
    cluster.elect(0);
    cluster.network.push(...old);
    cluster.deliverAll();
    // Now the others elect another leader, which commits what server 0 does not know.
    cluster.isolate(0);
    cluster.run(60);
    cluster.propose(cluster.leader?.id ?? 0, 'newer');
    cluster.deliverAll();
    const read = cluster.read(0);
    cluster.propose(0, 'in vain');
    cluster.run(10);
    expect(read.state).to.equal('waiting');
  });

  it('reads that arrive while a round is under way share the next one', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    const before = cluster.requestsSent;
    const reads = [cluster.read(0), cluster.read(0), cluster.read(0), cluster.read(0)];
    cluster.deliverAll();
    expect(reads.map(({ state }) => state)).to.deep.equal(Array(4).fill('ready'));
    expect(cluster.requestsSent - before, 'two rounds to two followers').to.equal(4);
  });

  it('a round that was lost is repeated with the next heartbeat', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    const read = cluster.read(0);
    cluster.drop(0, false);
    cluster.drop(0, false);
    cluster.run(2);
    expect(read.state).to.equal('waiting');
    cluster.run(1);
    expect(read.state).to.equal('ready');
  });

  it('a read through the log waits until everything logged before it is applied', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.server(0).holdsWrites = true;
    cluster.propose(0, 'x');
    const throughCommit = cluster.read(0, 'commit');
    const throughLog = cluster.read(0, 'log');
    cluster.run(5);
    expect(cluster.server(0).raft.commitIndex, 'by the two others').to.equal(2);
    expect(throughCommit.state).to.equal('ready');
    expect(throughLog.state).to.equal('waiting');
    cluster.completeWrites(0);
    expect(throughLog.state).to.equal('ready');
  });

  it('a single server answers a read at once, its no-op being on disk', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.server(0).holdsWrites = true;
    cluster.timeOut(0);
    cluster.completeWrites(0, 1);
    const early = cluster.read(0);
    expect(early.state).to.equal('waiting');
    cluster.completeWrites(0);
    expect(early.state).to.equal('ready');
    expect(cluster.read(0).state).to.equal('ready');
    expect(cluster.read(0, 'log').state).to.equal('ready');
  });

  it('a cluster of two needs the answer of the other for each read', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.crash(1);
    const read = cluster.read(0);
    cluster.run(100);
    expect(read.state).to.equal('waiting');
    cluster.restore(1);
    cluster.run(3);
    expect(read.state).to.equal('ready');
  });

  it('a crash ends the reads of a leader', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    const reads = [cluster.read(0), cluster.read(0)];
    cluster.crash(0);
    expect(reads.map(({ state }) => state)).to.deep.equal(['aborted', 'aborted']);
  });
});
