/** What a person does with single files from the command line, on a cluster of real processes. */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

function surfraft(...args: readonly string[]) {
  return execa('node', [program, ...args], { reject: false });
}

function addressOf(cluster: TestCluster, id: number): string {
  return `${host}:${cluster.server(id).port}`;
}

async function update(cluster: TestCluster, name: string, hashes: readonly string[]) {
  const { serverId } = await cluster.leader();
  expect(await cluster.value(serverId, 'updatefile', name, 1, hashes)).to.equal(true);
}

describe('the commands for single files', () => {
  const clusters = useClusters();

  it('list and delete files, whichever server is named', async () => {
    const cluster = await clusters.start(3);
    const { serverId } = await cluster.leader();
    const follower = addressOf(cluster, cluster.others(serverId)[0] ?? 0);
    expect((await surfraft('ls', follower)).stdout).to.equal('');
    await update(cluster, 'b', []);
    await update(cluster, 'a file', ['11', '22']);
    await update(cluster, 'sub/\n\u009b2J', ['33']);
    const all = await surfraft('ls', follower);
    expect([all.exitCode, all.stderr]).to.deep.equal([0, '']);
    expect(all.stdout).to.equal(
      'a file  v1  2 blocks\nb  v1  0 blocks\nsub/\\n\\x9b2J  v1  1 block',
    );
    expect((await surfraft('rm', '-f', cluster.configPath, 'a file')).stdout).to.equal(
      'a file  v2  deleted',
    );
    expect((await surfraft('ls', '-f', cluster.configPath, 'a')).stdout).to.equal('');
    const json: unknown = JSON.parse(
      (await surfraft('ls', follower, 'a', '--all', '--json')).stdout,
    );
    expect(json).to.deep.equal({
      ok: true,
      files: [{ name: 'a file', version: 2, blocks: 0, deleted: true }],
    });
  });

  it('store and fetch files, also when a server is gone', async () => {
    const cluster = await clusters.start(3);
    const file = join(cluster.folder, 'photo.raw');
    const bytes = randomBytes(2_500_000);
    await writeFile(file, bytes);
    const config = ['-f', cluster.configPath] as const;
    const stored = await surfraft('put', ...config, file, 'sub/photo.raw', '--json');
    expect(JSON.parse(stored.stdout)).to.deep.equal({
      ...{ ok: true, name: 'sub/photo.raw', version: 1, bytes: bytes.length, blocksSent: 3 },
    });
    const again = await surfraft('put', ...config, file, 'sub/photo.raw');
    expect([again.stdout, again.stderr]).to.deep.equal([
      'sub/photo.raw  v1  2.4 MiB, 0 new blocks',
      '',
    ]);
    bytes[1_500_000] = (bytes[1_500_000] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const changed = await surfraft('put', ...config, file, 'sub/photo.raw');
    expect(changed.stdout).to.equal('sub/photo.raw  v2  2.4 MiB, 1 new block');
    await cluster.server(0).end('SIGKILL');
    const fetched = join(cluster.folder, 'fetched');
    const got = await surfraft('get', addressOf(cluster, 1), 'sub/photo.raw', fetched);
    expect([got.exitCode, got.stdout]).to.deep.equal([0, 'sub/photo.raw  v2  2.4 MiB']);
    expect(bytes.equals(await readFile(fetched))).to.equal(true);
  });

  it('keep an empty file, and touch nothing when a file cannot be fetched', async () => {
    const cluster = await clusters.start(1);
    const address = addressOf(cluster, 0);
    const file = join(cluster.folder, 'empty');
    await writeFile(file, '');
    expect((await surfraft('put', address, file)).stdout).to.equal(
      'empty  v1  0 bytes, 0 new blocks',
    );
    await update(cluster, 'lost', ['a'.repeat(64)]);
    await update(cluster, 'odd', ['no hash']);
    const kept = join(cluster.folder, 'kept');
    await writeFile(kept, 'what was there');
    for (const [name, reason] of [
      ['lost', 'no good copy of block aaaa'],
      ['odd', '"no hash"'],
      ['nothing', 'there is no such file'],
    ] as const) {
      const failed = await surfraft('get', address, name, kept);
      expect(failed.exitCode).to.equal(1);
      expect(failed.stderr).to.contain(reason);
    }
    expect(await readFile(kept, 'utf8')).to.equal('what was there');
    expect((await readdir(cluster.folder)).filter((name) => name.includes('.part'))).to.deep.equal(
      [],
    );
    expect((await surfraft('get', address, 'empty', kept)).exitCode).to.equal(0);
    expect(await readFile(kept, 'utf8')).to.equal('');
  });

  it('end with 1 and say why when there is no such file, or no cluster', async () => {
    const cluster = await clusters.start(1);
    const address = addressOf(cluster, 0);
    const missing = await surfraft('rm', address, 'nothing');
    expect([missing.exitCode, missing.stderr]).to.deep.equal([1, 'nothing: there is no such file']);
    const json = await surfraft('rm', address, 'nothing', '--json');
    expect([json.exitCode, json.stderr]).to.deep.equal([1, '']);
    expect(JSON.parse(json.stdout)).to.deep.equal({
      ok: false,
      error: 'nothing: there is no such file',
    });
    await cluster.server(0).end('SIGKILL');
    const gone = await surfraft('ls', address, '--timeout', '1');
    expect(gone.exitCode).to.equal(1);
    expect(gone.stderr).to.contain(`${address} cannot be reached`);
  });

  it('give up when there is no majority, as soon as they were told to', async () => {
    const cluster = await clusters.start(3);
    const { serverId } = await cluster.leader();
    for (const id of cluster.others(serverId)) await cluster.server(id).end('SIGKILL');
    const config = ['-f', cluster.configPath, '--timeout', '1'] as const;
    for (const words of [['ls'], ['rm', 'a']]) {
      const given = await surfraft(...words, ...config);
      expect([given.exitCode, given.stdout]).to.deep.equal([1, '']);
      expect(given.stderr).to.equal('the cluster has no majority: no answer within 1 s');
    }
  });

  it('end with 2 before anything is asked when the command line is wrong', async () => {
    for (const [args, reason] of [
      [['ls'], 'expected HOST:PORT'],
      [['ls', 'nowhere'], '<host>:<port>'],
      [['ls', '-f', '/no/such/file'], '/no/such/file'],
      [['rm', 'localhost:1'], 'expected one NAME, not 0 words'],
      [['rm', 'localhost:1', 'a', 'b'], 'expected one NAME, not 2 words'],
      [['ls', 'localhost:1', '--timeout', '0'], '--timeout'],
      [['ls', 'localhost:1', '--jsn'], 'unknown option --jsn; did you mean --json?'],
      [['put', 'localhost:1', '/no/such/file'], 'cannot read /no/such/file: no such file'],
      [['blocks', '-f', 'c.txt'], 'ACTION is missing; expected one of status'],
      [['sync', '-f', 'c.txt', '/'], 'expected -f CONFIG BASE_DIR BLOCK_SIZE'],
      [['put', 'localhost:1', '/'], '/ is no file'],
      [['put', 'localhost:1', program, '../up'], '../up'],
      [['put', 'localhost:1', program, '--block-size', '0'], '--block-size'],
    ] as const) {
      const refused = await surfraft(...args);
      expect([refused.exitCode, refused.stdout]).to.deep.equal([2, '']);
      expect(refused.stderr).to.contain(reason);
    }
  });
});
