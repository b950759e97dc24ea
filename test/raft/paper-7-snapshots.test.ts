/** Paper, section 7: log compaction and InstallSnapshot. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { InstallSnapshotRequest } from '../../src/raft/messages.js';
import { makeEntry, makeLog, testTiming } from './make.js';
import { entriesOf } from './cluster-checks.js';
import { takeSnapshot, openSnapshot, commitSnapshot } from './take-snapshot.js';
import { RaftCluster } from './raft-cluster.js';
import { foundersOnly } from '../fixtures/founders.js';

const { electionTicksMax, heartbeatTicks } = testTiming;
const follower = asServerId(2);

/** Server 0 leads three and has compacted what it committed while server 2 was cut off. */
function makeBehind(): RaftCluster {
  const cluster = new RaftCluster({ size: 3 });
  cluster.elect(0);
  cluster.isolate(2);
  cluster.propose(0, 'a', 'b', 'c');
  cluster.run(heartbeatTicks);
  takeSnapshot(cluster, 0);
  cluster.trace.length = 0;
  cluster.heal();
  return cluster;
}

const modeOf = (cluster: RaftCluster): string | undefined =>
  cluster.server(0).raft.progress.get(follower)?.mode;

const lines = (cluster: RaftCluster, part: string): string[] =>
  cluster.trace.filter((line) => line.includes(part));

describe('Paper section 7, log compaction', () => {
  it('each server takes snapshots independently, and drops the log that they replace', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b', 'c');
    cluster.deliverAll();
    takeSnapshot(cluster, 1, 2);
    const { log, snapshot } = cluster.server(1).raft;
    expect([log.base.index, log.firstIndex, log.lastIndex, snapshot.index]).to.deep.equal([
      ...[2, 3, 4, 4],
    ]);
    cluster.propose(0, 'd');
    cluster.run(heartbeatTicks);
    cluster.restart(1);
    expect(cluster.server(1).raft.lastApplied).to.equal(4);
    cluster.run(2 * heartbeatTicks);
    expect(cluster.server(1).applied).to.deep.equal(cluster.server(0).applied);
  });

  it('nothing is dropped that is not applied, or that no snapshot replaces', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.elect(0);
    const taken = (index: number, keepFrom: number): (() => void) => {
      const position = { index: asLogIndex(index), term: asTerm(1) };
      const event = { type: 'snapshotTaken', position, keepFrom: asLogIndex(keepFrom) } as const;
      return () => cluster.step(0, event);
    };
    expect(taken(2, 1)).to.throw(AssertionError);
    expect(taken(1, 3)).to.throw(AssertionError);
  });

  it('an older snapshot that is finished late takes nothing back', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.elect(0);
    openSnapshot(cluster, 0);
    const late = cluster.server(0).openSnapshot;
    cluster.propose(0, 'a');
    takeSnapshot(cluster, 0);
    cluster.server(0).openSnapshot = late;
    commitSnapshot(cluster, 0);
    const { log, snapshot } = cluster.server(0).raft;
    expect([snapshot.index, log.base.index]).to.deep.equal([2, 2]);
  });

  it('a new leader gives its state machine what no snapshot has applied', () => {
    const cluster = new RaftCluster({ size: 1 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b');
    takeSnapshot(cluster, 0);
    cluster.propose(0, 'c');
    cluster.restart(0);
    cluster.elect(0);
    expect(cluster.server(0).applied).to.have.length(5);
  });
});

describe('Paper section 7, InstallSnapshot', () => {
  it('the leader sends it when it discarded the next entry that the follower needs', () => {
    const cluster = makeBehind();
    cluster.run(4 * heartbeatTicks);
    expect(lines(cluster, '0 server 2 needs a snapshot')).to.have.length(1);
    expect(lines(cluster, "2 continues from the leader's snapshot")).to.have.length(1);
    expect(cluster.server(2).applied).to.deep.equal(cluster.server(0).applied);
    expect(modeOf(cluster)).to.equal('replicate');
    cluster.propose(0, 'd');
    cluster.deliverAll();
    expect(cluster.server(2).applied).to.have.length(5);
  });

  it('a follower that was not away for long needs none: the tail of the log is enough', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(2);
    cluster.propose(0, 'a', 'b', 'c');
    cluster.run(heartbeatTicks);
    takeSnapshot(cluster, 0, 3);
    cluster.heal();
    cluster.run(2 * heartbeatTicks);
    expect(lines(cluster, 'needs a snapshot')).to.have.length(0);
    expect(cluster.server(2).applied).to.have.length(4);
  });

  it('it is asked for with every heartbeat, whatever is lost, until the follower has it', () => {
    const cluster = makeBehind();
    cluster.server(2).holdsSnapshots = true;
    cluster.run(4 * heartbeatTicks);
    expect(modeOf(cluster)).to.equal('snapshot');
    cluster.step(0, { type: 'unreachable', peer: follower });
    expect(modeOf(cluster)).to.equal('snapshot');
    const effects = cluster.server(0).raft.step({ type: 'broadcast' });
    expect(effects).to.deep.include({ type: 'sendSnapshot', to: follower, term: asTerm(1) });
    cluster.server(2).holdsSnapshots = false;
    cluster.run(20 * heartbeatTicks);
    expect(modeOf(cluster)).to.equal('replicate');
    expect(cluster.server(2).applied).to.have.length(4);
  });

  it('heartbeats go on meanwhile: the follower stays one, and the leader has its majority', () => {
    const cluster = makeBehind();
    cluster.server(2).holdsSnapshots = true;
    cluster.crash(1);
    cluster.run(4 * electionTicksMax);
    expect(cluster.leader?.raft.term).to.equal(1);
    const read = cluster.read(0);
    cluster.deliverAll();
    expect(read.state).to.equal('ready');
    expect(lines(cluster, 'without a majority')).to.have.length(0);
  });

  it('it is not needed after all when a heartbeat finds that the follower holds its end', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a', 'b');
    while (cluster.network.some(({ to }) => to !== 0)) {
      cluster.deliver(cluster.network.findIndex(({ to }) => to !== 0));
    }
    // The answers of server 2 are lost, and the leader's log goes on without it.
    while (cluster.network.length > 0) {
      if (cluster.network[0]?.from === 2) cluster.drop();
      else cluster.deliver();
    }
    takeSnapshot(cluster, 0);
    cluster.run(2 * heartbeatTicks);
    expect(modeOf(cluster)).to.equal('replicate');
    expect(lines(cluster, "continues from the leader's")).to.have.length(0);
    expect(cluster.server(2).applied).to.have.length(3);
  });

  it('entries that follow the snapshot are retained when the log holds its last entry', () => {
    const log = makeLog(1, 1, 1, 1);
    const server = new RaftCluster({ size: 3, logs: [log, log, log] }).server(2);
    const position = { index: asLogIndex(3), term: asTerm(1) };
    const effects = server.raft.step({
      type: 'snapshotReceived',
      callId: 1,
      position,
      configuration: foundersOnly,
    });
    expect(effects.map(({ type }) => type)).to.deep.equal(['note', 'installSnapshot']);
    const { lastApplied, commitIndex, durableIndex } = server.raft;
    expect([lastApplied, commitIndex, durableIndex]).to.deep.equal([3, 3, 4]);
    expect(entriesOf(server.raft)).to.deep.equal(log);
  });

  it('the entire log is discarded when it conflicts with the snapshot, or is shorter', () => {
    for (const log of [makeLog(1, 1, 2, 2, 2), makeLog(1), []]) {
      const cluster = new RaftCluster({ size: 3, logs: [[], [], log], terms: [3, 3, 3] });
      const { raft, disk } = cluster.server(2);
      const position = { index: asLogIndex(3), term: asTerm(3) };
      const [persist, ...rest] = raft.step({
        type: 'snapshotReceived',
        callId: 1,
        position,
        configuration: foundersOnly,
      });
      const write = { writeId: 1, hardState: undefined, reset: position, entries: [] };
      expect(persist).to.deep.equal({ type: 'persist', ...write });
      expect(rest.map(({ type }) => type)).to.deep.equal(['note', 'installSnapshot']);
      expect([raft.log.base, raft.log.lastIndex]).to.deep.equal([position, 3]);
      expect([raft.lastApplied, raft.commitIndex, raft.durableIndex]).to.deep.equal([3, 3, 3]);
      expect(disk.entries).to.equal(log);
    }
  });

  it('the follower has it once it is on disk that its log begins anew', () => {
    const cluster = makeBehind();
    cluster.server(2).holdsWrites = true;
    cluster.run(4 * heartbeatTicks);
    expect(cluster.server(2).raft.lastApplied).to.equal(4);
    expect(lines(cluster, 'installed InstallSnapshot')).to.have.length(0);
    cluster.completeWrites(2);
    cluster.deliverAll();
    expect(lines(cluster, 'installed InstallSnapshot')).not.to.have.length(0);
  });

  it('a write that completes after the log was discarded makes nothing durable', () => {
    const cluster = new RaftCluster({ size: 3, logs: [[], [], makeLog(1)], terms: [3, 3, 3] });
    const { raft } = cluster.server(2);
    const append = {
      ...({ type: 'appendEntries', term: asTerm(3), leaderId: asServerId(0), round: 0 } as const),
      ...{ prevLogIndex: asLogIndex(1), prevLogTerm: asTerm(1), majorityLost: false },
      ...{ entries: makeLog(1, 2, 2, 2, 2, 2).slice(1), leaderCommit: asLogIndex(0) },
    };
    raft.step({ type: 'request', from: asServerId(0), callId: 1, request: append });
    const position = { index: asLogIndex(3), term: asTerm(3) };
    raft.step({ type: 'snapshotReceived', callId: 2, position, configuration: foundersOnly });
    const entries = [4, 5, 6].map((index) => makeEntry(index, 3));
    const next = { ...append, prevLogIndex: position.index, prevLogTerm: position.term, entries };
    raft.step({ type: 'request', from: asServerId(0), callId: 3, request: next });
    raft.step({ type: 'persisted', writeId: 1 });
    expect(raft.durableIndex).to.equal(3);
    raft.step({ type: 'persisted', writeId: 3 });
    expect(raft.durableIndex).to.equal(6);
  });

  it('a server that was elected while it arrived keeps its log, and applies it', () => {
    const log = makeLog(1, 1, 1, 1);
    const cluster = new RaftCluster({ size: 3, logs: [log, log, log] });
    const { raft } = cluster.server(1);
    cluster.step(1, { type: 'campaign' });
    while (raft.role !== 'leader') cluster.deliver();
    const position = { index: asLogIndex(3), term: asTerm(1) };
    const effects = raft.step({
      type: 'snapshotReceived',
      callId: 99,
      position,
      configuration: foundersOnly,
    });
    expect(effects[0]).to.deep.equal({ type: 'apply', entries: log.slice(0, 3) });
    expect(effects.some(({ type }) => type === 'installSnapshot')).to.equal(false);
    expect([raft.snapshot, raft.commitIndex]).to.deep.equal([position, 3]);
  });

  it('is answered at once by a follower whose state is that far', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    install(cluster, 1, {});
    expect(cluster.server(1).snapshotEvents, 'no piece was taken').to.have.length(0);
    expect(answerOf(cluster)).to.deep.include({ installed: true, nextOffset: 9 });
  });

  it('is refused to a leader of an earlier term, which learns the later one', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.elect(0);
    cluster.elect(1);
    const { raft } = cluster.server(0);
    expect(raft.term).to.equal(2);
    install(cluster, 0, { lastIncludedIndex: asLogIndex(9) });
    expect(answerOf(cluster)).to.deep.include({ installed: false, nextOffset: 0, term: 2 });
    expect(raft.leaderId).to.equal(1);
  });

  it('makes its sender the leader, and keeps its follower from standing', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    for (let piece = 0; piece < 10; piece += 1) {
      cluster.tick(1, testTiming.electionTicksMin - 1);
      const parts = { term: asTerm(5), lastIncludedIndex: asLogIndex(9) };
      install(cluster, 1, parts);
    }
    const { raft } = cluster.server(1);
    expect([raft.role, raft.term, raft.leaderId]).to.deep.equal(['follower', 5, 2]);
  });

  it('that no correct server sends is refused without effect', () => {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.trace.length = 0;
    install(cluster, 0, { lastIncludedIndex: asLogIndex(9) });
    install(cluster, 1, { term: asTerm(7), lastIncludedTerm: asTerm(7) });
    expect(cluster.trace[0]).to.contain('claims to lead term 1, which this server leads');
    expect(cluster.trace[1]).to.contain('contradicts the committed entry 1');
    expect(cluster.server(1).raft.term).to.equal(1);
  });

  it('is answered by nobody when the server crashed in between', () => {
    const cluster = makeBehind();
    cluster.server(2).holdsSnapshots = true;
    cluster.run(2 * heartbeatTicks);
    const [event] = cluster.server(2).snapshotEvents;
    expect(event?.type).to.equal('snapshotPieceTaken');
    cluster.crash(2);
    cluster.restore(2);
    if (event !== undefined) expect(cluster.server(2).raft.step(event)).to.deep.equal([]);
  });

  /** Server 2 sends a piece that is not the last. */
  function install(cluster: RaftCluster, to: number, parts: Partial<InstallSnapshotRequest>): void {
    const request: InstallSnapshotRequest = {
      ...{ type: 'installSnapshot', term: asTerm(1), leaderId: follower },
      ...{ lastIncludedIndex: asLogIndex(1), lastIncludedTerm: asTerm(1), imageBytes: 9 },
      ...{
        configuration: foundersOnly,
        imageChecksum: 0,
        offset: 0,
        data: new Uint8Array(0),
        checksum: 0,
        done: false,
      },
      ...parts,
    };
    const callId = cluster.server(to).openCall(follower);
    cluster.network.length = 0;
    cluster.server(to).holdsSnapshots = true;
    cluster.step(to, { type: 'request', from: follower, callId, request });
  }

  function answerOf(cluster: RaftCluster): unknown {
    const body = cluster.network.at(-1)?.body;
    return body?.kind === 'response' ? body.response : undefined;
  }
});
