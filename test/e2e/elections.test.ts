/**
 * What a user sees of elections: how soon there is a leader, how soon a server that was away knows
 * everything again, and that its return disturbs nobody.
 */
import { expect } from 'chai';
import { eventually } from './support/eventually.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const leaderMsMax = 2_000;
const catchUpMsMax = 1_000;
/** Longer than two election timeouts: a server that wanted to disturb would have done so. */
const calmMs = 1_300;

describe('a cluster of five processes', () => {
  const clusters = useClusters();

  it('has a leader within 2 s of a majority being up', async () => {
    const cluster = await clusters.create(5);
    for (const server of cluster.servers) server.launch();
    await eventually('three servers to accept requests', 15_000, async () =>
      (await cluster.statuses()).length >= 3 ? true : undefined,
    );
    await cluster.leader(leaderMsMax);
  });

  it('has a new leader within 2 s of losing one to SIGKILL, and again', async () => {
    const cluster = await clusters.start(5);
    for (const round of [1, 2]) {
      const old = await cluster.leader();
      await cluster.server(old.serverId).end('SIGKILL');
      const next = await cluster.leader(leaderMsMax);
      expect(next.term).to.be.above(old.term);
      expect(await cluster.value(next.serverId, 'updatefile', `f${round}`, 1, [])).to.equal(true);
    }
  });

  it('takes a killed server back within 1 s and without an election', async () => {
    const cluster = await clusters.start(5);
    const absent = otherThan((await cluster.leader()).serverId);
    await cluster.server(absent).end('SIGKILL');
    await changeLeaders(cluster, absent);
    await cluster.server(absent).start();
    await expectCalmCatchUp(cluster, absent);
  });

  it('takes a crashed and restored server back within 1 s and without an election', async () => {
    const cluster = await clusters.start(5);
    const absent = otherThan((await cluster.leader()).serverId);
    await cluster.value(absent, 'crash');
    await changeLeaders(cluster, absent);
    await cluster.value(absent, 'restore');
    await expectCalmCatchUp(cluster, absent);
  });

  it('takes a killed leader back as a follower, within 1 s and without an election', async () => {
    const cluster = await clusters.start(5);
    const { serverId } = await cluster.leader();
    await cluster.server(serverId).end('SIGKILL');
    await cluster.leader();
    await changeLeaders(cluster, serverId);
    await cluster.server(serverId).start();
    await expectCalmCatchUp(cluster, serverId);
  });
});

function otherThan(id: number): number {
  return id === 0 ? 1 : 0;
}

/** Several terms with other leaders, each of them with updates of its own. */
async function changeLeaders(cluster: TestCluster, absent: number): Promise<void> {
  for (const id of cluster.others(absent).slice(0, 3)) {
    await cluster.leader();
    expect(await cluster.value(id, 'setleader')).to.equal(true);
    for (let version = 1; version <= 10; version += 1) {
      const updated = await cluster.value(id, 'updatefile', `of ${id}`, version, ['h']);
      expect(updated).to.equal(true);
    }
  }
}

/** Call it at the moment of the return, to which the deadline counts. */
async function expectCalmCatchUp(cluster: TestCluster, returned: number): Promise<void> {
  const leader = await cluster.leader();
  const elections = cluster.electionCount();
  await eventually('the server that returned to have applied everything', catchUpMsMax, async () =>
    (await cluster.status(returned))?.lastApplied === leader.commitIndex ? true : undefined,
  );
  expect(await cluster.value(returned, 'getversion', `of ${leader.serverId}`)).to.equal(10);
  const endMs = performance.now() + calmMs;
  for (let version = 1; performance.now() < endMs; version += 1) {
    const updated = await cluster.value(leader.serverId, 'updatefile', 'calm', version, []);
    expect(updated).to.equal(true);
  }
  expect(cluster.electionCount()).to.equal(elections);
  for (const { term } of await cluster.statuses()) expect(term).to.equal(leader.term);
}
