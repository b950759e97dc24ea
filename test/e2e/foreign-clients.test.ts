/**
 * Clients that we did not write hold a whole session with a live cluster: Python's standard
 * library, the npm package `xmlrpc`, Perl's RPC::XML and the command line of xmlrpc-c.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { join } from 'node:path';
import xmlrpc from 'xmlrpc';
import { projectRoot } from '../tidy/source-text.js';
import { pend } from './support/pend.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const scripts = join(projectRoot(), 'test/fixtures/clients');
const name = ' café 𝄞\n\t<&> ';
const hashes = ['h1', 2, '', -7];

/** What each step of a session must be answered; faults by their code. */
const expected = [
  ...[true, true, false, [0, []], true, false, [1, hashes], true, [2, ['0']]],
  ...[1, -32601, -32602, -32602],
];

describe('a client of others holds a session with the cluster:', () => {
  const clusters = useClusters();
  let cluster: TestCluster;
  let leader: number;
  let follower: number;

  beforeEach(async () => {
    cluster = await clusters.start(3, '--ephemeral');
    leader = (await cluster.leader()).serverId;
    follower = (leader + 1) % 3;
  });

  const url = (id: number): string => `http://${host}:${cluster.server(id).port}/RPC2`;

  it("Python's xmlrpc.client", async () => {
    const script = join(scripts, 'session.py');
    const { stdout } = await execa('python3', [script, url(leader), url(follower)]);
    expect(JSON.parse(stdout)).to.deep.equal(expected);
  });

  it('the npm package xmlrpc', async () => {
    const call = (id: number, method: string, ...params: readonly unknown[]): Promise<unknown> => {
      const { port } = cluster.server(id);
      const client = xmlrpc.createClient({ host, port, path: '/RPC2' });
      return new Promise((resolve, reject) => {
        client.methodCall(`surfstore.${method}`, [...params], (error: unknown, value: unknown) => {
          const code = (error as { faultCode?: number } | null)?.faultCode;
          if (error === null || code !== undefined) resolve(code ?? value);
          else reject(new Error(method, { cause: error }));
        });
      });
    };
    const told = [
      await call(leader, 'ping'),
      await call(leader, 'isleader'),
      await call(follower, 'isleader'),
      await call(leader, 'getfileinfo', name),
      await call(leader, 'updatefile', name, 1, hashes),
      await call(leader, 'updatefile', name, 1, hashes),
      await call(leader, 'getfileinfo', name),
      await call(leader, 'updatefile', name, 2, '0'),
      ((await call(leader, 'getfileinfomap')) as Record<string, unknown>)[name],
      await call(follower, 'getfileinfomap'),
      await call(leader, 'nosuchmethod'),
      await call(leader, 'updatefile', name, '1', hashes),
      await call(leader, 'updatefile', name, 1, null),
    ];
    expect(told).to.deep.equal(expected);
  });

  it("Perl's RPC::XML", async function () {
    if (!(await isThere('perl', '-MRPC::XML::Client', '-MJSON::PP', '-e', '1'))) {
      pend(this, 'RPC::XML is not installed (Debian: librpc-xml-perl)');
    }
    const script = join(scripts, 'session.pl');
    const { stdout } = await execa('perl', [script, url(leader), url(follower)]);
    expect(JSON.parse(stdout)).to.deep.equal(expected.map(asPerlText));
  });

  it('the command line of xmlrpc-c', async function () {
    if (!(await isThere('xmlrpc', url(leader), 'surfstore.ping'))) {
      pend(this, 'xmlrpc is not installed (Debian: libxmlrpc-core-c3-dev)');
    }
    // It knows no arrays, so that all it can write is the bare string of a deletion.
    const ask = async (id: number, ...args: readonly string[]): Promise<string> => {
      const { all } = await execa('xmlrpc', [url(id), ...args], { all: true, reject: false });
      return all;
    };
    const file = 's/café ∞';
    expect(await ask(leader, 'surfstore.ping')).to.contain('Boolean: TRUE');
    expect(await ask(follower, 'surfstore.isleader')).to.contain('Boolean: FALSE');
    const update = ['surfstore.updatefile', file, 'i/1', 's/0'] as const;
    expect(await ask(leader, ...update)).to.contain('Boolean: TRUE');
    expect(await ask(leader, ...update)).to.contain('Boolean: FALSE');
    const info = await ask(leader, 'surfstore.getfileinfo', file);
    expect(info).to.match(/Integer: 1\n[^]*Array of 1 items:\n.*String: '0'/);
    expect(await ask(leader, 'surfstore.getfileinfomap')).to.match(/Key: +String: 'caf/);
    expect(await ask(follower, 'surfstore.getfileinfomap')).to.contain('not the leader');
    expect(await ask(leader, 'surfstore.updatefile', file)).to.contain('-32602');
  });
});

/** Whether the command is there and does this. */
async function isThere(command: string, ...args: readonly string[]): Promise<boolean> {
  return (await execa(command, args, { reject: false })).exitCode === 0;
}

/** How Perl tells a value: everything is text, true is 1 and false is 0. */
function asPerlText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asPerlText);
  return String(typeof value === 'boolean' ? Number(value) : value);
}
