/** A replica whose state comes as a snapshot: what it applies, and what its callers are told. */
import { expect } from 'chai';
import { crc32c } from '../../src/base/crc32c.js';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { FileMap } from '../../src/files/file-map.js';
import type { Entry, InstallSnapshotRequest } from '../../src/raft/messages.js';
import { applySliceEntries } from '../../src/replica/applier.js';
import type { PeerOutcome } from '../../src/replica/replica-api.js';
import { append, command, logOf, noop, ReplicaRig } from './replica-rig.js';
import { foundersOnly } from '../fixtures/founders.js';

const rival = asServerId(1);

function imageWith(version: number): Uint8Array {
  const files = new FileMap();
  for (let each = 1; each <= version; each += 1) files.apply(files.encode(command('z', each)));
  return files.snapshot().next(1_000_000) ?? new Uint8Array();
}

/** All of a snapshot through (`index`, `term`) in one piece, from the leader of `leaderTerm`. */
function snapshotAt(index: number, term: number, leaderTerm = term): InstallSnapshotRequest {
  const data = imageWith(3);
  const checksum = crc32c(data);
  return {
    ...{ type: 'installSnapshot', term: asTerm(leaderTerm), leaderId: rival },
    ...{ lastIncludedIndex: asLogIndex(index), lastIncludedTerm: asTerm(term) },
    ...{ configuration: foundersOnly, imageBytes: data.length, imageChecksum: checksum },
    ...{ offset: 0, data, checksum, done: true },
  };
}

/** Lets disk and turns go on until nothing moves; peers say nothing. */
async function settle(rig: ReplicaRig): Promise<void> {
  for (let left = 20; left > 0; left -= 1) {
    rig.completeWrites();
    rig.turn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function install(rig: ReplicaRig, request: InstallSnapshotRequest): Promise<PeerOutcome[]> {
  const answers = rig.hear(rival, request);
  await settle(rig);
  return [...answers];
}

const unknown = 'outcomeUnknown';
const replaced = { kind: 'notLeader', leaderId: rival };

describe('a snapshot that is installed', () => {
  it('replaces state and log, and is confirmed once all of it is durable', async () => {
    const rig = new ReplicaRig();
    const answers = await install(rig, snapshotAt(40, 3));
    expect(answers).to.deep.equal([
      {
        kind: 'response',
        response: {
          ...{ type: 'installSnapshot', term: 3, lastIncludedIndex: 40 },
          ...{ nextOffset: imageWith(3).length, installed: true, refilling: false },
        },
      },
    ]);
    expect(rig.files.versionOf('z')).to.equal(3);
    expect(rig.replica.status()).to.include({ snapshotIndex: 40, lastApplied: 40 });
    rig.hear(rival, append(rival, 3, { index: 40, term: 3, commit: 41 }, [noop(41, 3)]));
    await settle(rig);
    expect(rig.replica.status().lastApplied).to.equal(41);
    expect(rig.replica.logTail(10).map(({ index }) => index)).to.deep.equal([41]);
  });

  it('tells those whose updates it may hold that the outcome is unknown', async () => {
    const rig = new ReplicaRig();
    rig.lead();
    const calls = [rig.update('a', 1), rig.update('a', 2), rig.update('a', 3)];
    rig.settle([]);
    expect(rig.replica.status()).to.include({ lastLogIndex: 4, term: 1 });
    // The first two are at 2 and 3; the entry at 3 is of another term, and so is what follows.
    await install(rig, snapshotAt(3, 2));
    const [first, second, third] = calls.map(({ outcomes }) => outcomes);
    expect(first).to.have.length(1);
    expect(first?.[0]).to.include({ kind: unknown });
    expect([second, third]).to.deep.equal([[replaced], [replaced]]);
    expect(rig.replica.status().pendingUpdates).to.equal(0);
  });

  it('tells callers of a later term than its own that they were replaced', async () => {
    const rig = new ReplicaRig({ term: 4, entries: [noop(1, 4)] });
    rig.lead();
    const call = rig.update('a', 1);
    rig.settle([]);
    const { term } = rig.replica.status();
    await install(rig, snapshotAt(30, 2, term + 1));
    expect(call.outcomes).to.deep.equal([replaced]);
  });

  it('lets callers wait on whose updates come behind it', async () => {
    const rig = new ReplicaRig();
    rig.lead();
    const [inside, behind] = [rig.update('a', 1), rig.update('b', 1)];
    rig.settle([]);
    const { term } = rig.replica.status();
    const entries = rig.replica.logTail(1);
    await install(rig, snapshotAt(2, term, term + 1));
    expect(inside.outcomes[0]).to.include({ kind: unknown });
    expect(behind.outcomes).to.deep.equal([]);
    rig.hear(rival, append(rival, term + 1, { index: 2, term, commit: 3 }, entries));
    await settle(rig);
    expect(behind.outcomes).to.deep.equal([{ kind: 'done', value: 'updated' }]);
  });

  it('waits for what was given to apply before it, also through a crash', async () => {
    const backlog = 5 * applySliceEntries;
    const commands = Array.from({ length: backlog }, (_, at) => command('a', at + 1));
    const rig = new ReplicaRig({ term: 1, entries: logOf(1, commands) });
    rig.hear(rival, append(rival, 1, { index: backlog, term: 1, commit: backlog }));
    rig.hear(rival, snapshotAt(backlog + 50, 1));
    for (let left = 6; left > 0; left -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (rig.replica.status().snapshotIndex > 0) break;
      rig.turn();
    }
    rig.replica.crash();
    await settle(rig);
    expect(rig.replica.status().snapshotIndex, 'it was received').to.equal(backlog + 50);
    expect(rig.replica.status().lastApplied).to.be.below(backlog);
    expect(rig.files.versionOf('z')).to.equal(0);
    rig.replica.restore();
    await settle(rig);
    expect(rig.replica.status().lastApplied).to.equal(backlog + 50);
    expect(rig.files.versionOf('z')).to.equal(3);
  });

  it('is not installed when the switch was thrown while it became durable', async () => {
    const rig = new ReplicaRig();
    rig.snapshots.isHanging = true;
    const answers = await install(rig, snapshotAt(40, 3));
    rig.replica.crash();
    rig.snapshots.release();
    await settle(rig);
    expect(answers.length + rig.files.versionOf('z')).to.equal(0);
    rig.replica.restore();
    const again = await install(rig, snapshotAt(40, 3));
    expect(JSON.stringify(again)).to.include('"installed":true');
    expect(rig.files.versionOf('z')).to.equal(3);
  });

  it('is where a replica starts that recovered one', () => {
    const files = new FileMap();
    const position = { index: asLogIndex(40), term: asTerm(3) };
    const entries: Entry[] = [noop(41, 3)];
    const rig = new ReplicaRig({ term: 3, entries, snapshot: position });
    expect(files.size).to.equal(0);
    expect(rig.replica.status()).to.include({
      ...{ lastApplied: 40, snapshotIndex: 40, firstLogIndex: 41, lastLogIndex: 41 },
    });
    rig.lead();
    expect(rig.replica.status().lastApplied).to.equal(42);
  });
});

describe('a replica that took a snapshot', () => {
  const limits = { logBytesMin: 500, logBytesMax: 1_000, tailEntries: 2, tailBytes: 1e6 };

  it('gives up the log before it, but for a tail, in memory and on disk', async () => {
    const rig = new ReplicaRig({ snapshots: limits });
    rig.lead();
    for (let version = 1; version <= 40; version += 1) rig.update('a', version);
    rig.settle();
    rig.tick();
    await settle(rig);
    const { snapshotIndex, firstLogIndex } = rig.replica.status();
    expect(snapshotIndex).to.equal(41);
    expect(firstLogIndex).to.equal(40);
    expect(rig.compacted).to.deep.equal([39]);
  });

  it('takes none while it stands still', async () => {
    const rig = new ReplicaRig({ snapshots: limits });
    rig.lead();
    for (let version = 1; version <= 40; version += 1) rig.update('a', version);
    rig.settle();
    rig.snapshots.isHanging = true;
    rig.tick();
    rig.replica.crash();
    rig.snapshots.release();
    await settle(rig);
    expect([rig.snapshots.newest, rig.snapshots.writers]).to.deep.equal([undefined, 0]);
    rig.replica.restore();
    rig.tick();
    await settle(rig);
    expect(rig.replica.status().snapshotIndex).to.equal(41);
  });

  it('stops in the middle of one, and gives the disk back afterwards', async () => {
    const rig = new ReplicaRig({ snapshots: limits });
    rig.lead();
    for (let version = 1; version <= 40; version += 1) rig.update('a', version);
    rig.settle();
    rig.snapshots.isHanging = true;
    rig.tick();
    const stopped = rig.replica.stop();
    await settle(rig);
    expect(rig.isStorageClosed).to.equal(false);
    rig.snapshots.release();
    await settle(rig);
    await stopped;
    expect([rig.isStorageClosed, rig.snapshots.writers]).to.deep.equal([true, 0]);
  });
});
