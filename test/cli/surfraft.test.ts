/**
 * The program `surfraft` as a person meets it: what it says of folders and backups, and what its
 * exit codes mean. The servers are real processes.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { projectRoot } from '../tidy/source-text.js';
import { findFreePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

const build = join(projectRoot(), 'build/src/cli');
const largeHash = 'h'.repeat(1_000);

describe('the program surfraft', () => {
  let folder: string;
  let running: Server[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-cli-'));
  });

  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ child }) => child));
    running = [];
    await rm(folder, { recursive: true });
  });

  function surfraft(...args: readonly string[]) {
    return execa('node', [join(build, 'surfraft.js'), ...args], { cwd: folder, reject: false });
  }

  /** Writes a configuration of one server, and starts that. */
  async function startServer(
    name: string,
    dataDir: string,
    ...options: readonly string[]
  ): Promise<Server> {
    const [port] = await findFreePorts(1);
    await writeFile(join(folder, name), `M: 1\nmetadata0: localhost:${must(port, 'a port')}\n`);
    return launch(name, dataDir, must(port, 'a port'), ...options);
  }

  async function launch(
    name: string,
    dataDir: string,
    port: number,
    ...options: readonly string[]
  ): Promise<Server> {
    const child = spawnServer([name, '0', '--data-dir', dataDir, ...options], folder);
    const server = { child, port };
    running.push(server);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('the server', () => output.includes('Accepting requests.'));
    return server;
  }

  async function stop(server: Server): Promise<void> {
    server.child.kill('SIGTERM');
    await server.child;
  }

  it('prints what stands in the folder of a running server', async () => {
    const server = await startServer('c.txt', 'data');
    await update(server, 'a file', 1);
    const { stdout, exitCode } = await surfraft('inspect', 'data');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^server 0 of cluster [0-9a-f]{32}$/m);
    expect(stdout).to.match(/^term 1, vote for server 0$/m);
    expect(stdout).to.match(/^standing: member /m);
    expect(stdout).to.match(/^log: entries 1–2 in 1 segment$/m);
    expect(stdout).to.match(/^ {2}log-0{15}1\.seg .* entries 1–2$/m);
    expect(stdout).to.match(/^snapshots: none$/m);
    expect(stdout).to.match(/^no damage$/m);
    const json: unknown = JSON.parse((await surfraft('inspect', 'data', '--json')).stdout);
    expect(json).to.deep.include({ serverId: 0, logBase: 0, lastIndex: 2, damage: [] });
    expect(json).to.have.nested.property('hardState.term', 1);
  });

  it('verifies folders, and ends with 1 and the place when one is damaged', async () => {
    const server = await startServer('c.txt', 'data');
    for (let version = 1; version <= 3; version += 1) await update(server, 'a', version);
    await stop(server);
    const sound = await surfraft('verify', 'data', 'data');
    expect([sound.exitCode, sound.stdout]).to.deep.equal([0, 'data: no damage\ndata: no damage']);
    const path = join(folder, 'data', 'log-0000000000000001.seg');
    const bytes = await readFile(path);
    const at = bytes.indexOf(largeHash) + 10;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(path, bytes);
    const damaged = await surfraft('verify', 'data');
    expect(damaged.exitCode).to.equal(1);
    expect(damaged.stdout).to.match(/^data: log-0{15}1\.seg .*offset \d+/);
    expect((await surfraft('inspect', 'data')).stdout).to.contain('DAMAGED');
  });

  it('backs a running cluster up, and starts a new one from the copy', async () => {
    await writeFile(join(folder, 'secret'), 'a-secret-of-the-cluster\n', { mode: 0o600 });
    const server = await startServer('old.txt', 'old', '--secret-file', 'secret');
    for (let file = 0; file < 400; file += 1) await update(server, `file ${file}`, 1);
    const refused = await surfraft('backup', 'old.txt', 'copy', '--wait-seconds', '0.1');
    expect(refused.stderr).to.contain(
      "status 403: unauthorised: the call lacks the cluster's secret",
    );
    const backup = await surfraft('backup', 'old.txt', 'copy', '--secret-file', 'secret');
    expect(backup.stderr).to.equal('');
    expect(backup.stdout).to.match(/^copy: .* the state through entry 401 of term 1$/);
    await stop(server);
    const [port] = await findFreePorts(1);
    await writeFile(
      join(folder, 'new.txt'),
      `M: 1\nmetadata0: localhost:${must(port, 'a port')}\n`,
    );
    const restored = await surfraft(
      ...['restore-backup', 'copy', '--config', 'new.txt', '--id', '0', '--data-dir', 'new'],
    );
    expect([restored.exitCode, restored.stderr]).to.deep.equal([0, '']);
    const reborn = await launch('new.txt', 'new', must(port, 'a port'));
    const client = clientOf(reborn);
    const files = await client.getFileInfoMap();
    expect(files.size).to.equal(400);
    expect(files.get('file 399')).to.deep.equal({ version: 1, hashlist: [largeHash] });
    expect(await client.updateFile('file 0', 2, ['next'])).to.equal(true);
    client.close();
  });

  it('leaves no file behind when no server gives a backup, and says why', async () => {
    const [port] = await findFreePorts(1);
    await writeFile(join(folder, 'c.txt'), `M: 1\nmetadata0: localhost:${must(port, 'a port')}\n`);
    const { exitCode, stderr } = await surfraft('backup', 'c.txt', 'copy', '--wait-seconds', '0.1');
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/^no server gave a backup:\n {2}server 0: .*ECONNREFUSED/);
    expect(await readdir(folder)).to.deep.equal(['c.txt']);
  });

  it('restores nothing from a damaged copy, and nothing over data', async () => {
    const server = await startServer('c.txt', 'data');
    await update(server, 'a', 1);
    await surfraft('backup', 'c.txt', 'copy');
    const over = await surfraft('restore-backup', 'copy', '--config', 'c.txt', '--data-dir', '.');
    expect(over.exitCode).to.equal(0);
    const again = await surfraft('restore-backup', 'copy', '--config', 'c.txt', '--data-dir', '.');
    expect(again.exitCode).to.equal(1);
    expect(again.stderr).to.match(/^nothing was restored: .*metadata0 holds data already; /);
    const bytes = await readFile(join(folder, 'copy'));
    const at = bytes.indexOf(largeHash);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(join(folder, 'copy'), bytes);
    const damaged = await surfraft(
      'restore-backup',
      'copy',
      '--config',
      'c.txt',
      '--data-dir',
      'n',
    );
    expect(damaged.exitCode).to.equal(1);
    expect(damaged.stderr).to.match(/^nothing was restored: copy is damaged at offset \d+: /);
    expect(await readdir(folder)).to.not.include('n');
  });

  it('names what was meant by an unknown command, option or choice', async () => {
    for (const [args, words] of [
      [['synk', 'a', '3'], 'unknown command synk; did you mean sync?'],
      [['restore-bakcup'], 'unknown command restore-bakcup; did you mean restore-backup?'],
      [['sync', '--dry-rn', 'a', '3'], 'unknown option --dry-rn; did you mean --dry-run?'],
      [['block', '--ephemral'], 'unknown option --ephemral; did you mean --ephemeral?'],
      [['blocks', 'stauts'], 'action is "stauts"; did you mean status?'],
      [['put'], 'expected HOST:PORT'],
      [['ls', '--timeout'], '--timeout needs a value'],
    ] as const) {
      const { exitCode, stdout, stderr } = await surfraft(...args);
      expect([exitCode, stdout, stderr.split('\n').length]).to.deep.equal([2, '', 1]);
      expect(stderr).to.contain(words);
    }
  });

  it('ends with 2 when somebody has to type something else', async () => {
    const mistakes = [
      [],
      ['inspekt', 'data'],
      ['inspect'],
      ['backup', 'c.txt'],
      ['backup', 'missing.txt', 'copy'],
      ['backup', 'missing.txt', 'copy', '--wait-seconds', 'soon'],
      ['restore-backup', 'copy'],
      ['restore-backup', 'copy', '--config', 'a', '--config', 'b'],
    ];
    for (const args of mistakes) {
      const { exitCode, stderr } = await surfraft(...args);
      expect(exitCode, args.join(' ')).to.equal(2);
      expect(stderr, args.join(' ')).to.not.equal('');
    }
    expect((await surfraft('inspect', '.')).exitCode).to.equal(1);
  });
});

interface Server {
  readonly child: ReturnType<typeof spawnServer>;
  readonly port: number;
}

function spawnServer(args: readonly string[], cwd: string) {
  return execa('node', [join(build, 'run-server.js'), ...args], { cwd, reject: false });
}

async function update(server: Server, name: string, version: number): Promise<void> {
  const client = clientOf(server);
  expect(await client.updateFile(name, version, [largeHash])).to.equal(true);
  client.close();
}

function clientOf({ port }: Server): ClusterClient {
  return new ClusterClient([{ id: 0, host: '127.0.0.1', port }]);
}
