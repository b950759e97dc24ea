/**
 * A cluster whose servers are started one after the other works as soon as a majority runs, and
 * waits for nobody who never comes.
 */
import { expect } from 'chai';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const leaderMsMax = 2_000;
const memberMsMax = 5_000;

describe('servers that are started one by one, one of them never,', () => {
  const clusters = useClusters();

  for (const size of [3, 4, 5]) {
    it(`have a leader with any majority of ${size}`, async () => {
      const cluster = await clusters.create(size, ...fastElections);
      const majority = Math.floor(size / 2) + 1;
      // Backwards: the server with the smallest id is no one's special friend.
      const started = cluster.servers.slice(1).reverse();
      for (const [i, server] of started.entries()) {
        await server.start();
        if (i + 1 < majority) continue;
        await cluster.leader(leaderMsMax);
        await expectAllCount(cluster, i + 1);
        await update(cluster, i + 1);
      }
      // Who joined late counts as much as the founders.
      for (const server of started.slice(0, started.length - majority)) {
        await server.end('SIGKILL');
      }
      await update(cluster, size);
      await cluster.startAll();
      await eventually('everybody to be a member', memberMsMax, async () => {
        const statuses = await cluster.statuses();
        const members = statuses.filter(({ standing }) => standing === 'member');
        return members.length === size || undefined;
      });
    });
  }
});

/** None of them can be a member: somebody has never heard of them. */
async function expectAllCount(cluster: TestCluster, count: number): Promise<void> {
  await eventually(`${count} servers that count`, leaderMsMax, async () => {
    const founding = (await cluster.statuses()).filter(({ standing }) => standing === 'founding');
    return founding.length === count || undefined;
  });
}

async function update(cluster: TestCluster, number: number): Promise<void> {
  const { serverId } = await cluster.leader(leaderMsMax * 2);
  expect(await cluster.value(serverId, 'updatefile', `f${number}`, 1, ['h'])).to.equal(true);
}
