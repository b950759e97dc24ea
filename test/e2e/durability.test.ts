/**
 * What was acknowledged stays, whoever is killed. Clients update a few files at the same time and
 * read them, servers die by SIGKILL in the midst of it, and at the end the whole history must fit
 * the log: nothing acknowledged is lost, no version skipped, none given twice, no read stale.
 * Clusters of 1 and 4 are in `test/soak/durability.test.ts`.
 */
import { expect } from 'chai';
import { fastElections } from './support/fast-elections.js';
import { surviveKills } from './support/survive-kills.js';
import { useClusters } from './support/use-clusters.js';

describe('200 acknowledged updates survive SIGKILL', () => {
  const clusters = useClusters();

  for (const size of [3, 5]) {
    it(`in a cluster of ${size}, killed at random and all at once`, () =>
      surviveKills(clusters, size));
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
