/** Changing who belongs to a running cluster, with real processes. */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerFrom } from '../rpc/support/call-from.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { fastElections } from './support/fast-elections.js';
import { expectVersions, GrowingCluster, UpdateLoad } from './support/growing-cluster.js';
import { surfraft } from './support/surfraft.js';

const stranger = '127.0.0.2';
const noticeMsMax = 10_000;

describe('a running cluster', () => {
  let cluster: GrowingCluster;

  beforeEach(async () => {
    cluster = await GrowingCluster.start(3, ...fastElections);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') process.stderr.write(cluster.describeLogs());
    await cluster.destroy();
  });

  it('grows while it is written to, and starts from either file', async () => {
    const oldFile = await cluster.readFile();
    const load = new UpdateLoad(cluster.client(0, 1, 2));
    await cluster.add();
    const between = load.confirmed;
    await eventually('updates after the change', noticeMsMax, () =>
      load.confirmed > between + 20 ? true : undefined,
    );
    await load.end();
    await cluster.agreement();
    const ports = [0, 1, 2, 3].map((id) => cluster.server(id).port);
    const lines = ports.map((port, id) => `metadata${id}: localhost:${port}`);
    const newFile = ['M: 4', '# The servers', ...lines, '# end', '']
      .join('\n')
      .replace(/(metadata3.*)/, '$1 joined');
    expect(await cluster.readFile()).to.equal(newFile);
    for (const file of [newFile, oldFile]) {
      await cluster.endAll('SIGTERM');
      await writeFile(cluster.configPath, newFile);
      await cluster.server(3).start();
      await writeFile(cluster.configPath, file);
      await Promise.all([0, 1, 2].map((id) => cluster.server(id).start()));
      await cluster.leader();
      await cluster.agreement();
      const client = cluster.client(0);
      await expectVersions(client, load.versions);
      client.close();
    }
  });

  it('has a dead server replaced at its address, and needs it from then on', async () => {
    const load = new UpdateLoad(cluster.client(0, 1, 2));
    const dead = cluster.server(1);
    await dead.end('SIGKILL');
    await cluster.member('remove', '1', '--write');
    const server = await cluster.add(dead.port);
    expect(server.id).to.equal(3);
    await load.end();
    // Two of three are a majority only if the new one is one of them.
    await cluster.server(0).end('SIGKILL');
    const client = cluster.client(2);
    await expectVersions(client, load.versions);
    expect(await client.updateFile('late', 1, ['h'])).to.equal(true);
    client.close();
    expect(await cluster.readFile()).to.match(/^metadata1: localhost:\d+ removed$/m);
    const refused = await cluster.place(1, dead.port).refusal();
    expect(refused.exitCode).to.equal(2);
    expect(refused.lines.join('\n')).to.match(/^server 1 was removed .* expected an ID of 0, 2, 3/);
  });

  it('loses its leader to a removal, which then does no harm with its old file', async () => {
    const { serverId: id } = await cluster.leader();
    await cluster.add();
    const load = new UpdateLoad(cluster.client(...[0, 1, 2].filter((other) => other !== id)));
    await cluster.member('remove', String(id));
    const removed = cluster.server(id);
    await eventually('it to know', noticeMsMax, () =>
      removed.log.includes(`server ${id} is removed from the cluster`) ? true : undefined,
    );
    const { term, serverId } = await cluster.leader();
    await removed.end('SIGKILL');
    await removed.start();
    await eventually('it to be told again', noticeMsMax, async () =>
      (await cluster.report(id))?.removed === true ? true : undefined,
    );
    await eventually('it to have been heard for a while', noticeMsMax, async () => {
      const links = (await cluster.report(id))?.links ?? [];
      return links.every(({ failure }) => failure?.includes('was removed')) || undefined;
    });
    expect(
      await answerFrom({ port: removed.port, from: '127.0.0.1' }, ['getfileinfomap']),
    ).to.match(/^1 not the leader: this server was removed from the cluster; ask server \d at /);
    await load.end();
    const after = await cluster.leader();
    expect([after.term, after.serverId]).to.deep.equal([term, serverId]);
  });

  it('lets a client with a stale file find the servers that this lacks', async () => {
    const { id } = await cluster.add();
    expect((await surfraft('transfer', cluster.configPath, String(id))).exitCode).to.equal(0);
    const client = cluster.client(1);
    expect(await client.updateFile('f', 1, ['h'])).to.equal(true);
    client.close();
    // The same when the one that it knows was removed meanwhile.
    await cluster.member('remove', '1');
    const later = cluster.client(1);
    expect((await later.getFileInfo('f')).version).to.equal(1);
    later.close();
  });

  it('takes no change from a stranger, and tells who waits for whom', async () => {
    const { serverId, term } = await cluster.leader();
    const { port } = cluster.server(serverId);
    for (const call of [
      ['addmember', 'localhost:1'],
      ['removemember', (serverId + 1) % 3],
    ] as const) {
      expect(await answerFrom({ port, from: stranger }, call)).to.match(
        /^6 unauthorised: .*127\.0\.0\.2/,
      );
    }
    const silent = cluster.server((serverId + 1) % 3);
    silent.signal('SIGSTOP');
    const added = cluster.sparePort();
    const told = await cluster.member('add', `localhost:${added}`, '--write');
    expect(told).to.include('is written').and.include(`./run-server.sh ${cluster.configPath} 3`);
    await cluster.place(3, added).start();
    await eventually('the list to say for whom it waits', noticeMsMax, async () => {
      const list = await cluster.member('list');
      return list.includes(`it waits for server ${silent.id}`) || undefined;
    });
    const { stdout } = await surfraft('doctor', cluster.configPath);
    expect(stdout).to.include(`Server 3 was added, and does not count yet`);
    silent.signal('SIGCONT');
    await cluster.counts(3);
    expect((await cluster.leader()).term).to.equal(term);
  });

  it('tells a newcomer that was started too early for what it waits', async () => {
    const port = cluster.sparePort();
    const file = await cluster.readFile();
    const early = file
      .replace('M: 3', 'M: 4')
      .replace('# end', `metadata3: localhost:${port} joined`);
    await writeFile(cluster.configPath, early);
    const server = cluster.place(3, port);
    await server.start();
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(await ready.text()).to.match(/^not ready: joining: waits until it is added/);
    const told = await cluster.member('add', `localhost:${port}`, '--write', '--wait');
    expect(told).to.match(/server 3 counts$/);
    expect(await cluster.readFile()).to.equal(early);
  });

  it("is changed by Python's own client", async () => {
    const { serverId } = await cluster.leader();
    const url = (id: number): string => `http://127.0.0.1:${cluster.server(id).port}/RPC2`;
    const script = join(projectRoot(), 'test/fixtures/clients/members.py');
    const address = `localhost:${cluster.sparePort()}`;
    const { stdout } = await execa('python3', [
      ...[script, url(serverId), url((serverId + 1) % 3), address],
    ]);
    const [added, again, listed, removed, gone, refusal] = JSON.parse(stdout) as unknown[];
    expect(added).to.deep.include({ id: 3, changed: true, nextId: 4 });
    expect(again).to.deep.include({ id: 3, changed: false });
    expect(listed).to.have.property('members').with.length(4);
    expect(removed).to.deep.include({ id: 3, changed: true, nextId: 4 });
    expect(gone).to.deep.include({ id: 3, changed: false });
    expect(refusal).to.match(/^1 not the leader: the leader is server \d at localhost:/);
  });
});

describe('a running cluster with a secret', () => {
  let folder: string;
  let secretFile: string;
  let cluster: GrowingCluster;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-secret-'));
    secretFile = join(folder, 'secret');
    await writeFile(secretFile, 'a-secret-of-more-than-sixteen-letters', { mode: 0o600 });
    cluster = await GrowingCluster.start(3, ...fastElections, '--secret-file', secretFile);
  });

  after(async () => {
    await cluster.destroy();
    await rm(folder, { recursive: true });
  });

  it('is changed by those who have it, and by nobody else', async () => {
    const address = `localhost:${cluster.sparePort()}`;
    const refused = await surfraft('member', 'add', cluster.configPath, address);
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.match(/unauthorised: the call lacks the cluster's secret/);
    await cluster.member('add', address, '--secret-file', secretFile);
    const told = await cluster.member('remove', '3', '--json', '--secret-file', secretFile);
    expect(JSON.parse(told)).to.deep.include({ ok: true, id: 3, changed: true });
  });
});
