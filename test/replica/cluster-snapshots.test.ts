/** Three servers with snapshots all the time: who is behind is brought up, whatever happens. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { asServerId } from '../../src/base/ids.js';
import { ClusterRig, tinySnapshots, type ClusterServer } from './cluster-rig.js';

const versionOf = (server: ClusterServer): number => server.replica.stateMachine.versionOf('a');

/** Server 2 misses so much that only a snapshot can bring it back. */
async function clusterWithLaggard(versions = 60): Promise<ClusterRig> {
  const rig = await ClusterRig.started();
  const leader = await rig.leader();
  rig.at(2).replica.setUnreachable([asServerId(0), asServerId(1)], 'both');
  await rig.updateMany(leader, 1, versions);
  await rig.until('the log was cut', () => leader.replica.status().firstLogIndex > 10);
  return rig;
}

/** Large values in one file: an image of many pieces. */
async function makeLarge(rig: ClusterRig, leader: ClusterServer): Promise<void> {
  for (let file = 0; file < 6; file += 1) {
    await rig.update(leader, `large${file}`, 1, ['x'.repeat(500_000)]);
  }
}

describe('a cluster that takes snapshots', () => {
  it('keeps log and disk bounded under endless updates of one file', async () => {
    const rig = await ClusterRig.started();
    const leader = await rig.leader();
    await rig.updateMany(leader, 1, 200);
    await rig.pass(200);
    for (const server of rig.servers) {
      expect(server.told('snapshotTaken')).to.be.at.least(5);
      expect(server.disk.logLength).to.be.at.most(100);
      expect(server.replica.status().snapshotIndex).to.be.at.least(100);
    }
  });

  it('goes on from snapshot and log after all servers were stopped', async () => {
    const rig = await ClusterRig.started();
    await rig.updateMany(await rig.leader(), 1, 50);
    for (const { replica } of rig.servers) await replica.stop();
    for (const id of rig.servers.keys()) await rig.start(id);
    const leader = await rig.leader();
    expect(leader.replica.status().snapshotIndex).to.be.at.least(1);
    await rig.updateMany(leader, 51, 60);
    await rig.until('all have it', () => rig.servers.every((server) => versionOf(server) === 60));
  });

  it('answers all updates while snapshots are taken', async () => {
    const rig = await ClusterRig.started({ snapshots: { ...tinySnapshots, logBytesMin: 1 } });
    const leader = await rig.leader();
    const outcomes = Array.from({ length: 300 }, (_, at) => rig.submit(leader, `f${at}`, 1));
    await rig.until('all end', () => outcomes.every((each) => each.length === 1));
    expect(outcomes.every(([outcome]) => outcome?.kind === 'done')).to.equal(true);
    await rig.until('one is taken', () => leader.told('snapshotTaken') > 0);
  });
});

describe('a follower that is far behind', () => {
  it('is sent a snapshot, then entries, and can lead and answer', async () => {
    const rig = await clusterWithLaggard();
    const behind = rig.at(2);
    behind.replica.restore();
    await rig.until('it has all', () => versionOf(behind) === 60);
    expect(behind.told('snapshotReceiving')).to.equal(1);
    await rig.updateMany(await rig.leader(), 61, 62);
    await rig.until('it follows', () => versionOf(behind) === 62);
    const led: unknown[] = [];
    behind.replica.setLeader((outcome) => led.push(outcome));
    await rig.until('it leads', () => led.length === 1);
    expect(led).to.deep.equal([{ kind: 'done', value: true }]);
    await rig.updateMany(behind, 63, 63);
    expect(rig.servers.map(({ disk }) => disk.snapshots.openReaders)).to.deep.equal([0, 0, 0]);
  });

  it('has the snapshot on disk when it is killed right afterwards', async () => {
    const rig = await clusterWithLaggard();
    const behind = rig.at(2);
    behind.replica.restore();
    await rig.until('it has all', () => versionOf(behind) === 60);
    await behind.replica.stop();
    await rig.start(2);
    expect(behind.replica.status().lastApplied).to.be.at.least(30);
    await rig.until('it has all again', () => versionOf(behind) === 60);
  });

  it('is brought up by an image of many pieces through losses and a crash', async () => {
    const rig = await ClusterRig.started();
    const leader = await rig.leader();
    const behind = rig.at(2);
    behind.replica.setUnreachable([asServerId(0), asServerId(1)], 'both');
    await makeLarge(rig, leader);
    await rig.updateMany(leader, 1, 60);
    await rig.until('the log was cut', () => leader.replica.status().firstLogIndex > 10);
    const offsets: number[] = [];
    rig.passes = (_from, _to, request) => {
      if (request.type !== 'installSnapshot' || request.data.length === 0) return true;
      offsets.push(request.offset);
      return offsets.length % 3 !== 0;
    };
    behind.replica.restore();
    await rig.until('pieces have come', () => offsets.length >= 4);
    behind.replica.crash();
    await rig.pass(300);
    behind.replica.restore();
    await rig.until('it has all', () => versionOf(behind) === 60);
    const again = offsets.slice(offsets.lastIndexOf(0));
    expect(again, 'after the crash each piece comes in order').to.deep.equal(
      [...again].sort((a, b) => a - b),
    );
    expect(leader.disk.snapshots.largestRead).to.be.at.most(512 * 1024);
    expect(rig.servers.map(({ disk }) => disk.snapshots.openReaders)).to.deep.equal([0, 0, 0]);
    expect(rig.servers.map(({ disk }) => disk.snapshots.writers)).to.deep.equal([0, 0, 0]);
  });

  it('is sent nothing more when it has all it needs, though the last answer was lost', async () => {
    const rig = await clusterWithLaggard();
    const leader = await rig.leader();
    const behind = rig.at(2);
    let isSent = false;
    rig.passes = (_from, _to, request) => {
      if (request.type !== 'installSnapshot') return true;
      if (isSent) return false;
      isSent = request.done;
      if (isSent) behind.replica.setUnreachable([asServerId(0), asServerId(1)], 'send');
      return true;
    };
    behind.replica.restore();
    await rig.until('it has the image', () => behind.replica.status().snapshotIndex > 0);
    await rig.pass(100);
    expect(leader.disk.snapshots.openReaders).to.equal(1);
    behind.replica.restore();
    await rig.until('it has all', () => versionOf(behind) === 60);
    await rig.pass(100);
    expect(leader.disk.snapshots.openReaders).to.equal(0);
  });

  it('needs no second snapshot though others are taken while the first one travels', async () => {
    const rig = await ClusterRig.started({
      snapshots: { ...tinySnapshots, logBytesMax: 100_000 },
    });
    const leader = await rig.leader();
    const behind = rig.at(2);
    behind.replica.setUnreachable([asServerId(0), asServerId(1)], 'both');
    await rig.updateMany(leader, 1, 60);
    await rig.until('the log was cut', () => leader.replica.status().firstLogIndex > 10);
    behind.disk.snapshots.isHanging = true;
    behind.replica.restore();
    await rig.until('it is being sent', () => behind.told('snapshotReceiving') === 1);
    const taken = leader.told('snapshotTaken');
    await rig.updateMany(leader, 61, 160);
    expect(leader.told('snapshotTaken')).to.be.above(taken);
    behind.disk.snapshots.release();
    await rig.until('it has all', () => versionOf(behind) === 160);
    expect(behind.told('snapshotReceiving')).to.equal(1);
  });

  it('is sent the newest anew when it takes longer than the log may be kept', async () => {
    const rig = await clusterWithLaggard();
    const [leader, behind] = [await rig.leader(), rig.at(2)];
    behind.disk.snapshots.isHanging = true;
    behind.replica.restore();
    await rig.until('it is being sent', () => behind.told('snapshotReceiving') === 1);
    await rig.updateMany(leader, 61, 400);
    expect(leader.disk.logLength).to.be.at.most(250);
    behind.disk.snapshots.release();
    await rig.until('it has all', () => versionOf(behind) === 400);
    expect(behind.told('snapshotReceiving')).to.be.above(1);
  });

  it('is brought up by another leader when the first one dies on the way', async () => {
    const rig = await clusterWithLaggard();
    const [leader, behind] = [await rig.leader(), rig.at(2)];
    behind.disk.snapshots.isHanging = true;
    behind.replica.restore();
    await rig.until('it is being sent', () => behind.told('snapshotReceiving') === 1);
    leader.replica.crash();
    behind.disk.snapshots.release();
    const other = await rig.leader();
    expect(other).not.to.equal(leader);
    await rig.until('it has all', () => versionOf(behind) === 60);
    leader.replica.restore();
    await rig.updateMany(await rig.leader(), 61, 61);
    await rig.until('all have it', () => rig.servers.every((server) => versionOf(server) === 61));
  });

  it('is helped though the newest snapshot is damaged: another one is taken', async () => {
    const rig = await clusterWithLaggard();
    const [leader, behind] = [await rig.leader(), rig.at(2)];
    leader.disk.snapshots.isDamaged = true;
    const taken = leader.told('snapshotTaken');
    behind.replica.restore();
    await rig.until('it is noticed', () => leader.told('snapshotSendFailed') > 0);
    await rig.until('another is taken', () => leader.told('snapshotTaken') > taken);
    leader.disk.snapshots.isDamaged = false;
    await rig.until('it has all', () => versionOf(behind) === 60);
  });

  it('tries again when its disk has no room for the image, and says why', async () => {
    const rig = await clusterWithLaggard();
    const behind = rig.at(2);
    behind.disk.snapshots.refusal = 'no space left';
    behind.replica.restore();
    await rig.until('it is said', () => behind.told('snapshotRefused') > 0);
    await rig.pass(500);
    expect(behind.told('snapshotRefused'), 'at a bounded pace').to.equal(1);
    expect(behind.replica.status().storageError).to.equal(undefined);
    behind.disk.snapshots.refusal = undefined;
    await rig.until('it has all', () => versionOf(behind) === 60);
  });
});

describe('servers that compare their states', () => {
  it('raise the alarm when one holds something else, and keep it', async () => {
    const rig = await ClusterRig.started({ stateCheckMs: 1_000 });
    const leader = await rig.leader();
    await rig.updateMany(leader, 1, 3);
    await rig.pass(2_000);
    expect(rig.servers.map(({ replica }) => replica.status().stateMismatch)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    const [odd] = rig.servers.filter((server) => server !== leader);
    const { stateMachine } = must(odd, 'there are followers').replica;
    const forged = {
      type: 'updatefile',
      name: 'b',
      version: 1,
      hashlist: [],
      requestId: undefined,
      timeMs: 0,
    };
    stateMachine.apply(stateMachine.encode({ ...forged, type: 'updatefile' }));
    await rig.updateMany(leader, 4, 4);
    await rig.pass(2_000);
    const oddId = odd?.replica.status().serverId;
    for (const server of rig.servers) {
      const { stateMismatch, serverId } = server.replica.status();
      const others = rig.servers.map((each) => each.replica.status().serverId);
      const expected = server === odd ? others.filter((id) => id !== serverId) : [oddId];
      expect([...(stateMismatch?.servers ?? [])].sort()).to.deep.equal(expected);
      expect(server.told('stateMismatch')).to.equal(expected.length);
    }
  });

  it('log nothing for it while nothing is applied', async () => {
    const rig = await ClusterRig.started({ stateCheckMs: 500 });
    const leader = await rig.leader();
    await rig.updateMany(leader, 1, 1);
    await rig.pass(1_000);
    const { lastLogIndex } = leader.replica.status();
    await rig.pass(3_000);
    expect(leader.replica.status().lastLogIndex).to.equal(lastLogIndex);
  });
});
