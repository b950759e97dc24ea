/**
 * Clients that count by If-Match through a gateway while its workers and the cluster's leader are
 * killed and stopped: every success counts once, and nothing else does.
 */
import { expect } from 'chai';
import { GatewayUnderTest } from '../e2e/support/gateway-under-test.js';
import { eventually } from '../e2e/support/eventually.js';
import { useClusters } from '../e2e/support/use-clusters.js';
import { ask } from '../gateway/served.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';

const clients = 4;
const rounds = 8;
const waitMs = 60_000;

describe('uploads under fire', () => {
  const clusters = useClusters();
  let folder: string;
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    gateway = await GatewayUnderTest.prepare(folder, 3);
  });
  afterEach(async () => {
    await gateway.dispose();
    await removeTemporaryFolder(folder);
  });

  it('take effect once each, whoever is killed', async () => {
    const cluster = await clusters.start(3);
    const keys = { cluster: cluster.configPath, uploads: true };
    await gateway.writeConfig({ ...keys, healthInterval: 200, healthTimeout: 1_000 });
    await gateway.start();
    await ask(gateway.port, '/0', { method: 'PUT', body: '0' });
    const statuses = new Map<number, number>();
    let isOver = false;
    const count = async (): Promise<void> => {
      while (!isOver) {
        const read = await gateway.get('/0', { 'cache-control': 'no-cache' });
        if (read.status !== 200) continue;
        const body = String(Number(read.body.toString()) + 1);
        const headers = { 'if-match': read.headers.etag ?? '' };
        const { status } = await ask(gateway.port, '/0', { method: 'PUT', body, headers });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const counted = (): number => statuses.get(204) ?? 0;
    const counting = Array.from({ length: clients }, count);
    for (let round = 0; round < rounds; round += 1) {
      const before = counted();
      const { pid } = await gateway.worker(round % 3);
      if (pid !== null) process.kill(pid, round % 2 === 0 ? 'SIGKILL' : 'SIGSTOP');
      if (round % 3 === 0) {
        const { serverId } = await cluster.leader();
        await cluster.server(serverId).end('SIGKILL');
        await cluster.server(serverId).start();
      }
      await eventually('more successes', waitMs, () =>
        counted() > before + 10 ? true : undefined,
      );
      await eventually('the workers', waitMs, async () =>
        (await gateway.workers()).every(({ healthy }) => healthy) ? true : undefined,
      );
    }
    isOver = true;
    await Promise.all(counting);
    const unknown = [...statuses].filter(([status]) => status !== 204 && status !== 412);
    const unknowns = unknown.reduce((sum, [, times]) => sum + times, 0);
    const last = Number((await gateway.get('/0', { 'cache-control': 'no-cache' })).body.toString());
    // What is not known may count, and does so once at most.
    expect(last).to.be.within(counted(), counted() + unknowns);
    expect(unknowns).to.be.below(rounds * clients);
  });
});
