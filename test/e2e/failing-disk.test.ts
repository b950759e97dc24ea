/**
 * A disk that answers no more, or with errors only, costs its server the lead and nobody an
 * answer; afterwards the server follows again, and nothing is lost or there twice.
 */
import { expect } from 'chai';
import { expectReturn, expectSuccessor, expectTrouble } from './support/disk-troubles.js';
import { FailingWrites } from './support/failing-writes.js';
import { pend } from './support/pend.js';
import { FreezableDisk } from './support/test-disk.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

describe('a server whose disk hangs', () => {
  const clusters = useClusters();

  before(async function () {
    const refusal = await FreezableDisk.refusal();
    if (refusal !== undefined) pend(this, `no disk can be frozen here: ${refusal}`);
  });

  for (const size of [3, 5]) {
    it(`leads no longer in a cluster of ${size}, and follows when the disk answers`, async () => {
      const cluster = await clusters.create(size);
      const disk = cluster.own(await FreezableDisk.mount(cluster.dataFolder(0)));
      await cluster.startAll();
      await cluster.leader();
      expect(await cluster.value(0, 'setleader')).to.equal(true);
      const { pid } = cluster.server(0);
      const workload = new Workload(cluster);
      await workload.progress(20);
      await disk.freeze();
      await expectSuccessor(cluster, 0, workload);
      await expectTrouble(cluster, 0);
      await disk.heal();
      await expectReturn(cluster, 0);
      expect(cluster.server(0).pid).to.equal(pid);
      await workload.progress(20);
      await workload.endAndCheck();
    });
  }
});

describe('a server whose disk answers with errors', () => {
  const clusters = useClusters();
  let failing: FailingWrites | undefined;

  before(async function () {
    const refusal = await FailingWrites.refusal();
    if (refusal !== undefined) pend(this, `no write can be made to fail here: ${refusal}`);
  });

  afterEach(async () => {
    await failing?.end();
    failing = undefined;
  });

  for (const size of [3, 4]) {
    it(`leads no longer in a cluster of ${size}, and follows when they end`, async () => {
      const cluster = await clusters.start(size);
      const { serverId, term } = await cluster.leader();
      const { pid } = cluster.server(serverId);
      const workload = new Workload(cluster);
      await workload.progress(20);
      failing = await FailingWrites.begin(pid);
      await expectSuccessor(cluster, serverId, workload);
      await expectTrouble(cluster, serverId);
      await failing.end();
      await expectReturn(cluster, serverId);
      expect(cluster.server(serverId).pid).to.equal(pid);
      expect((await cluster.leader()).term).to.be.above(term);
      await workload.progress(20);
      await workload.endAndCheck();
    });
  }
});
