/** A cluster with a secret and TLS whose blocks lie in a store of its own, which uses the same. */
import { expect } from 'chai';
import { execa } from 'execa';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import { RpcConnection, type ServerProof } from '../../src/client/rpc-connection.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { Certificates } from '../rpc/support/certificates.js';
import { projectRoot } from '../tidy/source-text.js';
import { findClusterPorts } from './support/cluster-ports.js';
import { eventually } from './support/eventually.js';

const bytes = Buffer.from('a block that nobody reads on the way');
const hash = hashOf(bytes);

describe('a block store of a cluster with TLS and a secret', () => {
  let certificates: Certificates;
  let running: ReturnType<typeof spawn>[] = [];

  before(async function () {
    const made = await Certificates.createOrSkip(this);
    certificates = made;
    await made.makeAuthority('ca');
    await made.make('server', 'ca');
    await made.make('other', 'ca');
    await writeFile(made.path('secret'), 's3cret', { mode: 0o600 });
    await writeFile(made.path('wrong'), 'gu3ss', { mode: 0o600 });
  });

  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running);
    running = [];
  });

  after(async () => {
    await certificates.remove();
  });

  const tls = (name: string) => [
    ...['--tls-cert', `${name}.pem`, '--tls-key', `${name}.key`, '--tls-ca', 'ca.pem'],
  ];

  function spawn(program: string, args: readonly string[]) {
    const path = join(projectRoot(), 'build/src/cli', program);
    return execa('node', [path, ...args], { cwd: certificates.folder, reject: false });
  }

  async function start(program: string, ...args: readonly string[]): Promise<void> {
    const child = spawn(program, args);
    running.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(`${program} to serve`, 15_000, () =>
      Promise.resolve(output.includes('Accepting requests.') ? true : undefined),
    );
  }

  /** A server and a store, each with these options. */
  async function startBoth(ofStore: readonly string[]): Promise<readonly [number, number]> {
    const ports = await findClusterPorts(2);
    const [server, store] = [must(ports[0], 'a port'), must(ports[1], 'a port')];
    const lines = ['M: 1', `metadata0: localhost:${server}`, `block0: localhost:${store}`];
    await writeFile(certificates.path('cluster.txt'), lines.join('\n'));
    await start('surfraft.js', 'block', '-p', String(store), '-l', '--ephemeral', ...ofStore);
    const ours = [...tls('server'), '--secret-file', 'secret'];
    await start('run-server.js', 'cluster.txt', '0', '--ephemeral', ...ours);
    return [server, store];
  }

  async function call(port: number, proof: ServerProof, ...words: [string, ...XmlValue[]]) {
    const connection = new RpcConnection({ id: 0, host: '127.0.0.1', port }, proof);
    try {
      const [method, ...params] = words;
      return await connection.call(method, params, AbortSignal.timeout(5_000));
    } finally {
      connection.close();
    }
  }

  it('is reached by TLS, shown the secret, and closed to others', async () => {
    const [server, store] = await startBoth([...tls('other'), '--secret-file', 'secret']);
    const client = { tls: await certificates.identity('other', 'ca') };
    expect(await call(server, client, 'putblock', bytes)).to.deep.include({ value: true });
    expect(await call(store, client, 'getblockhashes')).to.deep.include({ value: [hash] });
    const stranger = await call(store, client, 'blockstore_remove', hash, 0);
    expect(stranger).to.have.nested.property('fault.code', 6);
    expect(await call(store, {}, 'ping')).to.have.property('kind', 'failed');
  });

  for (const [what, options] of [
    ['speaks plain HTTP', ['--secret-file', 'secret']],
    ['has another secret', [...tls('other'), '--secret-file', 'wrong']],
  ] as const) {
    it(`is not used when it ${what}`, async () => {
      const [server] = await startBoth(options);
      const client = { tls: await certificates.identity('other', 'ca') };
      const refused = await call(server, client, 'putblock', bytes);
      expect(refused).to.have.nested.property('fault.code', 8);
    });
  }

  it('ends with 2 when options of TLS or the secret are missing or wrong', async () => {
    for (const [args, reason] of [
      [['--tls-cert', 'server.pem'], 'TLS needs --tls-key and --tls-ca, too'],
      [[...tls('server'), '--tls-client-ca', 'absent'], '--tls-client-ca absent cannot be read'],
      [['--secret-file', 'absent'], '--secret-file absent'],
    ] as const) {
      const { exitCode, stderr } = await spawn('surfraft.js', ['block', '--ephemeral', ...args]);
      expect([exitCode, stderr.split('\n').length]).to.deep.equal([2, 1]);
      expect(stderr).to.contain(reason);
    }
  });
});
