/** The services of one process: metadata, blocks, or both. */
import { expect } from 'chai';
import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { RpcConnection, type RpcAnswer } from '../../src/client/rpc-connection.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { projectRoot } from '../tidy/source-text.js';
import { findClusterPorts } from './support/cluster-ports.js';
import { eventually } from './support/eventually.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const block = new TextEncoder().encode('what is kept');
const hash = createHash('sha256').update(block).digest('hex');

describe('surfraft server', () => {
  let folder: string;
  let running: ReturnType<typeof spawn>[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-forms-'));
  });

  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running);
    running = [];
    await rm(folder, { recursive: true });
  });

  function spawn(args: readonly string[]) {
    return execa('node', [program, 'server', ...args], { cwd: folder, reject: false });
  }

  async function start(service: string, port: number, ...more: readonly string[]) {
    const child = spawn(['-s', service, '-p', String(port), '-l', ...more]);
    running.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually('the service', 10_000, () =>
      Promise.resolve(output.includes('Accepting requests.') ? true : undefined),
    );
    // Not the child itself, which is a promise of its end.
    return { child };
  }

  async function call(port: number, method: string, ...params: readonly XmlValue[]) {
    const connection = new RpcConnection({ id: 0, host: '127.0.0.1', port });
    try {
      return await connection.call(method, params, AbortSignal.timeout(5_000));
    } finally {
      connection.close();
    }
  }

  async function becomesLeader(port: number): Promise<void> {
    await eventually('a leader', 5_000, async () => {
      const answer: RpcAnswer = await call(port, 'isleader');
      return answer.kind === 'value' && answer.value === true ? true : undefined;
    });
  }

  it('keeps files and blocks, over a restart', async () => {
    const [port] = await findClusterPorts(1);
    const at = must(port, 'a port');
    const { child: first } = await start('BOTH', at);
    await becomesLeader(at);
    expect(await call(at, 'putblock', block)).to.deep.equal({ kind: 'value', value: true });
    expect(await call(at, 'updatefile', 'f', 1, [hash])).to.deep.include({ value: true });
    first.kill('SIGTERM');
    const { exitCode, stderr } = await first;
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    await start('both', at);
    await becomesLeader(at);
    const read = await call(at, 'getblock', hash);
    expect(read.kind === 'value' && Buffer.from(read.value as Uint8Array)).to.deep.equal(
      Buffer.from(block),
    );
    expect(await call(at, 'getfileinfo', 'f')).to.deep.include({ value: [1, [hash]] });
  });

  it('keeps the blocks of a metadata service in the store that it names', async () => {
    const ports = await findClusterPorts(2);
    const [meta, store] = [must(ports[0], 'a port'), must(ports[1], 'a port')];
    await start('block', store, '--ephemeral');
    await start('meta', meta, '--ephemeral', `localhost:${store}`);
    expect(await call(meta, 'getblockstoreaddrs')).to.deep.include({
      value: [`localhost:${store}`],
    });
    expect(await call(meta, 'putblock', block)).to.deep.include({ value: true });
    expect(await call(store, 'getblockhashes')).to.deep.include({ value: [hash] });
    expect(await call(store, 'isleader')).to.have.nested.property('fault.code', -32601);
  });

  it('says what is wrong with its command line, and ends with 2', async () => {
    for (const [args, reason] of [
      [[], 'service'],
      [['-s', 'foo'], '"foo"; expected one of meta, block, both'],
      [['-s', 'block', 'localhost:1'], 'takes no addresses'],
      [['-s', 'meta', 'nowhere'], '<host>:<port>'],
      [['-s', 'both', '--blocks', 'there', 'localhost:1'], '--blocks there would stay empty'],
      [['-s', 'both', '-p', '99999'], '99999'],
    ] as const) {
      const { exitCode, stderr, stdout } = await spawn(args);
      expect([exitCode, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.contain(reason);
    }
    const { exitCode, stderr } = await execa('node', [program, 'sever'], { reject: false });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('server');
  });
});
