/** The command `surfraft sync` as a person meets it, with real servers and real folders. */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { projectRoot } from '../tidy/source-text.js';
import { findFreePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

const build = join(projectRoot(), 'build/src/cli');
const nothing =
  '0 uploaded, 0 downloaded, 0 deleted here, 0 deleted remotely, 0 conflicts, 0 skipped, 0 failed';

describe('the command surfraft sync', () => {
  let folder: string;
  let stopServer: (() => Promise<void>) | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-sync-'));
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
  });
  afterEach(async () => {
    await stopServer?.();
    stopServer = undefined;
    await rm(folder, { recursive: true });
  });

  function sync(...args: readonly string[]) {
    const command = [join(build, 'surfraft.js'), 'sync', ...args];
    return execa('node', command, { cwd: folder, reject: false });
  }

  /** Its address. */
  async function startServer(): Promise<string> {
    const port = must((await findFreePorts(1))[0], 'a port');
    await writeFile(join(folder, 'config'), `M: 1\nmetadata0: localhost:${port}\n`);
    const args = [join(build, 'run-server.js'), 'config', '0', '--ephemeral'];
    const child = execa('node', args, { cwd: folder, reject: false });
    stopServer = async () => {
      child.kill('SIGKILL');
      await child;
    };
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('the server', () => output.includes('Accepting requests.'));
    return `localhost:${port}`;
  }

  it('brings files from one folder to the other, and is silent about it', async () => {
    const address = await startServer();
    for (let file = 0; file < 40; file += 1) {
      await writeFile(join(folder, `a/f${file}`), `text ${file}`.repeat(1000));
    }
    const up = await sync('-f', 'config', 'a', '100');
    expect([up.stdout, up.stderr, up.exitCode]).to.deep.equal([
      nothing.replace('0 uploaded', '40 uploaded'),
      '',
      0,
    ]);
    const down = await sync(address, 'b', '4096', '--json');
    const report = JSON.parse(down.stdout) as Record<string, unknown>;
    expect([report['ok'], down.stderr, down.exitCode]).to.deep.equal([true, '', 0]);
    expect(report['downloaded']).to.have.length(40);
    expect(Object.keys(report)).to.deep.equal([
      ...['ok', 'uploaded', 'downloaded', 'deletedLocal', 'deletedRemote', 'conflicts'],
      ...['skipped', 'failed', 'blocksSent', 'blocksReceived', 'bytesSent', 'bytesReceived'],
      ...['seconds', 'dryRun'],
    ]);
    expect(await readFile(join(folder, 'b/f7'), 'utf8')).to.equal('text 7'.repeat(1000));
    expect((await sync(address, 'b', '7')).stdout).to.equal(nothing);
  });

  it('understands what other clients write, and leaves what it cannot', async () => {
    const address = await startServer();
    const port = Number(address.slice(address.indexOf(':') + 1));
    const client = new ClusterClient([{ id: 0, host: 'localhost', port }]);
    await client.updateFile('empty', 1, ['-1']);
    await client.updateFile('deleted', 1, [0]);
    await client.updateFile('odd', 1, ['h1', 'h2']);
    await client.updateFile('lost', 1, ['0'.repeat(64)]);
    client.close();
    const { stdout, stderr, exitCode } = await sync(address, 'a', '9', '--index-format', 'space');
    const summary = nothing.replace('0 downloaded', '1 downloaded').replace('0 failed', '2 failed');
    expect([stdout, exitCode]).to.deep.equal([summary, 1]);
    expect(stderr.split('\n')).to.deep.equal([
      `failed lost: no good copy of block ${'0'.repeat(64)} can be reached`,
      'failed odd: "h1" names no block',
    ]);
    expect(await readFile(join(folder, 'a/empty'), 'utf8')).to.equal('');
    expect(await readFile(join(folder, 'a/index.txt'), 'utf8')).to.equal('deleted 1 0\nempty 1\n');
  });

  it('tells a plan without a trace', async () => {
    const address = await startServer();
    await writeFile(join(folder, 'a/one'), 'text');
    await writeFile(join(folder, 'a/tab\there'), 'text');
    const { stdout, stderr, exitCode } = await sync(address, 'a', '9', '--dry-run');
    const summary = nothing.replace('0 uploaded', '1 uploaded').replace('0 skipped', '1 skipped');
    expect(stdout.split('\n')).to.deep.equal(['upload one', summary]);
    expect(stderr).to.equal('skipped tab\\there: the name has control characters');
    expect(exitCode).to.equal(0);
    expect(await readdir(join(folder, 'a'))).to.have.members(['one', 'tab\there']);
  });

  it('goes on with --watch until it is told to end', async () => {
    const address = await startServer();
    const watching = sync(address, 'a', '9', '--watch', '--json');
    let output = '';
    watching.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('the first sync', () => output.includes('\n'));
    await writeFile(join(folder, 'a/one'), 'text');
    await waitFor('the upload', () => output.includes('"uploaded":["one"]'));
    watching.kill('SIGTERM');
    const { exitCode, stderr } = await watching;
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    for (const line of output.trim().split('\n')) {
      expect(JSON.parse(line)).to.have.property('ok', true);
    }
  });

  it('gives up on a cluster that does not answer, and says how many servers did', async () => {
    await writeFile(join(folder, 'config'), 'M: 1\nmetadata0: localhost:1\n');
    const { stdout, stderr, exitCode } = await sync('-f', 'config', 'a', '9', '--timeout', '0.3');
    expect(stdout).to.equal(nothing);
    expect(stderr).to.contain('0 of 1 servers answered');
    expect(exitCode).to.equal(1);
    const single = await sync('localhost:1', 'a', '9', '--timeout', '0.3', '--json');
    expect(JSON.parse(single.stdout)).to.have.property('ok', false);
    expect([single.exitCode, await readdir(join(folder, 'a'))]).to.deep.equal([1, ['.surfraft']]);
  });

  it('refuses a wrong command line before it touches a file', async () => {
    await writeFile(join(folder, 'config'), 'M: 1\nmetadata0: localhost:1\n');
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['BASE_DIR', []],
      ['TARGET', ['a', '9']],
      ['TARGET', ['nonsense', 'a', '9']],
      ['BASE_DIR', ['-f', 'config', 'nowhere', '9']],
      ['BASE_DIR', ['-f', 'config', 'config', '9']],
      ['BLOCK_SIZE', ['-f', 'config', 'a']],
      ['BLOCK_SIZE', ['-f', 'config', 'a', '0']],
      ['BLOCK_SIZE', ['-f', 'config', 'a', '12000001']],
      ['BLOCK_SIZE', ['-f', 'config', 'a', '1e3']],
      ['too many', ['-f', 'config', 'a', '9', 'more']],
      ['--timeout', ['-f', 'config', 'a', '9', '--timeout', 'soon']],
      ['--interval', ['-f', 'config', 'a', '9', '--interval', '0']],
      ['--watch', ['-f', 'config', 'a', '9', '--watch', '--dry-run']],
      ['missing-config', ['-f', 'missing-config', 'a', '9']],
    ];
    for (const [word, args] of wrong) {
      const { stdout, stderr, exitCode } = await sync(...args);
      expect([stdout, exitCode], args.join(' ')).to.deep.equal(['', 2]);
      expect(stderr, args.join(' ')).to.contain(word);
    }
    expect(await readdir(join(folder, 'a'))).to.deep.equal([]);
  });
});
