/** Every server of a cluster is replaced while it is written to and servers are killed. */
import { GrowingCluster, UpdateLoad, expectVersions } from '../e2e/support/growing-cluster.js';
import { fastElections } from '../e2e/support/fast-elections.js';

describe('a cluster whose every server is replaced', () => {
  let cluster: GrowingCluster;

  before(async () => {
    cluster = await GrowingCluster.start(3, ...fastElections);
  });

  after(() => cluster.destroy());

  it('loses nothing, and does nothing twice', async function () {
    this.timeout(180_000);
    const load = new UpdateLoad(cluster.client(0, 1, 2));
    await cluster.add();
    await cluster.add();
    for (const id of [0, 1, 2]) {
      const old = cluster.server(id);
      await old.end('SIGKILL');
      await cluster.member('remove', String(id), '--write');
      await cluster.add(old.port);
      // Another one is killed while nothing changes, and comes back.
      const [another] = cluster.running;
      await another?.end('SIGKILL');
      await another?.start();
      await cluster.agreement();
    }
    await cluster.member('remove', String((await cluster.leader()).serverId), '--write');
    await load.end();
    const { members = [] } = await cluster.leader();
    await cluster.endAll('SIGKILL');
    await Promise.all(members.map(({ id }) => cluster.server(id).start()));
    await cluster.agreement();
    const client = cluster.client(...members.map(({ id }) => id));
    await expectVersions(client, load.versions);
    client.close();
  });
});
