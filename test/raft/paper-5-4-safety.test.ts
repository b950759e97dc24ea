/** Paper, section 5.4: safety. */
import { expect } from 'chai';
import { entriesOf } from './cluster-checks.js';
import { makeLog, termsOf, testTiming } from './make.js';
import { RaftCluster, type Message } from './raft-cluster.js';

const logOf = (cluster: RaftCluster, id: number): number[] =>
  termsOf(entriesOf(cluster.server(id).raft));

describe('Paper section 5.4.1, the election restriction', () => {
  const cases = [
    { candidate: [1, 1], voter: [1, 1], wins: true, why: 'equal logs' },
    { candidate: [1, 1, 1], voter: [1, 1], wins: true, why: 'the longer log, same last term' },
    { candidate: [1, 1], voter: [1, 1, 1], wins: false, why: 'the shorter log, same last term' },
    { candidate: [1, 2], voter: [1, 1, 1, 1], wins: true, why: 'the later last term, if shorter' },
    {
      candidate: [1, 1, 1, 1],
      voter: [1, 2],
      wins: false,
      why: 'the earlier last term, if longer',
    },
    { candidate: [], voter: [1], wins: false, why: 'an empty log' },
    { candidate: [1], voter: [], wins: true, why: 'any log against an empty one' },
  ];
  for (const { candidate, voter, wins, why } of cases) {
    it(`a voter ${wins ? 'accepts' : 'denies'} a candidate with ${why}`, () => {
      const logs = [makeLog(...candidate), makeLog(...voter)];
      const cluster = new RaftCluster({ size: 2, logs, terms: [3, 3] });
      cluster.step(0, { type: 'campaign' });
      cluster.deliverAll();
      expect(cluster.server(0).isLeader).to.equal(wins);
      expect(cluster.server(1).raft.term, 'the term is taken over either way').to.equal(4);
    });
  }

  it('a candidate must contact a majority, one of which holds every committed entry', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.cut(0, 2);
    cluster.propose(0, 'committed by 0 and 1');
    cluster.deliverAll();
    cluster.isolate(0);
    cluster.run(200);
    expect(cluster.leader?.id, 'server 2 lacks the entry').to.equal(1);
    expect(cluster.server(2).applied).to.have.length(3);
  });
});

describe('Paper section 5.4.2, committing entries from previous terms', () => {
  /** Figure 8 (c): server 0 leads term 4; the entry of term 2 is on servers 0, 1 and 2. */
  function figure8(): RaftCluster {
    const logs = [makeLog(1, 2), makeLog(1, 2), makeLog(1), makeLog(1), makeLog(1, 3)];
    const cluster = new RaftCluster({ size: 5, logs, terms: [3, 3, 3, 3, 3] });
    cluster.isolate(4);
    cluster.step(0, { type: 'campaign' });
    while (!cluster.server(0).isLeader) cluster.deliver();
    while (cluster.network.length > 0) cluster.drop();
    cluster.tick(0, testTiming.heartbeatTicks);
    for (;;) {
      const at = cluster.network.findIndex((message) => !carriesEntries(message));
      if (at < 0) break;
      cluster.deliver(at);
    }
    const toServer2 = cluster.network.find(({ to }) => to === 2);
    cluster.network.length = 0;
    if (toServer2 !== undefined) cluster.network.push(withOneEntry(toServer2));
    return cluster;
  }

  const carriesEntries = ({ body }: Message): boolean =>
    body.kind === 'request' &&
    body.request.type === 'appendEntries' &&
    body.request.entries.length > 0;

  /** The same AppendEntries as a leader sends it whose messages hold one entry. */
  function withOneEntry(message: Message): Message {
    const { body } = message;
    if (body.kind !== 'request' || body.request.type !== 'appendEntries') return message;
    const request = { ...body.request, entries: body.request.entries.slice(0, 1) };
    return { ...message, body: { kind: 'request', request } };
  }

  it('figure 8 (c): an entry of an earlier term on a majority is not committed by counting', () => {
    const cluster = figure8();
    cluster.deliver();
    cluster.deliver();
    expect(logOf(cluster, 2)).to.deep.equal([1, 2]);
    expect(cluster.server(0).raft.progress.get(cluster.server(2).id)?.matchIndex).to.equal(2);
    expect(cluster.server(0).raft.commitIndex).to.equal(0);
  });

  it('figure 8 (d): it can still be overwritten by the leader of a later term', () => {
    const cluster = figure8();
    cluster.deliver();
    cluster.deliver();
    cluster.network.length = 0;
    cluster.heal();
    cluster.isolate(0);
    cluster.step(4, { type: 'campaign' });
    cluster.deliverAll();
    cluster.step(4, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(4).isLeader).to.equal(true);
    for (const id of [1, 2, 3]) expect(logOf(cluster, id).slice(0, 2)).to.deep.equal([1, 3]);
  });

  it('figure 8 (e): an entry of the current term on a majority commits all before it', () => {
    const cluster = figure8();
    cluster.step(0, { type: 'broadcast' });
    cluster.run(4);
    expect(cluster.server(0).raft.commitIndex).to.equal(3);
    cluster.heal();
    cluster.step(4, { type: 'campaign' });
    cluster.deliverAll();
    expect(cluster.server(4).isLeader, 'its log is behind').to.equal(false);
  });

  it('a new leader appends a no-op, and with it commits what earlier terms left behind', () => {
    const logs = [makeLog(1, 1, 1), makeLog(1, 1, 1), makeLog(1)];
    const cluster = new RaftCluster({ size: 3, logs });
    cluster.elect(0);
    expect(cluster.server(0).raft.commitIndex).to.equal(4);
    expect(entriesOf(cluster.server(0).raft).at(-1)?.kind).to.equal('noop');
    for (const { applied } of cluster.servers) expect(applied).to.have.length(4);
  });
});

describe('Paper section 5.5 and figure 2, crashes and restarts', () => {
  it('a server that restarts with only its disk catches up and applies everything again', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b');
    cluster.deliverAll();
    for (const { id } of cluster.servers) cluster.restart(id);
    cluster.network.length = 0;
    cluster.run(60);
    for (const { applied } of cluster.servers) expect(applied).to.have.length(4);
  });

  it('an entry that was never on the disk of a majority may be lost, and no other', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    for (const server of cluster.servers) server.holdsWrites = true;
    cluster.propose(0, 'never on disk');
    cluster.deliverAll();
    for (const server of cluster.servers) {
      cluster.restart(server.id);
      server.holdsWrites = false;
    }
    cluster.run(60);
    expect(cluster.trace.join('\n')).not.to.contain('applied entry 2\n0 applied entry 3');
    expect(logOf(cluster, 0), 'the no-ops of two leaders').to.deep.equal([1, 2]);
  });

  it('a write that completes after its entries were cut from the log makes nothing durable', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.server(0).holdsWrites = true;
    cluster.server(2).holdsWrites = true;
    cluster.isolate(0, 2);
    cluster.propose(0, 'x', 'y', 'z');
    cluster.deliverAll();
    cluster.restart(0);
    cluster.server(0).holdsWrites = false;
    cluster.heal();
    cluster.elect(1);
    const { raft, disk } = cluster.server(2);
    expect(raft.log.lastIndex, 'the no-op of server 1 replaced x, y and z').to.equal(2);
    cluster.completeWrites(2, 1);
    expect(disk.entries, 'x, y and z arrive on the disk').to.have.length(4);
    expect(raft.durableIndex).to.equal(1);
    cluster.completeWrites(2);
    expect(raft.durableIndex).to.equal(2);
    cluster.run(4);
    expect(cluster.server(2).applied).to.have.length(2);
  });
});
