/**
 * A disk that is full ends no process and loses nothing: the server steps aside, says so, and is
 * back by itself once there is room again.
 */
import { expect } from 'chai';
import { expectReturn, expectSuccessor, expectTrouble } from './support/disk-troubles.js';
import { eventually } from './support/eventually.js';
import { pend } from './support/pend.js';
import type { TestCluster } from './support/test-cluster.js';
import { SmallDisk } from './support/test-disk.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

const mebibyte = 1024 * 1024;
const diskBytes = 8 * mebibyte;
/** What a new server may ask for. */
const startBytesMax = 2 * mebibyte;

describe('a server whose disk is full', () => {
  const clusters = useClusters();

  before(async function () {
    const refusal = await SmallDisk.refusal();
    if (refusal !== undefined) pend(this, `no small disk can be mounted here: ${refusal}`);
  });

  const create = async (size: number, small: number): Promise<[TestCluster, SmallDisk]> => {
    const cluster = await clusters.create(size);
    const disk = cluster.own(await SmallDisk.mount(cluster.dataFolder(small), diskBytes));
    await cluster.startAll();
    await cluster.leader();
    return [cluster, disk];
  };

  for (const size of [3, 4]) {
    it(`leads no longer in a cluster of ${size}, and is back when there is room`, async () => {
      const [cluster, disk] = await create(size, 0);
      expect(await cluster.value(0, 'setleader')).to.equal(true);
      const { pid } = cluster.server(0);
      const workload = new Workload(cluster);
      await workload.progress(20);
      await disk.fill();
      await expectSuccessor(cluster, 0, workload);
      await workload.progress(20);
      await expectTrouble(cluster, 0);
      await disk.heal();
      await expectReturn(cluster, 0);
      await workload.progress(20);
      expect(cluster.server(0).pid).to.equal(pid);
      // It counts again: without it there would be no majority.
      for (const id of cluster.others(0).slice(0, Math.ceil(size / 2) - 1)) {
        await cluster.server(id).end('SIGKILL');
      }
      await workload.progress(20);
      await workload.endAndCheck();
    });
  }

  it('follows no longer in a cluster of 3, which goes on without an election', async () => {
    const [cluster, disk] = await create(3, 2);
    expect(await cluster.value(0, 'setleader')).to.equal(true);
    const { term } = await cluster.leader();
    const workload = new Workload(cluster);
    await workload.progress(20);
    await disk.fill();
    await workload.progress(100);
    await expectTrouble(cluster, 2);
    expect((await cluster.leader()).term).to.equal(term);
    await disk.heal();
    await expectReturn(cluster, 2);
    expect((await cluster.leader()).term).to.equal(term);
    await workload.endAndCheck();
  });

  it('refuses with fault 5 in a cluster of 1, and serves when there is room', async () => {
    const [cluster, disk] = await create(1, 0);
    const workload = new Workload(cluster);
    await workload.progress(20);
    await disk.fill();
    await eventually('fault 5', 5_000, async () => {
      const answer = await cluster.call(0, 'updatefile', ['other', 1, ['h'.repeat(4096)]]);
      return answer.kind === 'fault' && answer.fault.code === 5 ? true : undefined;
    });
    await expectTrouble(cluster, 0);
    await disk.heal();
    await expectReturn(cluster, 0);
    await workload.progress(20);
    await cluster.server(0).end('SIGKILL');
    await workload.endAndCheck();
  });

  it('says so in one line when it cannot even start, and starts when there is room', async () => {
    const [cluster, disk] = await create(3, 2);
    const workload = new Workload(cluster);
    await workload.progress(20);
    const server = cluster.server(2);
    await server.end('SIGKILL');
    await disk.fill();
    const { exitCode, lines } = await server.refusal();
    expect(exitCode, lines.join('\n')).to.equal(1);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^server 2 cannot start: .*disk full/);
    await disk.heal();
    await server.start();
    await expectReturn(cluster, 2);
    await workload.endAndCheck();
  });
});

describe('a new server', () => {
  const clusters = useClusters();

  before(async function () {
    const refusal = await SmallDisk.refusal();
    if (refusal !== undefined) pend(this, `no small disk can be mounted here: ${refusal}`);
  });

  it('starts and serves within 2 MiB of free disk', async () => {
    const cluster = await clusters.create(3);
    for (const { id } of cluster.servers) {
      cluster.own(await SmallDisk.mount(cluster.dataFolder(id), startBytesMax));
    }
    await cluster.startAll();
    const { serverId } = await cluster.leader();
    expect(await cluster.value(serverId, 'updatefile', 'f', 1, ['h'])).to.equal(true);
  });
});
