/**
 * How a server ends and starts again: calls that it cannot finish are told, what was acknowledged
 * is there, and `--fresh` and `--ephemeral` forget what they say they forget.
 */
import { expect } from 'chai';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './support/eventually.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const stopMsMax = 2_000;

describe('a server that is asked to stop', () => {
  const clusters = useClusters();

  it('ends pending calls with fault 3 and exits with 0 within 2 s', async () => {
    const cluster = await clusters.start(3);
    const { serverId } = await cluster.leader();
    for (const id of cluster.others(serverId)) await cluster.value(id, 'crash');
    const calls = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? cluster.call(serverId, 'updatefile', [`f${i}`, 1, []])
        : cluster.call(serverId, 'getfileinfomap'),
    );
    await eventually('the calls to wait', 5_000, async () =>
      (await cluster.status(serverId))?.pendingCalls === calls.length ? true : undefined,
    );
    const beganMs = performance.now();
    const end = await cluster.server(serverId).end('SIGTERM');
    expect(performance.now() - beganMs).to.be.below(stopMsMax);
    expect(end).to.deep.equal({ exitCode: 0, signal: null });
    for (const answer of await Promise.all(calls)) {
      expect(answer).to.have.nested.property('fault.code', 3);
      expect(answer).to.have.nested.property('fault.text').that.contains('outcome unknown');
    }
  });

  it('keeps what was acknowledged while all of them are stopped under load', async () => {
    const cluster = await clusters.start(3);
    const { serverId } = await cluster.leader();
    let acknowledged = 0;
    const write = async (): Promise<void> => {
      for (let version = 1; ; version += 1) {
        const answer = await cluster.call(serverId, 'updatefile', ['f', version, [`h${version}`]]);
        if (answer.kind !== 'value') return;
        expect(answer.value).to.equal(true);
        acknowledged = version;
      }
    };
    const writing = write();
    await eventually('a hundred updates', 10_000, () => (acknowledged >= 100 ? true : undefined));
    const ends = await Promise.all(cluster.servers.map((server) => server.end('SIGTERM')));
    expect(ends.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0]);
    await writing;
    await cluster.startAll();
    // The last update may have been logged without an answer, but no more than that one.
    expect(await versionOf(cluster)).to.be.within(acknowledged, acknowledged + 1);
  });
});

describe('a server that is started again', () => {
  const clusters = useClusters();

  it('with --fresh has forgotten its own data, and gets it from the others', async () => {
    const cluster = await clusters.start(3);
    const { serverId } = await cluster.leader();
    for (let version = 1; version <= 20; version += 1) {
      await cluster.value(serverId, 'updatefile', 'f', version, [`h${version}`]);
    }
    const id = (serverId + 1) % 3;
    await cluster.server(id).end('SIGTERM');
    await Promise.all(cluster.others(id).map((other) => cluster.value(other, 'ping')));
    await cluster.server(id).start('--fresh');
    await eventually('it to know the file again', 5_000, async () =>
      (await cluster.value(id, 'getversion', 'f')) === 20 ? true : undefined,
    );
  });

  it('with --fresh on all servers is a new cluster', async () => {
    const cluster = await clusters.start(3);
    await cluster.value((await cluster.leader()).serverId, 'updatefile', 'f', 1, []);
    await Promise.all(cluster.servers.map((server) => server.end('SIGTERM')));
    await Promise.all(cluster.servers.map((server) => server.start('--fresh')));
    expect(await versionOf(cluster)).to.equal(0);
  });

  it('with --ephemeral has kept nothing, and has written nothing', async () => {
    const cluster = await clusters.start(1, '--ephemeral');
    expect(await cluster.value(0, 'updatefile', 'f', 1, [])).to.equal(true);
    await cluster.server(0).end('SIGTERM');
    await cluster.startAll();
    expect(await versionOf(cluster)).to.equal(0);
    const isThere = await access(join(cluster.folder, 'data')).then(
      () => true,
      () => false,
    );
    expect(isThere).to.equal(false);
  });
});

/** The version of the file `f` that the leader answers: another one, if that leads no longer. */
async function versionOf(cluster: TestCluster): Promise<number> {
  return eventually('a leader that answers', 10_000, async () => {
    const { serverId } = await cluster.leader();
    const answer = await cluster.call(serverId, 'getfileinfo', ['f']);
    if (answer.kind === 'value') return (answer.value as readonly [number])[0];
    expect(answer).to.have.nested.property('fault.code', 1);
    return undefined;
  });
}
