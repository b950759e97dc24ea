/**
 * Ends every process of a cluster in turn. While it is gone, every file reads, by a new folder and
 * by the command `get`, and a change in either of two folders reaches the other. In the end all
 * copies are complete.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import { verifyBlocks, type RepairReport } from '../../../src/blocks/repair.js';
import { NetworkCluster } from '../../../src/cli/network-cluster.js';
import { openRemoteBlocks } from '../../../src/cli/remote-blocks.js';
import { ClusterClient } from '../../../src/client/cluster-client.js';
import { projectRoot } from '../../tidy/source-text.js';
import { eventually } from './eventually.js';
import type { ServerUnderTest } from './server-under-test.js';
import { SyncedFolder } from './synced-folder.js';
import { host, type TestCluster } from './test-cluster.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const blockBytes = 5_000;
const timeoutMs = 20_000;
/** Of a store's return, until it has what it missed (contract, section 11). */
const handOffMsMax = 30_000;

export async function expectToOutliveEach(
  cluster: TestCluster,
  victims: readonly ServerUnderTest[],
): Promise<void> {
  const folders = ['left', 'right'].map((name) => new SyncedFolder(join(cluster.folder, name)));
  for (const { base } of folders) await mkdir(base);
  const [left, right] = folders as [SyncedFolder, SyncedFolder];
  const servers = cluster.servers.map(({ id, port }) => ({ id, host, port }));
  const network = new NetworkCluster(servers, timeoutMs);
  const sync = async (folder: SyncedFolder): Promise<void> => {
    const report = await folder.sync({ cluster: network, blockBytes, timeoutMs, killAt: Infinity });
    expect([report?.ok, report?.problem, report?.failed]).to.deep.equal([true, undefined, []]);
  };
  await left.write('long', randomBytes(40_000));
  await left.write('sub/short', randomBytes(10));
  await sync(left);
  await sync(right);
  for (const victim of victims) {
    await victim.end('SIGKILL');
    const fresh = new SyncedFolder(join(cluster.folder, `new ${victim.port}`));
    await mkdir(fresh.base);
    await sync(fresh);
    expect(await fresh.files()).to.deep.equal(await left.files());
    await expectReadable(cluster, 'long', await left.read('long'));
    await left.write('long', randomBytes(30_000));
    await right.write(`new ${victim.port}`, randomBytes(8_000));
    for (const folder of [left, right, left]) await sync(folder);
    expect(await left.files()).to.deep.equal(await right.files());
    await victim.start();
  }
  const states = [...(await network.readMap()).values()];
  const named = states.flatMap((state) => (state.kind === 'file' ? state.blocks : []));
  network.close();
  await eventually('a whole copy of each block on each of its stores', handOffMsMax, async () =>
    (await verify(cluster, named)).ok ? true : undefined,
  );
}

async function expectReadable(
  cluster: TestCluster,
  name: string,
  text: string | undefined,
): Promise<void> {
  const file = join(cluster.folder, name);
  await execa(process.execPath, [program, 'get', '-f', cluster.configPath, name, file]);
  expect((await readFile(file, 'latin1')) === text, `the bytes of ${name}`).to.equal(true);
}

/** What the command `blocks verify` finds, where files name these blocks. */
async function verify(
  cluster: TestCluster,
  referenced: readonly BlockHash[],
): Promise<RepairReport> {
  const client = new ClusterClient(cluster.servers.map(({ id, port }) => ({ id, host, port })));
  const { configPath } = cluster;
  const remote = await openRemoteBlocks({ config: configPath, client, proof: {} });
  try {
    return await verifyBlocks({ cluster: remote.cluster, referenced, observer: () => undefined });
  } finally {
    remote.close();
    client.close();
  }
}
