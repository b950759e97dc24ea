/**
 * Blocks on real servers: kept by the cluster, found through any server, also when one is killed,
 * and brought back to one that missed them.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import { ClusterBlocks } from '../../src/client/cluster-blocks.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const copyBackMsMax = 30_000;

const blocksOf = (count: number, bytes: number): Map<BlockHash, Buffer> =>
  new Map(
    Array.from({ length: count }, () => {
      const block = randomBytes(bytes);
      return [hashOf(block), block] as const;
    }),
  );

const endpointsOf = (cluster: TestCluster) =>
  cluster.servers.map(({ id, port }) => ({ id, host, port }));

/** The hashes that a server keeps itself. */
async function keptBy(cluster: TestCluster, id: number): Promise<readonly XmlValue[]> {
  return (await cluster.value(id, 'getblockhashes')) as readonly XmlValue[];
}

describe('the blocks of a cluster of real servers', () => {
  const clusters = useClusters();

  it('are put through one server and found through every other one, as bare files', async () => {
    const cluster = await clusters.start(3);
    const blocks = blocksOf(20, 10_000).set(hashOf(Buffer.alloc(0)), Buffer.alloc(0));
    for (const block of blocks.values()) await cluster.value(0, 'putblock', block);
    for (const [hash, block] of blocks) {
      for (const id of [1, 2])
        expect(await cluster.value(id, 'getblock', hash)).to.deep.equal(block);
    }
    const hashes = [...blocks.keys()].sort();
    for (const { id } of cluster.servers) {
      await eventually(`a copy of each block on server ${id}`, 5_000, async () => {
        const kept = await keptBy(cluster, id);
        return kept.length === hashes.length ? true : undefined;
      });
      expect(await keptBy(cluster, id)).to.deep.equal(hashes);
      const hash = must(hashes[0], 'a block');
      const path = join(cluster.dataFolder(id), 'blocks', hash.slice(0, 2), hash);
      expect(hashOf(await readFile(path))).to.equal(hash);
    }
  });

  it("are put and read by Python's xmlrpc.client", async () => {
    const cluster = await clusters.start(3, '--ephemeral');
    const script = join(projectRoot(), 'test/fixtures/clients/blocks.py');
    const urls = [0, 2].map((id) => `http://${host}:${cluster.server(id).port}/RPC2`);
    const { stdout } = await execa('python3', [script, ...urls]);
    expect(JSON.parse(stdout)).to.deep.equal([true, true, true, true, true, 7, -32602]);
  });

  it('outlive any one server, and come back to it', async () => {
    const cluster = await clusters.start(3);
    const client = new ClusterBlocks(endpointsOf(cluster));
    const early = blocksOf(15, 50_000);
    for (const [hash, block] of early) await client.put(hash, block);
    await cluster.server(0).end('SIGKILL');
    const late = blocksOf(15, 50_000);
    for (const [hash, block] of late) await client.put(hash, block);
    const all = new Map([...early, ...late]);
    for (const [hash, block] of all) {
      expect(await client.get(hash)).to.deep.equal(block);
      for (const id of [1, 2])
        expect(await cluster.value(id, 'getblock', hash)).to.deep.equal(block);
    }
    const unknown = hashOf(randomBytes(9));
    expect([...(await client.missing([...all.keys(), unknown]))]).to.deep.equal([unknown]);
    await cluster.server(0).start();
    await eventually('the server to have what it missed', copyBackMsMax, async () => {
      const kept = await keptBy(cluster, 0);
      return kept.length === all.size ? true : undefined;
    });
    client.close();
  });

  it('are refused with fault 8 when too few stores are left, and read all the same', async () => {
    const cluster = await clusters.start(3);
    const [hash, block] = must([...blocksOf(1, 1_000)][0], 'a block');
    await cluster.value(0, 'putblock', block);
    await eventually('a copy on server 2', 5_000, async () =>
      (await keptBy(cluster, 2)).length === 1 ? true : undefined,
    );
    await cluster.server(0).end('SIGKILL');
    await cluster.server(1).end('SIGKILL');
    expect(await cluster.value(2, 'getblock', hash)).to.deep.equal(block);
    const answer = await cluster.call(2, 'putblock', [randomBytes(10)]);
    expect(answer).to.have.nested.property('fault.code', 8);
  });

  it('do not cross a cut between servers, and do once it is healed', async () => {
    const cluster = await clusters.start(3, '--ephemeral');
    await cluster.value(0, 'makeserverunreachablefrom', [1, 2]);
    const refused = await cluster.call(0, 'putblock', [randomBytes(10)]);
    expect(refused).to.have.nested.property('fault.code', 8);
    const [hash, block] = must([...blocksOf(1, 1_000)][0], 'a block');
    await cluster.value(1, 'putblock', block);
    const hidden = await cluster.call(0, 'getblock', [hash]);
    expect(hidden).to.have.nested.property('fault.code', 7);
    expect(await keptBy(cluster, 0)).to.not.include(hash);
    await cluster.value(0, 'makeserverunreachablefrom', []);
    expect(await cluster.value(0, 'getblock', hash)).to.deep.equal(block);
    await eventually('server 0 to get what it missed', copyBackMsMax, async () =>
      (await keptBy(cluster, 0)).includes(hash) ? true : undefined,
    );
  });

  it('are served by a server that is restored, with what it missed while crashed', async () => {
    const cluster = await clusters.start(3, '--ephemeral');
    await cluster.value(0, 'crash');
    const refused = await cluster.call(0, 'putblock', [randomBytes(10)]);
    expect(refused).to.have.nested.property('fault.code', 2);
    const [hash, block] = must([...blocksOf(1, 1_000)][0], 'a block');
    await cluster.value(1, 'putblock', block);
    await cluster.value(0, 'restore');
    await eventually('server 0 to get what it missed', copyBackMsMax, async () =>
      (await keptBy(cluster, 0)).includes(hash) ? true : undefined,
    );
  });

  it('are never handed out damaged, and are mended from a good copy', async () => {
    const cluster = await clusters.start(3);
    const [hash, block] = must([...blocksOf(1, 5_000)][0], 'a block');
    await cluster.value(0, 'putblock', block);
    const path = (id: number): string =>
      join(cluster.dataFolder(id), 'blocks', hash.slice(0, 2), hash);
    for (const id of [0, 1, 2]) {
      await eventually(`a copy on server ${id}`, 5_000, async () =>
        (await keptBy(cluster, id)).length === 1 ? true : undefined,
      );
    }
    // The first owner is the one that is asked first.
    const map = (await cluster.value(0, 'getblockstoremap', [hash])) as XmlStruct;
    const owner = cluster.servers.findIndex(({ port }) => map.has(`localhost:${port}`));
    await writeFile(path(owner), 'damaged');
    for (const id of [0, 1, 2]) {
      expect(await cluster.value(id, 'getblock', hash)).to.deep.equal(block);
    }
    await eventually(`server ${owner} to be mended`, 5_000, async () =>
      block.equals(await readFile(path(owner))) ? true : undefined,
    );
    expect(cluster.servers.map(({ log }) => log).join('')).to.contain('is damaged');
  });

  it('lie where --blocks says', async () => {
    const cluster = await clusters.create(1);
    const folder = join(cluster.folder, 'elsewhere');
    await cluster.server(0).start('--blocks', folder);
    const block = randomBytes(100);
    await cluster.value(0, 'putblock', block);
    const hash = hashOf(block);
    expect(await readdir(join(folder, hash.slice(0, 2)))).to.deep.equal([hash]);
    expect(await readdir(cluster.dataFolder(0))).to.not.include('blocks');
  });
});
