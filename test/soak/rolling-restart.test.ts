/**
 * Five servers are stopped and started one after the other, the leader last, as for a new version,
 * while clients work through the client library: no call of theirs fails, and nothing is lost or
 * done twice.
 */
import { useClusters } from '../e2e/support/use-clusters.js';
import { SteadyLoad, untilBack } from './support/steady-load.js';

describe('a rolling restart of five servers under load', () => {
  const clusters = useClusters();

  it('costs no call, and loses nothing', async () => {
    const cluster = await clusters.start(5);
    const load = new SteadyLoad(cluster);
    await load.progress();
    const { serverId: leader } = await cluster.leader();
    for (const id of [...cluster.others(leader), leader]) {
      const server = cluster.servers[id];
      await server?.end('SIGTERM');
      await load.progress();
      await server?.start();
      await untilBack(cluster, id);
    }
    await load.progress();
    await load.endAndCheck();
  });
});
