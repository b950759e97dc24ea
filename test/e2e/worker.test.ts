/**
 * Workers of the gateway as real processes, in front of a folder and of a real cluster whose leader
 * is killed; and what workers of the system that this one follows did wrong.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import { ClusterBlocks } from '../../src/client/cluster-blocks.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { ask, type Response } from '../gateway/served.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';
import { WorkerUnderTest } from './support/worker-under-test.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');

/** The contract's times, and room for a busy machine. */
const goneMsMax = 2_000;
const servedMsMax = 1_000;
const busyMs = 1_000;

const blockBytes = 1_000_000;

describe('surfraft worker', () => {
  let folder: string;
  const workers: WorkerUnderTest[] = [];

  const start = async (...args: readonly string[]): Promise<WorkerUnderTest> => {
    const worker = await WorkerUnderTest.start(...args);
    workers.push(worker);
    return worker;
  };

  beforeEach(async () => {
    folder = await makeTemporaryFolder();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
    await removeTemporaryFolder(folder);
  });

  it('serves a folder, sees every change, and ends with exit code 0', async () => {
    const bytes = randomBytes(146_583);
    await fs.writeFile(join(folder, 'a b.jpg'), bytes);
    // As in the system that this one follows: with and without a final slash, with a file that has
    // the name of the health check.
    await fs.writeFile(join(folder, 'healthcheck'), 'a file');
    for (const [path, signal] of [
      [folder, 'SIGTERM'],
      [`${folder}/`, 'SIGINT'],
    ] as const) {
      const worker = await start('--base', path, '-d');
      const get = (target: string): Promise<Response> => ask(worker.port, target);
      const photo = await get('/a%20b.jpg');
      expect(photo.body.equals(bytes)).to.equal(true);
      expect(photo.headers.etag).to.equal(`"${createHash('sha256').update(bytes).digest('hex')}"`);
      expect((await ask(worker.port, '/healthcheck', { method: 'HEAD' })).status).to.equal(200);
      expect((await get('/healthcheck')).body).to.have.length(0);
      expect((await get('/later')).status).to.equal(404);
      await fs.writeFile(join(folder, 'later'), 'now');
      expect((await get('/later')).body.toString()).to.equal('now');
      await fs.writeFile(join(folder, 'later'), 'new');
      expect((await get('/later')).body.toString()).to.equal('new');
      await fs.unlink(join(folder, 'later'));
      expect((await get('/later')).status).to.equal(404);
      expect((await ask(worker.port, '/a%20b.jpg', { method: 'POST' })).status).to.equal(405);
      await eventually('the request to be logged', 2_000, () =>
        worker.stderr.includes('"GET /a%20b.jpg HTTP/1.1" 200 146583 ') ? true : undefined,
      );
      expect(await worker.end(signal)).to.equal(0);
    }
  });

  it('finishes running requests when it is told to stop', async () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024, 'surfraft');
    await fs.writeFile(join(folder, 'large'), bytes);
    const worker = await start('--base', folder);
    const socket = connect(worker.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    worker.kill('SIGTERM');
    let received = first.length;
    socket.on('data', (piece: Buffer) => (received += piece.length));
    await once(socket, 'close');
    expect(received).to.be.above(bytes.length);
    expect(await worker.ended).to.equal(0);
  });

  it('ends when its master is gone', async () => {
    const worker = await start('--base', folder, '--end-with-stdin');
    const lonely = await start('--base', folder);
    const closedMs = performance.now();
    worker.closeStdin();
    lonely.closeStdin();
    expect(await worker.ended).to.equal(0);
    expect(performance.now() - closedMs).to.be.below(goneMsMax + busyMs);
    expect((await ask(lonely.port, '/healthcheck')).status).to.equal(200);
  });

  it('refuses what is wrong before it opens its port', async () => {
    const config = join(folder, 'cluster.txt');
    await fs.writeFile(config, 'M: 1\nmetadata0: localhost:nowhere\n');
    await fs.writeFile(join(folder, 'file'), '');
    const good = join(folder, 'good.txt');
    await fs.writeFile(good, 'M: 1\nmetadata0: localhost:9001\n');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /--base/],
      [['--base', join(folder, 'nothing')], /nothing/],
      [['--base', join(folder, 'file')], /is no folder/],
      [['--cluster', config], /cluster\.txt:2/],
      [['--base', folder, '-p', '0'], /--port is "0"/],
      [['--base', folder, '--cache-bytes', 'many'], /--cache-bytes is "many"/],
      [['--base', folder, '--lising'], /lising/],
      [['--base', folder, '--uploads'], /expected --cluster, too/],
      [['--cluster', good, '--uploads', '--upload-bytes', 'x'], /--upload-bytes is "x"/],
      [['--cluster', good, '--share-key', join(folder, 'none')], /--share-key .*none/],
      [['--cluster', good, '--share-key', join(folder, 'file')], /holds no key/],
    ];
    const ends = await Promise.all(
      cases.map(async ([args, message]) => {
        const end = await execa('node', [program, 'worker', ...args], { reject: false });
        return { message, exitCode: end.exitCode, stderr: end.stderr };
      }),
    );
    for (const { message, exitCode, stderr } of ends) {
      expect(stderr).to.match(message);
      expect(exitCode, stderr).to.equal(2);
    }
    const worker = await start('--base', folder);
    const taken = await execa(
      ...([
        'node',
        [program, 'worker', '-l', '-p', String(worker.port), '--base', folder],
      ] as const),
      { reject: false },
    );
    expect([taken.exitCode, taken.stderr.split('\n').length]).to.deep.equal([1, 1]);
    expect(taken.stderr).to.contain(String(worker.port));
  });
});

describe('surfraft worker in front of a cluster', () => {
  const clusters = useClusters();
  const workers: WorkerUnderTest[] = [];

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
  });

  const start = async (cluster: TestCluster): Promise<WorkerUnderTest> => {
    const worker = await WorkerUnderTest.start('--cluster', cluster.configPath, '--listing');
    workers.push(worker);
    return worker;
  };
  /** The next version of a file, by clients of the test's own. */
  const put = async (cluster: TestCluster, name: string, bytes?: Uint8Array): Promise<void> => {
    const endpoints = cluster.servers.map(({ id, port }) => ({ id, host, port }));
    const [client, store] = [new ClusterClient(endpoints), new ClusterBlocks(endpoints)];
    const hashes: string[] = bytes === undefined ? ['0'] : [];
    for (let at = 0; at < (bytes?.length ?? 0); at += blockBytes) {
      const block = must(bytes, 'bytes').subarray(at, at + blockBytes);
      hashes.push(hashOf(block));
      await store.put(hashOf(block), block);
    }
    const { version } = await client.getFileInfo(name);
    expect(await client.updateFile(name, version + 1, hashes)).to.equal(true);
    client.close();
    store.close();
  };
  const waitForText = (worker: WorkerUnderTest, path: string, text: string): Promise<true> =>
    eventually(`${path} to be ${text}`, servedMsMax + busyMs, async () =>
      (await ask(worker.port, path)).body.toString() === text ? true : undefined,
    );

  it('serves its files, new versions, ranges and folders', async () => {
    const cluster = await clusters.start(3);
    const worker = await start(cluster);
    const bytes = randomBytes(2_500_000);
    await put(cluster, 'sub/photo.jpg', bytes);
    const photo = await eventually('the file', servedMsMax + busyMs, async () => {
      const response = await ask(worker.port, '/sub/photo.jpg');
      return response.status === 200 ? response : undefined;
    });
    expect(photo.body.equals(bytes)).to.equal(true);
    expect(photo.headers['content-type']).to.equal('image/jpeg');
    const other = await start(cluster);
    const headers = { range: 'bytes=1500000-1500009', 'if-range': photo.headers.etag ?? '' };
    const range = await ask(other.port, '/sub/photo.jpg', { headers });
    expect([range.status, range.headers.etag]).to.deep.equal([206, photo.headers.etag]);
    expect(range.body.equals(bytes.subarray(1_500_000, 1_500_010))).to.equal(true);
    await put(cluster, 'a.txt', Buffer.from('one'));
    await waitForText(worker, '/a.txt', 'one');
    await put(cluster, 'a.txt', Buffer.from('two'));
    await waitForText(worker, '/a.txt', 'two');
    const older = await ask(worker.port, '/a.txt?version=1');
    expect(older.body.toString()).to.equal('one');
    expect(older.headers['cache-control']).to.contain('immutable');
    expect(older.headers).to.have.property('last-modified');
    expect((await ask(worker.port, '/a.txt?version=3')).status).to.equal(404);
    const list = await ask(worker.port, '/', { headers: { accept: 'text/plain' } });
    expect(list.body.toString()).to.equal('a.txt\nsub/\n');
    await put(cluster, 'a.txt');
    await waitForText(worker, '/a.txt', '404 Not Found: there is no such file here.\n');
  });

  it('loses no request when the leader is killed, nor for a while with nobody', async () => {
    const cluster = await clusters.start(3);
    const worker = await start(cluster);
    const files = Array.from({ length: 10 }, (_, i) => ({
      name: `file${i}`,
      bytes: randomBytes(50_000),
    }));
    for (const { name, bytes } of files) await put(cluster, name, bytes);
    // Half of them are known to the worker before.
    for (const { name } of files.slice(0, 5)) {
      expect((await ask(worker.port, `/${name}`)).status).to.equal(200);
    }
    const { serverId } = await cluster.leader();
    const wrong: string[] = [];
    let served = 0;
    let isOver = false;
    const client = async (first: number): Promise<void> => {
      for (let at = first; !isOver; at += 1) {
        const { name, bytes } = files[at % files.length] ?? { name: '', bytes: randomBytes(0) };
        const response = await ask(worker.port, `/${name}`);
        if (response.status !== 200 || !response.body.equals(bytes)) {
          wrong.push(`${name}: ${response.status} ${response.body.toString('latin1', 0, 200)}`);
        }
        served += 1;
      }
    };
    const clients = [0, 3, 6].map(client);
    await eventually('requests', 5_000, () => (served > 5 ? true : undefined));
    await cluster.server(serverId).end('SIGKILL');
    const others = cluster.others(serverId);
    await cluster.leaderAmong(others);
    const servedThen = served;
    await eventually('more requests', 10_000, () => (served > servedThen + 30 ? true : undefined));
    // Nobody is left who could say what the newest version is.
    await cluster.server(others[0] ?? 0).end('SIGKILL');
    const servedLast = served;
    await eventually('the last requests', 10_000, () =>
      served > servedLast + 10 ? true : undefined,
    );
    isOver = true;
    await Promise.all(clients);
    expect(wrong).to.deep.equal([]);
  });
});
