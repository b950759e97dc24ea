/** `surfraft block`, a stand-alone block store, as a person starts and ends it. */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import { RemoteBlockStore } from '../../src/client/remote-block-store.js';
import { hasAddress } from '../e2e/support/has-address.js';
import { projectRoot } from '../tidy/source-text.js';
import { findFreePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const lines = 'Started successfully.\nAccepting requests. (Halt program to stop.)';
const stopMsMax = 2_000;
const bytes = Buffer.from('a block');
const hash = hashOf(bytes);

describe('surfraft block', () => {
  let folder: string;
  let port: number;
  const run = (...args: readonly string[]) =>
    execa('node', [program, 'block', ...args], { cwd: folder, reject: false });
  let running: ReturnType<typeof run>[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-block-'));
    port = must((await findFreePorts(1))[0], 'a port');
  });

  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running);
    running = [];
    await rm(folder, { recursive: true });
  });

  async function start(...args: readonly string[]) {
    const child = run('-p', String(port), '-l', ...args);
    running.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('the block store', () => output.includes('Accepting requests.'));
    // In an object: the child itself is a promise of its end.
    return { child };
  }

  async function use<T>(action: (store: RemoteBlockStore) => Promise<T>): Promise<T> {
    const store = new RemoteBlockStore({ endpoint: { id: 0, host: '127.0.0.1', port } });
    try {
      return await action(store);
    } finally {
      store.close();
    }
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`says when it serves, keeps blocks as files, and ends at ${signal}`, async () => {
      const { child } = await start();
      await use((store) => store.put(hash, bytes));
      const beganMs = performance.now();
      child.kill(signal);
      const { exitCode, stdout, stderr } = await child;
      expect(performance.now() - beganMs).to.be.below(stopMsMax);
      expect([exitCode, stdout, stderr]).to.deep.equal([0, lines, '']);
      const data = join(folder, 'data', `block-${port}`);
      expect(await readFile(join(data, 'blocks', hash.slice(0, 2), hash))).to.deep.equal(bytes);
      expect(await readdir(data)).to.deep.equal(['blocks']);
    });
  }

  for (const address of ['127.0.0.1', '::1']) {
    it(`is reached at every loopback address with -l: ${address}`, async function () {
      if (!(await hasAddress(address))) {
        process.stderr.write(`this machine has no ${address}: nothing is tested there\n`);
        this.skip();
      }
      await start('--ephemeral');
      const url = new URL(`http://${isIPv6(address) ? `[${address}]` : address}:${port}/livez`);
      expect((await fetch(url)).status).to.equal(200);
    });
  }

  it('has its blocks again after it was killed', async () => {
    const { child: first } = await start('--data-dir', 'mine');
    await use((store) => store.put(hash, bytes));
    first.kill('SIGKILL');
    await first;
    await start('--data-dir', 'mine');
    expect(await use((store) => store.get(hash))).to.deep.equal({ kind: 'found', bytes });
  });

  it('keeps nothing with --ephemeral, and logs events with -d', async () => {
    const { child } = await start('--ephemeral', '-d');
    await use((store) => store.put(hash, bytes));
    child.kill('SIGTERM');
    expect((await child).stderr).to.match(/block store at port \d+.*\n.*stopping: SIGTERM$/);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('keeps its blocks where --blocks says, one process at a time', async () => {
    await start('--blocks', 'there');
    await use((store) => store.put(hash, bytes));
    expect(await readdir(join(folder, 'there', hash.slice(0, 2)))).to.deep.equal([hash]);
    const [other] = await findFreePorts(1);
    const { exitCode, stderr } = await run('-p', String(other), '--blocks', 'there');
    expect([exitCode, stderr.split('\n').length]).to.deep.equal([1, 1]);
    expect(stderr).to.match(/^the block store cannot start: there is in use by process \d+$/);
  });

  it('serves the methods of the servers only to who knows the secret', async () => {
    await execa('sh', ['-c', 'umask 077; echo s3cret > secret'], { cwd: folder });
    await start('--ephemeral', '--secret-file', 'secret');
    let refusal: unknown;
    await use((store) => store.put(hash, bytes)).catch((error: unknown) => (refusal = error));
    expect(String(refusal)).to.contain('unauthorised');
  });

  it('ends with 1 and one line when its port is taken', async () => {
    await start('--ephemeral');
    const { exitCode, stderr } = await run('-p', String(port), '-l', '--ephemeral');
    expect([exitCode, stderr.split('\n').length]).to.deep.equal([1, 1]);
    expect(stderr).to.match(/^the block store cannot start: /);
  });

  for (const args of [
    ['-p', '0'],
    ['-p', 'many'],
    ['-p', '70000'],
    ['--data-dir='],
    ['--blocks='],
    ['--blocks', 's3://Bucket'],
    ['--s3-endpoint', 'http://localhost:1'],
    ['--bogus'],
    ['-p', '8081', '-p', '8082'],
    ['surplus'],
  ]) {
    it(`ends with 2, one line and nothing touched: ${args.join(' ')}`, async () => {
      const { exitCode, stderr } = await run(...args);
      expect([exitCode, stderr.split('\n').length]).to.deep.equal([2, 1]);
      expect(await readdir(folder)).to.deep.equal([]);
    });
  }

  it('ends with 2 when the environment has no keys for S3', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: '', AWS_REGION: '' };
    const args = [program, 'block', '-p', String(port), '--blocks', 's3://bucket'];
    const { exitCode, stderr } = await execa('node', args, { cwd: folder, env, reject: false });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('needs AWS_SECRET_ACCESS_KEY and AWS_REGION in the environment');
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
