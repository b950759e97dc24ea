/** Paper, section 5.3: log replication. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { AppendEntriesResponse } from '../../src/raft/messages.js';
import { entriesOf } from './cluster-checks.js';
import { makeLog, termsOf, testTiming } from './make.js';
import { RaftCluster } from './raft-cluster.js';

const logOf = (cluster: RaftCluster, id: number): number[] =>
  termsOf(entriesOf(cluster.server(id).raft));

function expectEqualLogs(cluster: RaftCluster): void {
  const [first, ...others] = cluster.servers.map(({ id }) => logOf(cluster, id));
  for (const other of others) expect(other).to.deep.equal(first);
}

/** AppendEntries that reached this server, as text. */
const appendsTo = (cluster: RaftCluster, id: number): string[] =>
  cluster.trace.filter((line) => line.includes(`→ ${id} AppendEntries`));

function makeAnswer(answer: Partial<AppendEntriesResponse>): AppendEntriesResponse {
  const nothing = { matchIndex: asLogIndex(0), conflictIndex: asLogIndex(0), round: 0 };
  const refused = { term: asTerm(0), success: false, conflictTerm: asTerm(0), refilling: false };
  return { type: 'appendEntries', ...nothing, ...refused, ...answer };
}

describe('Paper section 5.3, log replication', () => {
  it('the leader appends the command to its log and issues AppendEntries in parallel', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.elect(0);
    cluster.server(0).holdsWrites = true;
    cluster.propose(0, 'x');
    expect(cluster.server(0).raft.log.lastIndex).to.equal(2);
    expect(cluster.network.map(({ to }) => to)).to.deep.equal([1, 2, 3, 4]);
  });

  it('an entry is committed once the leader has replicated it on a majority', () => {
    const cluster = new RaftCluster({ size: 5 });
    cluster.elect(0);
    cluster.propose(0, 'x');
    cluster.deliver();
    cluster.deliver(cluster.network.length - 1);
    expect(cluster.server(0).raft.commitIndex).to.equal(1);
    cluster.deliver();
    cluster.deliver(cluster.network.length - 1);
    expect(cluster.server(0).raft.commitIndex).to.equal(2);
    expect(cluster.server(0).applied).to.have.length(2);
  });

  it('a server whose own disk is slow does not count itself, and applies when it is done', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.server(0).holdsWrites = true;
    cluster.propose(0, 'x');
    cluster.deliver();
    cluster.deliver(1);
    expect(cluster.server(0).raft.commitIndex, 'one disk of three').to.equal(1);
    cluster.deliverAll();
    expect(cluster.server(0).raft.commitIndex, 'two other disks').to.equal(2);
    expect(cluster.server(0).raft.lastApplied).to.equal(1);
    cluster.completeWrites(0);
    expect(cluster.server(0).raft.lastApplied).to.equal(2);
  });

  it('followers learn at once that an entry is committed, and apply it in log order', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b', 'c');
    cluster.deliverAll();
    for (const { applied } of cluster.servers) {
      expect(applied.map(({ index }) => index)).to.deep.equal([1, 2, 3, 4]);
    }
  });

  it('the leader retries AppendEntries indefinitely, until all followers store all entries', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.cut(0, 2);
    cluster.propose(0, 'x');
    cluster.run(7);
    cluster.heal();
    cluster.run(4);
    expectEqualLogs(cluster);
  });

  it('what is lost without a word is found missing at the next heartbeat', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
      cluster.propose(0, text);
      while (cluster.network.length > 0) cluster.drop(0, false);
    }
    cluster.run(3);
    expectEqualLogs(cluster);
    expect(cluster.server(0).raft.commitIndex).to.equal(7);
  });

  it('answers that are lost without a word are made good at the next heartbeat', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
      cluster.propose(0, text);
      while (cluster.network[0]?.to === 1) cluster.deliver();
      while (cluster.network.length > 0) cluster.drop(0, false);
    }
    cluster.run(3);
    expect(cluster.server(0).raft.commitIndex).to.equal(7);
  });

  it('a delayed duplicate of an AppendEntries removes nothing that came after it', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.propose(0, 'a');
    cluster.duplicate();
    const [duplicate] = cluster.network.splice(1, 1);
    cluster.propose(0, 'b');
    cluster.deliverAll();
    if (duplicate !== undefined) cluster.network.push(duplicate);
    cluster.deliverAll();
    expect(logOf(cluster, 1)).to.deep.equal([1, 1, 1]);
  });

  it('an answer to an earlier leadership says nothing about the present one', () => {
    const cluster = new RaftCluster({ size: 2 });
    for (const id of [0, 1, 0]) cluster.elect(id);
    cluster.server(1).holdsWrites = true;
    cluster.propose(0, 'x');
    cluster.deliver();
    const late = makeAnswer({ term: asTerm(1), success: true, matchIndex: asLogIndex(4) });
    cluster.step(0, { type: 'response', from: asServerId(1), response: late });
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
  });

  it('AppendEntries that overtake each other are put in order', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    for (const text of ['a', 'b', 'c', 'd']) cluster.propose(0, text);
    while (cluster.network.length > 0) cluster.deliver(cluster.network.length - 1);
    expectEqualLogs(cluster);
    expect(cluster.server(0).raft.commitIndex).to.equal(5);
  });

  it('a follower refuses new entries when it lacks the entry that precedes them', () => {
    const cluster = new RaftCluster({ size: 2, logs: [makeLog(1, 1, 2), makeLog(1)] });
    cluster.step(0, { type: 'campaign' });
    while (!cluster.server(0).isLeader) cluster.deliver();
    cluster.deliver();
    expect(logOf(cluster, 1)).to.deep.equal([1]);
    cluster.deliver();
    expect(cluster.trace.at(-1)).to.equal('1 → 0 refused AppendEntries term 3 conflict 2/0');
    cluster.deliverAll();
    expectEqualLogs(cluster);
  });

  it('the leader overwrites conflicting entries of a follower with its own', () => {
    const cluster = new RaftCluster({
      size: 3,
      logs: [makeLog(1, 1, 3, 3), makeLog(1, 1, 2, 2, 2, 2), makeLog(1, 1, 3)],
    });
    cluster.elect(0);
    expect(logOf(cluster, 1)).to.deep.equal([1, 1, 3, 3, 4]);
    expectEqualLogs(cluster);
  });

  it('figure 7: the leader of term 8 brings every possible follower into line', () => {
    const logs = [
      makeLog(1, 1, 1, 4, 4, 5, 5, 6, 6, 6),
      makeLog(1, 1, 1, 4, 4, 5, 5, 6, 6),
      makeLog(1, 1, 1, 4),
      makeLog(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
      makeLog(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
      makeLog(1, 1, 1, 4, 4, 4, 4),
      makeLog(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
    ];
    const cluster = new RaftCluster({ size: 7, logs, terms: Array<number>(7).fill(7) });
    cluster.elect(0);
    expect(logOf(cluster, 0)).to.deep.equal([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
    expectEqualLogs(cluster);
  });

  it('a conflict skips a whole term in one round trip', () => {
    const wrong = Array<number>(50).fill(2);
    const cluster = new RaftCluster({
      size: 3,
      logs: [makeLog(1, 3), makeLog(1, ...wrong), makeLog(1, 3)],
    });
    cluster.elect(0);
    expectEqualLogs(cluster);
    const first = appendsTo(cluster, 1).findIndex((line) => !line.includes('no entries'));
    expect(first, 'probes before the entries').to.be.at.most(2);
  });

  it('a leader with many short terms skips to the end of the term that the follower has', () => {
    const logs = [makeLog(1, 1, 2, 3, 4, 5, 6, 7), makeLog(1, 1, 1, 1, 1, 1, 1)];
    const cluster = new RaftCluster({ size: 2, logs });
    cluster.elect(0);
    expectEqualLogs(cluster);
    expect(appendsTo(cluster, 1).length).to.be.at.most(5);
  });

  it('a follower that comes back empty is filled again by a leader that had filled it', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b', 'c');
    cluster.deliverAll();
    cluster.server(2).disk.entries = [];
    cluster.restart(2);
    cluster.run(4);
    expectEqualLogs(cluster);
    expect(cluster.server(2).applied).to.have.length(4);
  });

  it('a late refusal, overtaken by the success that followed it, does no harm', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    cluster.propose(0, 'a');
    cluster.step(0, { type: 'broadcast' });
    // The heartbeat overtakes the entry that it builds on; its refusal comes last of all.
    cluster.deliver(1);
    const [refusal] = cluster.network.splice(1, 1);
    cluster.deliverAll();
    expect(cluster.server(0).raft.commitIndex).to.equal(2);
    if (refusal !== undefined) cluster.network.push(refusal);
    cluster.deliverAll();
    cluster.propose(0, 'b');
    cluster.deliverAll();
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
    expectEqualLogs(cluster);
  });

  it('two hundred thousand entries at once are taken like any others', () => {
    const cluster = new RaftCluster({ size: 2 });
    cluster.elect(0);
    const payloads = Array.from({ length: 200_000 }, () => new Uint8Array(1));
    cluster.step(0, { type: 'propose', payloads });
    cluster.deliverAll();
    expect(cluster.server(1).raft.commitIndex).to.equal(200_001);
  });

  it('a follower that refuses without a hint is asked again with the next heartbeat only', () => {
    const cluster = new RaftCluster({ size: 2, logs: [makeLog(1, 1), makeLog(1)] });
    cluster.elect(0);
    const { term } = cluster.server(0).raft;
    const response = makeAnswer({ term, success: false });
    for (let count = 0; count < 5; count += 1) {
      cluster.step(0, { type: 'response', from: asServerId(1), response });
    }
    expect(cluster.network).to.have.length(0);
    cluster.tick(0, testTiming.heartbeatTicks);
    expect(cluster.network).to.have.length(1);
  });
});
