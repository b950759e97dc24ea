/** The larger cluster: whichever of five servers is killed, files read and sync. */
import { expectToOutliveEach } from '../e2e/support/any-one-gone.js';
import { fastElections } from '../e2e/support/fast-elections.js';
import { useClusters } from '../e2e/support/use-clusters.js';

describe('a cluster of which any one of five servers is killed', () => {
  const clusters = useClusters();

  it('serves and syncs every file all the same', async () => {
    const cluster = await clusters.start(5, ...fastElections);
    await expectToOutliveEach(cluster, cluster.servers);
  });
});
