/**
 * What was acknowledged stays, whoever is killed. Clients update a few files at the same time and
 * read them, servers die by SIGKILL in the midst of it, and at the end the whole history must fit
 * the log: nothing acknowledged is lost, no version skipped, none given twice, no read stale.
 */
import { expect } from 'chai';
import { createRandom } from '../../src/io/seeded-random.js';
import { fastElections } from './support/fast-elections.js';
import { Killer } from './support/killer.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

const updatesWanted = 200;
/** Between two strikes, at least and at most. */
const updatesPerStrike = [15, 25] as const;

describe('200 acknowledged updates survive SIGKILL', () => {
  const clusters = useClusters();

  for (const size of [1, 3, 4, 5]) {
    it(`in a cluster of ${size}, killed at random and all at once`, async () => {
      const cluster = await clusters.start(size, ...fastElections);
      const killer = new Killer(cluster.servers, createRandom(`kill ${size}`));
      const workload = new Workload(cluster);
      while (workload.acknowledged < updatesWanted) {
        await workload.progress(killer.draw(...updatesPerStrike));
        await killer.strike();
      }
      expect(killer.blackouts).to.be.above(0);
      await workload.endAndCheck();
    });
  }

  it('in a cluster of 3, all killed at once in the midst of 100 calls', async () => {
    const cluster = await clusters.start(3, ...fastElections);
    const { serverId } = await cluster.leader();
    const calls = Array.from({ length: 100 }, (_, i) =>
      cluster.call(serverId, 'updatefile', [`f${i}`, 1, [`h${i}`]]),
    );
    await Promise.race(calls);
    await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
    const answers = await Promise.all(calls);
    await cluster.startAll();
    const leader = await cluster.leader();
    const files = await cluster.value(leader.serverId, 'getfileinfomap');
    answers.forEach((answer, i) => {
      if (answer.kind !== 'value') return;
      expect(answer.value).to.equal(true);
      expect((files as ReadonlyMap<string, unknown>).get(`f${i}`)).to.deep.equal([1, [`h${i}`]]);
    });
    expect(answers.filter(({ kind }) => kind === 'value')).not.to.be.empty;
  });
});
