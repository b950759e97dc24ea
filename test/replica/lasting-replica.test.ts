/** A server whose disk fails comes back by itself when the disk does, as after a restart. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { ClusterRig, type ClusterServer } from './cluster-rig.js';

const refused = { kind: 'storage', reason: 'no space left' };

/** Fails the disk of the server at its next write. */
async function failDisk(rig: ClusterRig, server: ClusterServer): Promise<void> {
  server.disk.refusal = 'no space left';
  const leader = await rig.leader();
  rig.submit(leader, 'failing', 1);
  await rig.until('it fails', () => server.replica.status().storageError !== undefined);
}

async function clusterWithFiles(): Promise<ClusterRig> {
  const rig = await ClusterRig.started();
  await rig.updateMany(await rig.leader(), 1, 30);
  return rig;
}

const isBack = (server: ClusterServer) => (): boolean =>
  server.replica.status().storageError === undefined;

describe('a lasting replica', () => {
  it('refuses while its disk does, and returns with all it had when there is room', async () => {
    const rig = await clusterWithFiles();
    const failed = await rig.leader();
    const before = failed.replica.stateMachine;
    failed.disk.refusal = 'no space left';
    const inLog = rig.submit(failed, 'b', 1);
    await rig.until('it fails', () => inLog.length === 1);
    expect(inLog).to.deep.equal([{ kind: 'outcomeUnknown', reason: 'no space left' }]);
    expect(await rig.update(failed, 'b', 1)).to.deep.equal(refused);
    expect(failed.replica.isLeader()).to.equal(false);
    const other = await rig.leader();
    await rig.updateMany(other, 31, 60);
    failed.disk.refusal = undefined;
    await rig.until('it is back', isBack(failed));
    await rig.until('it has all', () => failed.replica.stateMachine.versionOf('a') === 60);
    expect(failed.replica.stateMachine, 'a new life').not.to.equal(before);
    const led: unknown[] = [];
    failed.replica.setLeader((outcome) => led.push(outcome));
    await rig.until('it leads', () => led.length === 1);
    await rig.updateMany(failed, 61, 61);
  });

  it('closes what failed before it opens it again, and says once that it cannot', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(1);
    await failDisk(rig, server);
    const { openings } = server.disk;
    await rig.pass(20_000);
    expect(server.disk.closings).to.equal(1);
    expect(server.disk.openings - openings, 'bounded back-off').to.be.within(4, 6);
    expect(server.told('storageUnusable')).to.equal(1);
    server.disk.refusal = 'input/output error';
    await rig.pass(10_000);
    expect(server.told('storageUnusable')).to.equal(2);
    server.disk.refusal = undefined;
    await rig.until('it is back', isBack(server));
    expect(server.told('storageReturned')).to.equal(1);
  });

  it('stays down when the disk is found to be damaged, and says so', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(1);
    await failDisk(rig, server);
    server.disk.isDamaged = true;
    await rig.pass(2_000);
    const { openings } = server.disk;
    await rig.pass(20_000);
    expect(server.disk.openings).to.equal(openings);
    expect(server.events.filter(({ type }) => type === 'storageUnusable')).to.deep.equal([
      { type: 'storageUnusable', reason: 'a flipped bit in the log', isFinal: true },
    ]);
    expect(await rig.update(server, 'b', 1)).to.deep.equal(refused);
  });

  it('tries less and less often when each life ends at its first write', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(1);
    await failDisk(rig, server);
    server.disk.opensAllTheSame = true;
    const leader = await rig.leader();
    const before = server.told('storageFailed');
    for (let second = 0; second < 40; second += 1) {
      await rig.update(leader, `f${second}`, 1);
      await rig.pass(1_000);
    }
    expect(server.told('storageFailed') - before).to.be.within(3, 8);
  });

  it('keeps the crash switch and the artificial partition through it', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(2);
    await failDisk(rig, server);
    server.replica.crash();
    server.replica.setUnreachable([asServerId(0)], 'send');
    server.disk.refusal = undefined;
    await rig.until('it is back', isBack(server));
    await rig.pass(1_000);
    expect(server.replica.status()).to.include({ role: 'crashed' });
    expect(server.replica.isCrashed()).to.equal(true);
    expect(server.replica.status().unreachable).to.deep.equal([asServerId(0)]);
    await rig.updateMany(await rig.leader(), 31, 31);
    expect(server.replica.stateMachine.versionOf('a')).to.be.below(31);
    server.replica.restore();
    expect(server.replica.status().unreachable).to.deep.equal([]);
    await rig.until('it has all', () => server.replica.stateMachine.versionOf('a') === 31);
  });

  it('shows the applied state as it was while the crash switch is on', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(2);
    await rig.until('it has all', () => server.replica.stateMachine.versionOf('a') === 30);
    await failDisk(rig, server);
    server.replica.crash();
    server.disk.refusal = undefined;
    await rig.until('it is back', isBack(server));
    expect(server.replica.stateMachine.versionOf('a')).to.equal(30);
    server.replica.crash();
    expect(server.replica.stateMachine.versionOf('a')).to.equal(30);
    await rig.updateMany(await rig.leader(), 31, 31);
    server.replica.restore();
    await rig.until('it has all', () => server.replica.stateMachine.versionOf('a') === 31);
  });

  it('keeps the alarm about differing states through it', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(1);
    const { stateMachine } = server.replica;
    stateMachine.apply(
      stateMachine.encode({
        ...{
          type: 'updatefile',
          name: 'x',
          version: 1,
          hashlist: [],
          requestId: undefined,
          timeMs: 0,
        },
      }),
    );
    const leader = await rig.leader();
    leader.replica.crash();
    await rig.pass(2_000);
    leader.replica.restore();
    await rig.until('it is noticed', () => server.replica.status().stateMismatch !== undefined);
    const mismatch = server.replica.status().stateMismatch;
    await failDisk(rig, server);
    server.disk.refusal = undefined;
    await rig.until('it is back', isBack(server));
    expect(server.replica.status().stateMismatch).to.deep.equal(mismatch);
  });

  for (const state of ['works', 'has failed', 'is damaged'] as const) {
    it(`stops when its disk ${state}`, async () => {
      const rig = await clusterWithFiles();
      const server = rig.at(1);
      if (state !== 'works') await failDisk(rig, server);
      server.disk.isDamaged = state === 'is damaged';
      if (state === 'is damaged') await rig.pass(2_000);
      await server.replica.stop();
      const { openings } = server.disk;
      await rig.pass(20_000);
      expect(server.disk.openings).to.equal(openings);
      expect(server.disk.closings).to.equal(1);
      expect(await rig.update(server, 'b', 1)).to.deep.equal({ kind: 'stopping' });
    });
  }

  it('gives back what was opened when it is stopped meanwhile', async () => {
    const rig = await clusterWithFiles();
    const server = rig.at(1);
    await failDisk(rig, server);
    server.disk.refusal = undefined;
    let goOn: (() => void) | undefined;
    server.disk.onOpened = () =>
      new Promise((resolve) => {
        goOn = resolve;
      });
    await rig.until('it is being opened', () => goOn !== undefined);
    const stopped = server.replica.stop();
    goOn?.();
    await stopped;
    expect(server.disk.closings, 'both lives').to.equal(2);
    expect(server.told('storageReturned')).to.equal(0);
    expect(await rig.update(server, 'b', 1)).to.deep.equal({ kind: 'stopping' });
  });
});

describe('a disk that hangs', () => {
  it('is told by the status, and costs its server the leadership', async () => {
    const rig = await clusterWithFiles();
    const slow = await rig.leader();
    slow.disk.isHanging = true;
    const inLog = rig.submit(slow, 'b', 1);
    const read: unknown[] = [];
    await rig.pass(100);
    expect(slow.replica.status().diskSilentMs).to.be.within(50, 200);
    slow.replica.readBarrier((outcome) => read.push(outcome));
    await rig.until('another leads', () =>
      rig.servers.some((server) => server !== slow && server.replica.isLeader()),
    );
    await rig.until('all end', () => inLog.length === 1 && read.length === 1, 3_000);
    await rig.until('it is said', () => slow.told('diskSilent') === 1, 3_000);
    slow.disk.release();
    await rig.until('it is back', () => slow.told('diskAnswers') === 1);
    expect(slow.replica.status().diskSilentMs).to.equal(0);
    await rig.updateMany(await rig.leader(), 31, 31);
    await rig.until('it has all', () => slow.replica.stateMachine.versionOf('a') === 31);
  });

  it('leaves no call of a server without peers to wait for ever', async () => {
    const rig = await ClusterRig.started({ serverCount: 1 });
    const server = await rig.leader();
    await rig.updateMany(server, 1, 3);
    server.disk.isHanging = true;
    const inLog = rig.submit(server, 'b', 1);
    await rig.pass(100);
    const behind = rig.submit(server, 'c', 1);
    const judged = rig.submit(server, 'a', 9);
    await rig.pass(2_500);
    const reason = 'the disk has not answered for 2 s';
    expect(inLog).to.deep.equal([{ kind: 'outcomeUnknown', reason }]);
    expect(behind).to.deep.equal([{ kind: 'outcomeUnknown', reason }]);
    expect(judged).to.deep.equal([{ kind: 'storage', reason }]);
    expect(await rig.update(server, 'd', 1)).to.deep.equal({ kind: 'storage', reason });
    server.disk.release();
    await rig.pass(100);
    expect(await rig.update(server, 'd', 1)).to.deep.equal({ kind: 'done', value: 'updated' });
    expect(server.replica.stateMachine.versionOf('c')).to.equal(1);
    expect(inLog).to.have.length(1);
  });
});
