/** Older versions of files on a cluster of real processes, as people look at them and get them. */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { access, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

/** A command on this cluster, in its folder. */
async function surfraft(cluster: TestCluster, command: string, ...words: readonly string[]) {
  const args = [program, command, '-f', cluster.configPath, ...words];
  return await execa('node', args, { reject: false, cwd: cluster.folder });
}

/** Its one JSON object. */
async function json(cluster: TestCluster, command: string, ...words: readonly string[]) {
  const { exitCode, stdout } = await surfraft(cluster, command, ...words, '--json');
  return { exitCode, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function blocks(cluster: TestCluster, action: string, ...words: readonly string[]) {
  const args = [program, 'blocks', action, '-f', cluster.configPath, '--json', ...words];
  const { exitCode, stdout } = await execa('node', args, { reject: false });
  return { exitCode, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function put(cluster: TestCluster, name: string, text: string | Buffer): Promise<void> {
  await writeFile(join(cluster.folder, 'source'), text);
  expect((await surfraft(cluster, 'put', 'source', name)).exitCode).to.equal(0);
}

async function textOf(cluster: TestCluster, word: string): Promise<string> {
  expect((await surfraft(cluster, 'get', word, 'fetched')).exitCode, word).to.equal(0);
  return readFile(join(cluster.folder, 'fetched'), 'utf8');
}

interface LoggedVersion {
  readonly version: number;
  readonly time: string;
  readonly blocks: number;
  readonly missing: number;
  readonly deleted: boolean;
}

async function logOf(cluster: TestCluster, name: string): Promise<readonly LoggedVersion[]> {
  const { answer } = await json(cluster, 'log', name);
  return answer['versions'] as readonly LoggedVersion[];
}

/** Removes every copy of the one block that has so many bytes. */
async function loseBlock(cluster: TestCluster, bytes: number): Promise<void> {
  for (const id of [0, 1, 2]) {
    const folder = join(cluster.dataFolder(id), 'blocks');
    for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const file = join(item.parentPath, item.name);
      if (item.isFile() && (await readFile(file)).length === bytes) await unlink(file);
    }
  }
}

describe('the versions of files', () => {
  const clusters = useClusters();

  it('are listed, fetched and restored, also when the leader is killed in between', async () => {
    const cluster = await clusters.start(3);
    const beganMs = Date.now();
    await put(cluster, 'sub/note', 'one');
    await put(cluster, 'sub/note', 'two');
    expect((await surfraft(cluster, 'rm', 'sub/note')).exitCode).to.equal(0);
    const { serverId } = await cluster.leader();
    await cluster.server(serverId).end('SIGKILL');

    const listed = await logOf(cluster, 'sub/note');
    const facts = { blocks: 1, missing: 0, deleted: false };
    expect(listed).to.have.length(3);
    expect(listed[0]).to.deep.include({ version: 3, blocks: 0, missing: 0, deleted: true });
    expect(listed[1]).to.deep.include({ version: 2, ...facts });
    expect(listed[2]).to.deep.include({ version: 1, ...facts });
    const times = listed.map(({ time }) => Date.parse(time));
    expect([...times].sort((a, b) => b - a)).to.deep.equal(times);
    for (const time of times) expect(time).to.be.within(beganMs - 1_000, Date.now());
    const told = (await surfraft(cluster, 'log', 'sub/note')).stdout.split('\n');
    const moment = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d`;
    expect(told[0]).to.match(new RegExp(`^v3  ${moment}  deleted$`));
    expect(told[2]).to.match(new RegExp(`^v1  ${moment}  1 block$`));

    expect(await textOf(cluster, 'sub/note@1')).to.equal('one');
    const gone = await surfraft(cluster, 'get', 'sub/note');
    expect([gone.exitCode, gone.stderr]).to.deep.equal([1, 'sub/note: there is no such file']);
    const plain = await surfraft(cluster, 'get', 'sub/note@2');
    expect([plain.exitCode, plain.stdout]).to.deep.equal([0, 'sub/note  v2  3 bytes']);
    expect(await readFile(join(cluster.folder, 'note'), 'utf8')).to.equal('two');

    const restored = await surfraft(cluster, 'restore', 'sub/note@1');
    expect([restored.exitCode, restored.stdout]).to.deep.equal([
      0,
      'sub/note  v4  restored from v1',
    ]);
    expect(await textOf(cluster, 'sub/note')).to.equal('one');
    const again = await json(cluster, 'restore', 'sub/note@4');
    expect(again).to.deep.equal({
      exitCode: 0,
      answer: {
        ...{ ok: true, name: 'sub/note', restored: 4, deleted: false },
        ...{ version: 4, changed: false },
      },
    });
    expect((await surfraft(cluster, 'restore', 'sub/note@1')).stdout).to.equal(
      'sub/note  v4  what v1 was is current already',
    );
    await cluster.server(serverId).start();
    const deleted = await surfraft(cluster, 'restore', 'sub/note@3');
    expect(deleted.stdout).to.equal('sub/note  v5  deleted');
    expect((await surfraft(cluster, 'ls')).stdout).to.equal('');
    expect(await logOf(cluster, 'sub/note')).to.have.length(5);
  });

  it('stay or go as the collector is told, and are told apart from what is lost', async () => {
    const cluster = await clusters.start(3);
    for (const bytes of [1_000, 2_000, 3_000, 4_000]) await put(cluster, 'a', randomBytes(bytes));
    const kept = ['--grace', '0', '--keep-versions', '2'] as const;
    const foreseen = { ok: true, referenced: 3, unreferenced: 1, removed: 1, bytes: 1_000 };
    const dry = await blocks(cluster, 'gc', ...kept, '--dry-run');
    expect(dry.answer).to.deep.equal({ ...foreseen, forgotten: 1 });
    expect(await logOf(cluster, 'a')).to.have.length(4);
    const days = await blocks(cluster, 'gc', '--grace', '0', '--keep-days', '1');
    expect(days.answer).to.deep.include({ referenced: 4, removed: 0, forgotten: 0 });
    expect((await blocks(cluster, 'gc', ...kept)).answer).to.deep.equal({
      ...foreseen,
      forgotten: 1,
    });
    expect((await logOf(cluster, 'a')).map(({ version }) => version)).to.deep.equal([4, 3, 2]);
    const forgotten = await surfraft(cluster, 'get', 'a@1', 'nothing');
    expect([forgotten.exitCode, forgotten.stderr]).to.deep.equal([
      1,
      'a: version 1 is not kept; those that are: 4, 3, 2',
    ]);
    expect((await blocks(cluster, 'verify')).answer).to.deep.include({ ok: true, versions: [] });

    await loseBlock(cluster, 2_000);
    const lost = await blocks(cluster, 'verify');
    expect(lost.answer).to.deep.include({ ok: false, files: [], versions: ['a@2'] });
    expect((await logOf(cluster, 'a')).map(({ missing }) => missing)).to.deep.equal([0, 0, 1]);
    const refused = await surfraft(cluster, 'restore', 'a@2');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.match(
      /^a: version 2 cannot be restored: the cluster does not keep block [0-9a-f]{64}$/,
    );
    expect(await logOf(cluster, 'a')).to.have.length(3);

    expect((await blocks(cluster, 'gc', '--grace', '0')).answer).to.deep.include({
      ...{ referenced: 1, forgotten: 2 },
    });
    expect(await logOf(cluster, 'a')).to.have.length(1);
    expect((await blocks(cluster, 'verify')).exitCode).to.equal(0);
  });

  it('outlive servers that start anew and names that hold an @', async () => {
    const cluster = await clusters.start(1);
    await put(cluster, 'a', 'a1');
    await put(cluster, 'a', 'a2');
    await put(cluster, 'a@1', 'of its own');
    await cluster.server(0).end('SIGKILL');
    await cluster.server(0).start();
    expect(await textOf(cluster, 'a@1')).to.equal('of its own');
    expect(await textOf(cluster, 'a@01')).to.equal('a1');
    expect(await textOf(cluster, 'a@1@1')).to.equal('of its own');
    expect((await surfraft(cluster, 'restore', 'a@1')).stdout).to.equal('a  v3  restored from v1');
    expect((await surfraft(cluster, 'log', 'a@1')).stdout.split('\n')).to.have.length(1);
  });

  it('end with 1 or 2 and say why when there is nothing to be had', async () => {
    const cluster = await clusters.start(1);
    await put(cluster, 'a', 'a1');
    expect((await surfraft(cluster, 'rm', 'a')).exitCode).to.equal(0);
    const refused: [number, string, string, readonly string[]][] = [
      [1, 'nothing: there is no such file', 'log', ['nothing']],
      [1, 'nothing: there is no such file', 'restore', ['nothing@1']],
      [1, 'nothing: there is no such file', 'get', ['nothing@1', 'f']],
      [1, 'a: version 2 is its deletion', 'get', ['a@2', 'f']],
      [1, 'a: version 7 is not kept; those that are: 2, 1', 'restore', ['a@7']],
      [2, 'expected one NAME', 'log', []],
      [2, 'a ends in no version: expected NAME@VERSION', 'restore', ['a']],
      [2, 'a@0 ends in no version', 'restore', ['a@0']],
    ];
    for (const [code, reason, command, words] of refused) {
      const { exitCode, stdout, stderr } = await surfraft(cluster, command, ...words);
      expect([exitCode, stdout], reason).to.deep.equal([code, '']);
      expect(stderr).to.contain(reason);
    }
    for (const option of ['--keep-versions=1.5', '--keep-versions=-1', '--keep-days=-1']) {
      const args = [program, 'blocks', 'gc', '-f', cluster.configPath, option];
      const { exitCode, stderr } = await execa('node', args, { reject: false });
      expect([exitCode, stderr.split(' ')[0]]).to.deep.equal([2, option.split('=')[0]]);
    }
    const found = await access(join(cluster.folder, 'f')).then(
      () => true,
      () => false,
    );
    expect(found).to.equal(false);
  });
});
