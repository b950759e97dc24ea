/**
 * A leader that is paused for longer than an election timeout is replaced, and when it goes on it
 * still believes that it leads: none of the calls that waited for it may be answered by what it
 * remembers, and what was acknowledged in the meantime stays.
 */
import { expect } from 'chai';
import { fastElections } from './support/fast-elections.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

describe('a leader that is paused by SIGSTOP under load', () => {
  const clusters = useClusters();

  for (const [size, pauses] of [
    [3, 2],
    [4, 1],
    [5, 1],
  ] as const) {
    it(`is replaced in a cluster of ${size}, and answers nothing wrong afterwards`, async () => {
      const cluster = await clusters.start(size, ...fastElections);
      const workload = new Workload(cluster);
      for (let pause = 1; pause <= pauses; pause += 1) {
        await workload.progress(10);
        const old = await cluster.leader();
        cluster.server(old.serverId).signal('SIGSTOP');
        const next = await cluster.leaderAmong(cluster.others(old.serverId));
        expect(next.term).to.be.above(old.term);
        await workload.progress(10);
        cluster.server(old.serverId).signal('SIGCONT');
      }
      await workload.endAndCheck();
    });
  }

  it('goes on in a cluster of 1 when it is let', async () => {
    const cluster = await clusters.start(1, ...fastElections);
    const workload = new Workload(cluster);
    await workload.progress(10);
    cluster.server(0).signal('SIGSTOP');
    expect(await cluster.status(0)).to.equal(undefined);
    cluster.server(0).signal('SIGCONT');
    await workload.progress(10);
    await workload.endAndCheck();
  });
});
