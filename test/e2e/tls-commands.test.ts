/**
 * A cluster with a secret, TLS and certificates for clients, used by every command: one cluster for
 * all of them, as a person has it.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { Certificates } from '../rpc/support/certificates.js';
import { projectRoot } from '../tidy/source-text.js';
import { findClusterPorts } from './support/cluster-ports.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import { ServerUnderTest } from './support/server-under-test.js';
import { surfraftProgram } from './support/surfraft.js';

const testerProgram = join(projectRoot(), 'build/tester/main.js');

describe('a cluster with a secret, TLS and certificates for clients', () => {
  let certificates: Certificates;
  let servers: readonly ServerUnderTest[] = [];
  let address = '';
  let config: readonly string[] = [];
  let proof: readonly string[] = [];

  const path = (name: string): string => certificates.path(name);
  const tls = (name: string) => [
    ...['--tls-cert', path(`${name}.pem`), '--tls-key', path(`${name}.key`)],
    ...['--tls-ca', path('ca.pem')],
  ];

  before(async function () {
    certificates = await Certificates.createOrSkip(this);
    for (const authority of ['ca', 'clients', 'strangers']) {
      await certificates.makeAuthority(authority);
    }
    await certificates.make('server', 'ca');
    await certificates.make('client', 'clients');
    await certificates.make('stranger', 'strangers');
    await writeFile(path('secret'), 's3cret', { mode: 0o600 });
    const ports = await findClusterPorts(3);
    const lines = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
    await writeFile(path('cluster.txt'), `M: 3\n${lines.join('')}`);
    const options = [...tls('server'), '--tls-client-ca', path('clients.pem')];
    servers = ports.map((port, id) => {
      const args = [path('cluster.txt'), String(id), '--ephemeral', ...fastElections];
      return new ServerUnderTest(id, port, [
        ...[...args, ...options, '--secret-file', path('secret')],
      ]);
    });
    address = `localhost:${must(ports[1], 'a port')}`;
    config = ['-f', path('cluster.txt')];
    proof = [...tls('client'), '--secret-file', path('secret')];
    await Promise.all(servers.map((server) => server.start()));
  });

  after(async () => {
    const running = servers.filter((server) => server.isRunning);
    await Promise.all(running.map((server) => server.end('SIGKILL')));
    await certificates.remove();
  });

  function run(...args: readonly string[]) {
    return execa('node', [surfraftProgram, ...args], { cwd: certificates.folder, reject: false });
  }

  /** What a command prints that must work. */
  async function told(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stderr], args.join(' ')).to.deep.equal([0, '']);
    return stdout;
  }

  it('keeps files for the commands for single files', async () => {
    await writeFile(path('notes'), 'one');
    expect(await told('put', address, 'notes', ...proof)).to.contain('notes  v1');
    await writeFile(path('notes'), 'two');
    expect(await told('put', ...config, 'notes', ...proof)).to.contain('notes  v2');
    expect(await told('ls', address, ...proof)).to.equal('notes  v2  1 block');
    expect(await told('log', ...config, 'notes', ...proof)).to.match(/^v2 .*\nv1 .*1 block$/);
    await told('get', address, 'notes@1', 'older', ...proof);
    expect(await readFile(path('older'), 'utf8')).to.equal('one');
    expect(await told('restore', address, 'notes@1', ...proof)).to.contain('restored from v1');
    expect(await told('rm', address, 'notes', ...proof)).to.contain('v4  deleted');
  });

  it('keeps a folder for a sync', async () => {
    await mkdir(path('here'));
    await mkdir(path('there'));
    await writeFile(path('here/letter'), 'dear server');
    await told('sync', address, 'here', '4096', ...proof);
    await told('sync', ...config, 'there', '4096', ...proof);
    expect(await readFile(path('there/letter'), 'utf8')).to.equal('dear server');
  });

  it('is looked after', async () => {
    for (const action of ['status', 'gc']) {
      await told('blocks', action, address, ...proof);
      await told('blocks', action, ...config, ...proof);
    }
    expect(await told('status', address, ...proof)).to.contain('leader');
    expect(await told('doctor', path('cluster.txt'), ...proof)).to.not.equal('');
    await told('leader', address, ...proof);
    await told('backup', path('cluster.txt'), 'backup', ...proof);
  });

  it('takes in a server, and removes one', async () => {
    const [port = 0] = await findClusterPorts(1);
    const file = path('cluster.txt');
    const added = await told('member', 'add', file, `localhost:${port}`, ...proof);
    expect(added).to.contain(`server 3 at localhost:${port} is added`);
    expect(await told('member', 'list', file, ...proof)).to.contain('server 3');
    expect(await told('member', 'remove', file, '3', ...proof)).to.contain('server 3 is removed');
    expect(await told('member', 'list', file, ...proof)).to.not.contain('server 3');
  });

  it('is found to speak TLS by a doctor who does not', async () => {
    const { stdout } = await execa('node', [surfraftProgram, 'doctor', path('cluster.txt')], {
      reject: false,
    });
    expect(stdout).to.contain('as a server does that speaks TLS only').and.contain('--tls-ca');
    expect(stdout).to.not.contain('Another program');
  });

  it('is served over HTTP by a gateway and its workers', async () => {
    const [masterPort = 0, workerPort = 0] = await findClusterPorts(2);
    const clusterTls = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' };
    await writeFile(path('here/page'), 'over TLS behind');
    await told('sync', address, 'here', '4096', ...proof);
    const gateway = {
      ...{ masterPort, masterHost: '127.0.0.1', cluster: 'cluster.txt', clusterTls },
      workers: [{ host: '127.0.0.1', port: workerPort }],
    };
    await writeFile(path('gateway.json'), JSON.stringify(gateway));
    const master = run('gateway', 'gateway.json');
    try {
      const page = await eventually('the page', 15_000, () => fetchPage(masterPort, '/page'));
      expect(page).to.equal('over TLS behind');
    } finally {
      master.kill('SIGTERM');
      await master;
    }
  });

  it('is judged by the tester', async () => {
    const judged = (...args: readonly string[]) =>
      execa('node', [testerProgram, ...args], { cwd: certificates.folder, reject: false });
    const state = await judged(address, 'state', ...proof);
    expect([state.exitCode, state.stderr]).to.deep.equal([0, '']);
    // By calls, and over a bare connection.
    for (const check of ['names: ', 'a connection is kept for further calls']) {
      const { exitCode, stdout } = await judged(address, ...proof, '--only', check);
      expect([exitCode, stdout.split('\n').at(-1)]).to.satisfy(
        ([code, line]: readonly [number, string]) => code === 0 && /^[1-9]\d* passed, 0/.test(line),
        stdout,
      );
    }
    const refused = await judged(address, 'state');
    expect([refused.exitCode, refused.stdout]).to.deep.equal([2, '']);
    const missing = await judged(address, 'state', '--tls-ca', 'absent');
    expect(missing.stderr).to.equal('--tls-ca absent cannot be read (ENOENT)');
  });

  for (const [what, options, reason] of [
    ['no TLS', () => [], 'as a server does that speaks TLS only: it is called with --tls-ca'],
    [
      'no certificate',
      () => ['--tls-ca', path('ca.pem')],
      'show one with --tls-cert and --tls-key',
    ],
    ['a strange one', () => tls('stranger'), 'that does not accept the certificate of --tls-cert'],
    [
      'a strange authority',
      () => ['--tls-ca', path('strangers.pem')],
      "the server's certificate is of no authority in the file of --tls-ca",
    ],
  ] as const) {
    it(`says what is wrong when a command has ${what}`, async () => {
      for (const target of [[address], config]) {
        const args = [...target, ...options(), '--timeout', '2'];
        const { exitCode, stderr } = await run('ls', ...args);
        expect([exitCode, stderr.split('\n').length]).to.deep.equal([1, 1]);
        expect(stderr).to.contain(reason);
      }
    });
  }

  it('says which option is missing or cannot be used', async () => {
    for (const [args, reason] of [
      [['--tls-cert', 'client.pem'], 'TLS needs --tls-key and --tls-ca, too'],
      [['--tls-ca', 'absent'], '--tls-ca absent cannot be read'],
      [['--tls-ca', 'secret'], '--tls-ca secret cannot be used'],
      [['--secret-file', 'absent'], '--secret-file absent cannot be read'],
    ] as const) {
      for (const command of [['sync', address, '.', '4096'], ['worker']]) {
        const { exitCode, stderr } = await run(...command, ...args);
        expect([exitCode, stderr.split('\n').length], stderr).to.deep.equal([2, 1]);
        expect(stderr).to.contain(reason);
      }
    }
  });
});

/** Undefined while there is none. */
function fetchPage(port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false });
    asking.on('error', () => {
      resolve(undefined);
    });
    asking.on('response', (page) => {
      void text(page).then((body) => {
        resolve(page.statusCode === 200 ? body : undefined);
      });
    });
    asking.end();
  });
}
