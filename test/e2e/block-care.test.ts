/** How people look after the blocks of a cluster of real processes. */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

async function blocks(cluster: TestCluster, ...args: readonly string[]) {
  const [action = '', ...rest] = args;
  const words = ['blocks', action, '-f', cluster.configPath, '--json', ...rest];
  const { exitCode, stdout, stderr } = await execa('node', [program, ...words], { reject: false });
  return { exitCode, stderr, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function put(cluster: TestCluster, name: string, bytes: Buffer): Promise<void> {
  const file = join(cluster.folder, 'source');
  await writeFile(file, bytes);
  await execa('node', [program, 'put', '-f', cluster.configPath, file, name]);
}

/** The files of the blocks that a server keeps. */
async function blockFiles(cluster: TestCluster, id: number): Promise<string[]> {
  const folder = join(cluster.dataFolder(id), 'blocks');
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((item) => item.isFile());
  return files.map((item) => join(item.parentPath, item.name)).sort();
}

describe('the care for blocks', () => {
  const clusters = useClusters();

  it('finds damaged and missing copies, mends them, and names what is lost for good', async () => {
    const cluster = await clusters.start(3);
    await put(cluster, 'a', randomBytes(3_000_000));
    await put(cluster, 'b', randomBytes(1_000));
    expect((await blocks(cluster, 'verify')).answer).to.deep.include({
      ...{ ok: true, checked: 12, damaged: 0, missing: 0, repaired: 0, lost: [], files: [] },
    });
    const [damaged = '', gone = ''] = await blockFiles(cluster, 1);
    const bytes = await readFile(damaged);
    bytes[17] = (bytes[17] ?? 0) ^ 1;
    await writeFile(damaged, bytes);
    await unlink(gone);
    const found = await blocks(cluster, 'verify');
    expect([found.exitCode, found.answer['damaged'], found.answer['missing']]).to.deep.equal([
      1, 1, 1,
    ]);
    const mended = await blocks(cluster, 'repair');
    expect([mended.exitCode, mended.answer['repaired']]).to.deep.equal([0, 2]);
    expect((await blocks(cluster, 'verify')).exitCode).to.equal(0);
    const status = await blocks(cluster, 'status');
    expect(status.answer).to.deep.include({ ok: true, withTooFewCopies: 0 });

    // The smallest block is that of `b`: every copy of it goes.
    for (const id of [0, 1, 2]) {
      for (const file of await blockFiles(cluster, id)) {
        if ((await readFile(file)).length === 1_000) await unlink(file);
      }
    }
    const lost = await blocks(cluster, 'repair');
    expect([lost.exitCode, lost.answer['ok'], lost.answer['files']]).to.deep.equal([
      ...[1, false, ['b']],
    ]);
  });

  it('removes blocks that no file names, and only after the grace time', async () => {
    const cluster = await clusters.start(3);
    await put(cluster, 'kept', randomBytes(2_000));
    await put(cluster, 'changed', randomBytes(3_000));
    await put(cluster, 'changed', randomBytes(3_000));
    const young = await blocks(cluster, 'gc');
    expect(young.answer).to.deep.equal({
      ...{ ok: true, referenced: 2, unreferenced: 1, removed: 0, bytes: 0, forgotten: 1 },
    });
    const foreseen = await blocks(cluster, 'gc', '--grace', '0', '--dry-run');
    const counts = { referenced: 2, unreferenced: 1, removed: 1, bytes: 3_000, forgotten: 0 };
    const done = { ok: true, ...counts };
    expect(foreseen.answer).to.deep.equal(done);
    expect(await blockFiles(cluster, 0)).to.have.length(3);
    expect((await blocks(cluster, 'gc', '--grace', '0')).answer).to.deep.equal(done);
    for (const id of [0, 1, 2]) expect(await blockFiles(cluster, id)).to.have.length(2);
    expect((await blocks(cluster, 'verify')).exitCode).to.equal(0);
  });

  it('removes nothing without a majority', async () => {
    const cluster = await clusters.start(3);
    await put(cluster, 'a', randomBytes(100));
    await put(cluster, 'a', randomBytes(100));
    for (const id of [0, 1]) await cluster.server(id).end('SIGKILL');
    const refused = await blocks(cluster, 'gc', '--grace', '0', '--timeout', '2');
    expect([refused.exitCode, refused.answer['ok']]).to.deep.equal([1, false]);
    expect(await blockFiles(cluster, 2)).to.have.length(2);
  });
});
