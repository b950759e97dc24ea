/** Folders are kept equal by real processes while servers are killed under them. */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const files = 150;

function sync(cluster: TestCluster, folder: string) {
  const args = ['sync', '-f', cluster.configPath, join(cluster.folder, folder), '5000', '--json'];
  return execa('node', [program, ...args], { reject: false });
}

/** All files but what a sync keeps for itself, name by name. */
async function contents(cluster: TestCluster, folder: string): Promise<Map<string, string>> {
  const base = join(cluster.folder, folder);
  const found = await readdir(base, { recursive: true, withFileTypes: true });
  const all = new Map<string, string>();
  for (const item of found) {
    const path = join(item.parentPath, item.name);
    const name = path.slice(base.length + 1);
    if (!item.isFile() || name === 'index.txt' || name.startsWith('.surfraft')) continue;
    all.set(name, (await readFile(path)).toString('base64'));
  }
  return all;
}

describe('a sync while the leader is killed', () => {
  const clusters = useClusters();

  it('goes on with the next leader, and brings every file once', async () => {
    const cluster = await clusters.start(3);
    for (const folder of ['a/sub', 'b']) {
      await mkdir(join(cluster.folder, folder), { recursive: true });
    }
    for (let file = 0; file < files; file += 1) {
      const name = file % 2 === 0 ? `file ${file}` : `sub/${file}`;
      await writeFile(join(cluster.folder, 'a', name), randomBytes(file * 150));
    }
    const { serverId } = await cluster.leader();
    const syncing = sync(cluster, 'a');
    await eventually('the first files', 20_000, async () =>
      ((await cluster.status(serverId))?.lastApplied ?? 0) > files / 10 ? true : undefined,
    );
    await cluster.server(serverId).end('SIGKILL');
    const up = await syncing;
    expect([up.exitCode, up.stderr]).to.deep.equal([0, '']);
    const report = JSON.parse(up.stdout) as { readonly uploaded: readonly string[] };
    expect(report.uploaded).to.have.length(files);

    const down = await sync(cluster, 'b');
    expect([down.exitCode, down.stderr]).to.deep.equal([0, '']);
    expect(await contents(cluster, 'b')).to.deep.equal(await contents(cluster, 'a'));
    // Nothing was made twice: each file has its first version.
    const { stdout } = await execa('node', [program, 'ls', `${host}:${port(cluster, serverId)}`]);
    expect(stdout.split('\n').filter((line) => !line.includes('  v1  '))).to.deep.equal([]);
    expect(JSON.parse((await sync(cluster, 'a')).stdout)).to.deep.include({
      ...{ ok: true, uploaded: [], downloaded: [], conflicts: [] },
    });
  });
});

/** The port of a server that is not this one. */
function port(cluster: TestCluster, dead: number): number {
  return cluster.server(cluster.others(dead)[0] ?? 0).port;
}
