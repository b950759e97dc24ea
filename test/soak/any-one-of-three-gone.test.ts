/** Whichever process is killed, files read and sync; with stores of their own for blocks, too. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import type { XmlStruct } from '../../src/rpc/xml-value.js';
import { projectRoot } from '../tidy/source-text.js';
import { expectToOutliveEach } from '../e2e/support/any-one-gone.js';
import { findClusterPorts } from '../e2e/support/cluster-ports.js';
import { eventually } from '../e2e/support/eventually.js';
import { fastElections } from '../e2e/support/fast-elections.js';
import { ServerUnderTest } from '../e2e/support/server-under-test.js';
import type { TestCluster } from '../e2e/support/test-cluster.js';
import { useClusters } from '../e2e/support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const mendMsMax = 5_000;

describe('a cluster of three servers, any one of which is killed', () => {
  const clusters = useClusters();

  it('serves and syncs every file', async () => {
    const cluster = await clusters.start(3, ...fastElections);
    await expectToOutliveEach(cluster, cluster.servers);
  });
});

describe('a server with three stores of their own for blocks', () => {
  const clusters = useClusters('suite');
  let cluster: TestCluster;
  let stores: readonly ServerUnderTest[] = [];

  const folderOf = (id: number): string => join(cluster.folder, 'stores', String(id));

  before(async () => {
    cluster = await clusters.create(1, ...fastElections);
    const ports = await findClusterPorts(3);
    stores = ports.map((port, id) => {
      const args = ['block', '-p', String(port), '-l', '--data-dir', folderOf(id)];
      return new ServerUnderTest(id, port, args, program);
    });
    const lines = ports.map((port, id) => `block${id}: localhost:${port}\n`);
    await appendFile(cluster.configPath, lines.join(''));
    await Promise.all([...stores.map((store) => store.start()), cluster.startAll()]);
    await cluster.leader();
  });

  after(async () => {
    const running = stores.filter(({ isRunning }) => isRunning);
    await Promise.all(running.map((store) => store.end('SIGKILL')));
  });

  it('serves and syncs every file, whichever store is killed', async () => {
    await expectToOutliveEach(cluster, stores);
    expect(await cluster.value(0, 'getblockhashes')).to.deep.equal([]);
  });

  it('finds, mends and tells of a byte that is flipped in one', async () => {
    const block = randomBytes(5_000);
    const hash = hashOf(block);
    await cluster.value(0, 'putblock', block);
    const map = (await cluster.value(0, 'getblockstoremap', [hash])) as XmlStruct;
    const owner = must(
      stores.find(({ port }) => map.has(`localhost:${port}`)),
      'one of the stores is the owner',
    );
    const file = join(folderOf(owner.id), 'blocks', hash.slice(0, 2), hash);
    await eventually('the copy of the owner', mendMsMax, () => readIfThere(file));
    const bytes = Buffer.from(block);
    bytes[17] = (bytes[17] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await cluster.value(0, 'getblock', hash)).to.deep.equal(block);
    await eventually('the copy to be mended', mendMsMax, async () =>
      block.equals(await readFile(file)) ? true : undefined,
    );
    expect(cluster.server(0).log).to.contain(`block ${hash} at localhost:${owner.port} is damaged`);
  });
});

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
