/**
 * Three servers of an earlier format become those of this one, back, and forth again, one after the
 * other under load: while one of them cannot read a format, none of it is logged.
 *
 * The earlier program is this one with `--format-max 1`, which logs and sends what programs from
 * before kept versions did. SURFRAFT_OLD_BUILD names the folder of a build of such a program
 * (`…/build`), which is then used in its place; that program also shows that it refuses what it
 * cannot read.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import { eventually } from '../e2e/support/eventually.js';
import type { TestCluster } from '../e2e/support/test-cluster.js';
import { useClusters } from '../e2e/support/use-clusters.js';
import { projectRoot } from '../tidy/source-text.js';
import { SteadyLoad, untilBack } from './support/steady-load.js';

const oldBuild = process.env['SURFRAFT_OLD_BUILD'] ?? '';
const program = (build: string): string => join(build, 'src/cli/run-server.js');

/** How a server is started. */
interface Version {
  readonly program: string;
  readonly args: readonly string[];
}

const newVersion: Version = { program: program(join(projectRoot(), 'build')), args: [] };
/** As whoever wants a way back starts it. */
const held: Version = { ...newVersion, args: ['--format-max', '1'] };
const oldVersion: Version = oldBuild === '' ? held : { program: program(oldBuild), args: [] };

describe('a rolling restart between two formats, under load', () => {
  const clusters = useClusters();

  it('goes forth, back and forth again, and costs no call', async () => {
    const cluster = await clusters.create(3);
    for (const server of cluster.servers) server.useProgram(oldVersion.program);
    await Promise.all(cluster.servers.map((server) => server.start(...oldVersion.args)));
    await cluster.leader();
    const load = new SteadyLoad(cluster);
    await load.progress();
    for (const version of [held, oldVersion]) {
      await restartAll(cluster, load, version, async () => {
        expect(Math.max(...(await formatsInUse(cluster)))).to.equal(1);
      });
    }
    let left = cluster.servers.length;
    await restartAll(cluster, load, newVersion, async () => {
      left -= 1;
      // A moment ago the last one could not read more yet.
      if (left > 0) expect(Math.max(...(await formatsInUse(cluster)))).to.equal(1);
    });
    await eventually('the newer format to be in use', 10_000, async () => {
      await load.progress();
      return (await formatsInUse(cluster)).every((format) => format === 2) || undefined;
    });
    await load.endAndCheck();
    const { serverId } = await cluster.leader();
    const versions = await cluster.value(serverId, 'getfileversions', 'file 0');
    expect(versions).to.have.property('length').above(1);
    if (oldBuild !== '') await expectRefusal(cluster);
  });
});

/** One server after the other, the leader last. */
async function restartAll(
  cluster: TestCluster,
  load: SteadyLoad,
  version: Version,
  check: () => Promise<void>,
): Promise<void> {
  const { serverId: leader } = await cluster.leader();
  for (const id of [...cluster.others(leader), leader]) {
    const server = cluster.server(id);
    await server.end('SIGTERM');
    await load.progress();
    server.useProgram(version.program);
    await server.start(...version.args);
    await check();
    await untilBack(cluster, id);
    await load.progress();
  }
}

/** Of each server; programs from before there was another one do not tell. */
async function formatsInUse(cluster: TestCluster): Promise<readonly number[]> {
  const statuses = await cluster.statuses();
  return statuses.map(({ formatInUse }) => formatInUse ?? 1);
}

/** An old program on a log that it cannot read ends, or stands still, and changes nothing. */
async function expectRefusal(cluster: TestCluster): Promise<void> {
  const { serverId: leader } = await cluster.leader();
  const server = cluster.server(cluster.others(leader)[0] ?? 0);
  await server.end('SIGTERM');
  server.useProgram(oldVersion.program);
  const { exitCode, lines } = await server.refusal();
  process.stderr.write(`the old program ended with ${String(exitCode)}:\n${lines.join('\n')}\n`);
  server.useProgram(newVersion.program);
  await server.start();
  await untilBack(cluster, server.id);
}
