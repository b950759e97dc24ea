/** Uploads through a gateway in front of a real cluster, whose servers and workers are killed. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { ask, type Response } from '../gateway/served.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { WorkerUnderTest } from './support/worker-under-test.js';
import { eventually } from './support/eventually.js';
import { GatewayUnderTest } from './support/gateway-under-test.js';
import { surfraft } from './support/surfraft.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const workers = 3;
/** The bounded wait of a worker, and room for a busy machine. */
const answerMsMax = 20_000;
const waitMs = 30_000;

describe('uploads through a gateway', () => {
  const clusters = useClusters();
  let cluster: TestCluster;
  let gateway: GatewayUnderTest;
  let folder: string;

  beforeEach(async () => {
    cluster = await clusters.start(3);
    folder = await makeTemporaryFolder();
    gateway = await GatewayUnderTest.prepare(folder, workers);
    await gateway.writeConfig({ cluster: cluster.configPath, uploads: true, healthInterval: 200 });
    await gateway.start();
  });
  afterEach(async () => {
    await gateway.dispose();
    await removeTemporaryFolder(folder);
  });

  const send = (method: string, path: string, body = '', headers = {}): Promise<Response> => {
    const length = method === 'PUT' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    return ask(gateway.port, path, { method, body, headers: { ...length, ...headers } });
  };
  const textOf = async (path: string): Promise<string> => (await gateway.get(path)).body.toString();

  it('are read by whoever wrote them, whichever worker answers', async () => {
    for (let round = 1; round <= 10; round += 1) {
      const { status, headers } = await send('PUT', '/sub/a.txt', `round ${round}`);
      expect([status, headers['x-version']]).to.deep.equal([round === 1 ? 201 : 204, `${round}`]);
      for (let turn = 0; turn < workers; turn += 1) {
        const got = await gateway.get('/sub/a.txt');
        expect([got.body.toString(), got.headers.etag]).to.deep.equal([
          ...[`round ${round}`, headers.etag],
        ]);
      }
    }
    expect((await send('DELETE', '/sub/a.txt')).status).to.equal(204);
    for (let turn = 0; turn < workers; turn += 1) {
      expect((await gateway.get('/sub/a.txt')).status).to.equal(404);
    }
    const used = (await gateway.workers()).map(({ requests }) => requests);
    expect(Math.min(...used)).to.be.above(0);
  });

  it('are loaded once for all workers', async () => {
    const texts = Array.from({ length: 10 }, (_, index) => `text ${index} ${'x'.repeat(20_000)}`);
    for (const [index, text] of texts.entries()) await send('PUT', `/file${index}`, text);
    const figureOf = async (name: string): Promise<number> => {
      const { body } = await gateway.get('/status?format=prometheus');
      const found = body.toString().matchAll(new RegExp(`^${name}{[^}]*} (\\d+)$`, 'gm'));
      return [...found].reduce((sum, [, value]) => sum + Number(value), 0);
    };
    await eventually('blocks from peers', waitMs, async () => {
      for (const [index, text] of texts.entries()) {
        expect(await textOf(`/file${index}`)).to.equal(text);
      }
      return (await figureOf('surfraft_gateway_worker_peer_hits_total')) >= 8 ? true : undefined;
    });
    expect(await figureOf('surfraft_gateway_worker_cache_hits_total')).to.be.above(0);
  });

  it('are shared with a worker elsewhere that knows the key, and with no other one', async () => {
    const text = `shared ${'x'.repeat(20_000)}`;
    await send('PUT', '/shared', text);
    await gateway.end('SIGTERM');
    const key = join(folder, 'key.txt');
    await writeFile(key, 'a key of sixteen or more characters'.replaceAll(' ', '-'));
    const args = ['--cluster', cluster.configPath];
    const [friend, stranger] = await Promise.all([
      WorkerUnderTest.start(...args, '--share-key', key),
      WorkerUnderTest.start(...args),
    ]);
    try {
      const remote = [friend, stranger].map(({ port }) => ({
        ...{ host: '127.0.0.1', port, remote: true },
      }));
      await gateway.writeConfig({
        workers: [{ host: '127.0.0.1', port: gateway.workerPorts[0] }, ...remote],
        ...{ cluster: cluster.configPath, shareKey: 'key.txt', healthInterval: 100, uploads: true },
      });
      gateway.stdout = '';
      await gateway.start();
      const own = { port: gateway.workerPorts[0] ?? 0 };
      const peerHits = async ({ port }: { readonly port: number }): Promise<number> =>
        Number((await ask(port, '/healthcheck', { method: 'HEAD' })).headers['x-peer-hits'] ?? 0);
      await eventually('a block from a peer', waitMs, async () => {
        const body = `${text} ${performance.now()}`;
        expect((await ask(own.port, '/shared', { method: 'PUT', body })).status).to.equal(204);
        for (const { port } of [own, friend, stranger]) await ask(port, '/shared');
        return (await peerHits(own)) + (await peerHits(friend)) > 0 ? true : undefined;
      });
      expect(await peerHits(stranger)).to.equal(0);
    } finally {
      await Promise.all([friend.end(), stranger.end()]);
    }
  });

  it('that count by If-Match lose no update', async () => {
    await send('PUT', '/counter', '0');
    const count = async (): Promise<void> => {
      for (let done = 0; done < 5;) {
        const got = await gateway.get('/counter', { 'cache-control': 'no-cache' });
        const next = String(Number(got.body.toString()) + 1);
        const match = { 'if-match': got.headers.etag ?? '' };
        const { status } = await send('PUT', '/counter', next, match);
        expect(status).to.be.oneOf([204, 412]);
        if (status === 204) done += 1;
      }
    };
    await Promise.all([count(), count(), count()]);
    expect(await textOf('/counter')).to.equal('15');
  });

  it('outlast the leader and the worker that had them', async () => {
    const { serverId } = await cluster.leader();
    const texts = Array.from({ length: 12 }, (_, index) => `text ${index} ${'x'.repeat(50_000)}`);
    const sending = texts.map((text, index) => send('PUT', `/file${index}`, text));
    await cluster.server(serverId).end('SIGKILL');
    process.kill(await gateway.pidOf(0), 'SIGKILL');
    const answers = await Promise.all(sending);
    expect(answers.map(({ status }) => status)).to.deep.equal(texts.map(() => 201));
    for (const [index, text] of texts.entries()) {
      const got = await gateway.get(`/file${index}`);
      expect([got.body.toString() === text, got.headers['x-version']]).to.deep.equal([true, '1']);
    }
  });

  it('that break off half way, with their worker or their client, are never seen', async () => {
    await send('PUT', '/a', 'before');
    const begin = () => {
      const options = { host: '127.0.0.1', port: gateway.port, path: '/a', method: 'PUT' };
      const asking = request({ ...options, agent: false });
      asking.on('error', () => undefined);
      asking.setHeader('content-length', 5_000_000);
      asking.write(randomBytes(3_000_000));
      return asking;
    };
    const client = begin();
    const blocksOf = async (): Promise<number> =>
      ((await cluster.value(0, 'getblockhashes')) as readonly unknown[]).length;
    await eventually('blocks of it', waitMs, async () =>
      (await blocksOf()) >= 2 ? true : undefined,
    );
    client.destroy();
    const other = begin();
    await eventually('more blocks', waitMs, async () =>
      (await blocksOf()) >= 4 ? true : undefined,
    );
    for (const { pid } of await gateway.workers()) if (pid !== null) process.kill(pid, 'SIGKILL');
    const [answer] = (await once(other, 'response')) as [IncomingMessage];
    expect(answer.statusCode).to.equal(502);
    await eventually('the workers', waitMs, async () =>
      (await gateway.workers()).every(({ healthy }) => healthy) ? true : undefined,
    );
    const got = await gateway.get('/a');
    expect([got.body.toString(), got.headers['x-version']]).to.deep.equal(['before', '1']);
  });

  it('end with 503 without a majority, and what was there stays readable', async () => {
    await send('PUT', '/a', 'before');
    // What was not written through the gateway a moment ago may be answered as it was known.
    await writeFile(join(folder, 'kept'), 'kept');
    await surfraft('put', '-f', cluster.configPath, join(folder, 'kept'), 'kept');
    for (let turn = 0; turn < workers; turn += 1) expect(await textOf('/kept')).to.equal('kept');
    const { serverId } = await cluster.leader();
    for (const id of cluster.others(serverId)) await cluster.server(id).end('SIGKILL');
    const beganMs = performance.now();
    const { status, headers, body } = await send('PUT', '/a', 'after');
    expect([status, headers['retry-after']]).to.deep.equal([503, '1']);
    expect(body.toString()).to.match(/nothing has changed|it is not known whether/);
    expect(performance.now() - beganMs).to.be.below(answerMsMax);
    for (let turn = 0; turn < workers; turn += 1) {
      expect(await textOf('/kept')).to.equal('kept');
      expect(await textOf('/a')).to.match(/^before$|^503 /);
    }
    await gateway.end('SIGTERM');
    for (const id of cluster.others(serverId)) await cluster.server(id).start();
    gateway.stdout = '';
    await gateway.start();
    await eventually('an answer', waitMs, async () =>
      /^(before|after)$/.test(await textOf('/a')) ? true : undefined,
    );
  });

  it('are warned of when everybody can reach them', async () => {
    expect(gateway.stderr).not.to.contain('nobody is asked for a password');
    await gateway.end('SIGTERM');
    gateway.stdout = '';
    const keys = { cluster: cluster.configPath, uploads: true, masterHost: '0.0.0.0' };
    await gateway.writeConfig(keys);
    await gateway.start();
    // What it warns of and that it serves come through two pipes.
    await eventually('the warning', waitMs, () =>
      gateway.stderr.includes('uploads are on and nobody is asked for a password')
        ? true
        : undefined,
    );
  });
});
