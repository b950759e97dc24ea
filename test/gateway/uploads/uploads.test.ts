/** PUT and DELETE as clients see them, in front of a cluster that the test holds in its hand. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { BothSources } from '../../../src/gateway/both-sources.js';
import { ClusterSource } from '../../../src/gateway/cluster-source.js';
import { ContentCache } from '../../../src/gateway/content-cache.js';
import { FolderSource } from '../../../src/gateway/folder-source.js';
import { ClusterUploads } from '../../../src/gateway/uploads/cluster-uploads.js';
import { eventually } from '../../e2e/support/eventually.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../io/temporary-folder.js';
import { HandCluster } from '../hand-cluster.js';
import { Served, type Response } from '../served.js';

const blockBytes = 1_000;
const bytesMax = 200_000;
const waitMs = 10_000;
const pace = { idleMsMax: 20_000, waitMsMax: 20_000, bytesPerSecondMin: 1 };

describe('uploads', () => {
  let cluster: HandCluster;
  let folder: string;
  let served: Served;
  const sockets: Socket[] = [];

  const serve = async (options: { pace?: typeof pace; answerMsMax?: number } = {}) => {
    const cache = new ContentCache(1_000_000);
    const base = new FolderSource({ folder, cache });
    const files = new ClusterSource({ client: cluster.client, blocks: cluster.store, cache });
    const uploads = new ClusterUploads({
      ...{ makeClient: () => cluster.client, blocks: cluster.store, blockBytes },
      answerMsMax: options.answerMsMax ?? 5_000,
    });
    served = await Served.start(new BothSources(base, files), {
      uploads: { cluster: uploads, folder: base, bytesMax, pace: options.pace ?? pace },
      listing: true,
    });
  };
  const put = (
    path: string,
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Response> => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    return served.ask(path, { method: 'PUT', body, headers: { ...length, ...headers } });
  };
  const remove = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    served.ask(path, { method: 'DELETE', headers });
  const textOf = async (path: string): Promise<string> =>
    (await served.ask(path)).body.toString('latin1');
  const open = async (text: string): Promise<Socket> => {
    const socket = connect(served.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };

  beforeEach(async () => {
    cluster = new HandCluster();
    folder = await makeTemporaryFolder();
    await serve();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    cluster.heal();
    await served.stop();
    await removeTemporaryFolder(folder);
    expect(served.bugs).to.deep.equal([]);
  });

  it('make a file, a new version of it, and delete it; the next request sees each', async () => {
    expect((await served.ask('/sub/a.txt')).status).to.equal(404);
    const made = await put('/sub/a.txt', 'one');
    expect([made.status, made.headers['x-version'], made.headers.location]).to.deep.equal([
      ...[201, '1', '/sub/a.txt'],
    ]);
    const first = await served.ask('/sub/a.txt');
    expect(first.headers).to.include({ etag: made.headers.etag, 'x-version': '1' });
    expect(first.body.toString()).to.equal('one');
    const changed = await put('/sub/a.txt', 'two');
    expect([changed.status, changed.headers['x-version']]).to.deep.equal([204, '2']);
    expect(changed.headers.etag).not.to.equal(made.headers.etag);
    expect(await textOf('/sub/a.txt')).to.equal('two');
    expect(await textOf('/sub/a.txt?version=1')).to.equal('one');
    expect((await served.ask('/sub/')).body.toString()).to.contain('a.txt');
    const gone = await remove('/sub/a.txt');
    expect([gone.status, gone.headers['x-version']]).to.deep.equal([204, '3']);
    expect((await served.ask('/sub/a.txt')).status).to.equal(404);
    expect((await served.ask('/sub/')).status).to.equal(404);
    expect((await remove('/sub/a.txt')).status).to.equal(404);
    expect((await put('/sub/a.txt', 'back')).status).to.equal(201);
  });

  it('are cut into blocks of one size, of which few are on their way at a time', async () => {
    const bytes = randomBytes(20 * blockBytes + 7);
    expect((await put('/big', bytes)).status).to.equal(201);
    expect(cluster.stored).to.have.length(21);
    expect(cluster.storingMax).to.be.at.most(3);
    expect(cluster.files.get('big')?.hashlist).to.have.length(21);
    expect((await served.ask('/big')).body.equals(bytes)).to.equal(true);
    expect((await put('/exact', bytes.subarray(0, 2 * blockBytes))).status).to.equal(201);
    expect(cluster.files.get('exact')?.hashlist).to.have.length(2);
    // What is there already is not stored again.
    expect(cluster.stored).to.have.length(21);
    expect((await put('/empty', '')).status).to.equal(201);
    expect(cluster.files.get('empty')?.hashlist).to.deep.equal([]);
    expect((await served.ask('/empty')).headers['content-length']).to.equal('0');
  });

  it('take bodies in chunks, of a length that is not said before', async () => {
    const bytes = randomBytes(3 * blockBytes);
    const headers = { 'transfer-encoding': 'chunked' };
    const made = await served.ask('/a', { method: 'PUT', body: bytes, headers });
    expect(made.status).to.equal(201);
    expect((await served.ask('/a')).body.equals(bytes)).to.equal(true);
    const long = await served.ask('/b', {
      ...{ method: 'PUT', body: randomBytes(bytesMax + 1), headers },
    });
    expect(long.status).to.equal(413);
    expect(cluster.files.has('b')).to.equal(false);
  });

  it('hold to If-Match and If-None-Match, by the tags that GET gives', async () => {
    const create = { 'if-none-match': '*' };
    const one = await put('/a', 'one', create);
    expect(one.status).to.equal(201);
    const again = await put('/a', 'one', create);
    expect([again.status, again.headers.etag]).to.deep.equal([412, one.headers.etag]);
    const match = { 'if-match': one.headers.etag ?? '' };
    expect((await put('/a', 'two', match)).status).to.equal(204);
    expect((await put('/a', 'three', match)).status).to.equal(412);
    expect((await remove('/a', match)).status).to.equal(412);
    expect(await textOf('/a')).to.equal('two');
    expect((await put('/none', 'x', { 'if-match': '*' })).status).to.equal(412);
    expect((await remove('/none', { 'if-match': '*' })).status).to.equal(412);
    expect((await remove('/a', { 'if-match': '*' })).status).to.equal(204);
    expect((await put('/a', 'four', create)).status).to.equal(201);
  });

  it('take the tag of a compressed form for that of the file', async () => {
    await put('/a.txt', 'text '.repeat(1_000));
    const coded = await served.ask('/a.txt', { headers: { 'accept-encoding': 'gzip' } });
    expect(coded.headers).to.include({ 'content-encoding': 'gzip', 'x-version': '1' });
    const match = { 'if-match': coded.headers.etag ?? '' };
    expect((await put('/a.txt', 'other', match)).status).to.equal(204);
    expect((await put('/a.txt', 'more', match)).status).to.equal(412);
  });

  it('hold to If-Unmodified-Since', async () => {
    await put('/a', 'one');
    // Version 1 of the hand's cluster was made 1,000 s after 1970 began.
    const since = { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:16:39 GMT' };
    expect((await put('/a', 'two', since)).status).to.equal(412);
    const until = { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:16:40 GMT' };
    expect((await put('/a', 'two', until)).status).to.equal(204);
  });

  it('are judged anew when somebody was faster between the look and the update', async () => {
    const { headers } = await put('/a', 'one');
    cluster.beforeUpdate = () => {
      cluster.beforeUpdate = () => Promise.resolve();
      cluster.put('a', [Buffer.from('faster')]);
      return Promise.resolve();
    };
    expect((await put('/a', 'late', { 'if-match': headers.etag ?? '' })).status).to.equal(412);
    expect(await textOf('/a?version=2')).to.equal('faster');
    cluster.beforeUpdate = () => {
      cluster.beforeUpdate = () => Promise.resolve();
      cluster.put('a', [Buffer.from('faster again')]);
      return Promise.resolve();
    };
    const last = await put('/a', 'last');
    expect([last.status, last.headers['x-version']]).to.deep.equal([204, '4']);
    cluster.beforeUpdate = () => {
      cluster.put('a', [randomBytes(4)]);
      return Promise.resolve();
    };
    const never = await put('/a', 'never');
    expect([never.status, never.headers['retry-after']]).to.deep.equal([503, '1']);
    expect(never.body.toString()).to.contain('nothing has changed');
  });

  it('of bytes that are there already make no version', async () => {
    await put('/a', 'one');
    const again = await put('/a', 'one');
    expect([again.status, again.headers['x-version']]).to.deep.equal([204, '1']);
    expect(cluster.files.get('a')?.version).to.equal(1);
  });

  it('with an Idempotency-Key take effect once, whatever came between', async () => {
    const key = { 'idempotency-key': 'k1' };
    expect((await put('/a', 'one', key)).headers['x-version']).to.equal('1');
    cluster.put('a', [Buffer.from('other')]);
    const again = await put('/a', 'one', key);
    expect([again.status, again.headers['x-version']]).to.deep.equal([204, undefined]);
    const conditional = { ...key, 'if-none-match': '*' };
    expect((await put('/a', 'one', conditional)).status).to.equal(204);
    expect((await put('/a', 'two', conditional)).status).to.equal(412);
    expect(cluster.files.get('a')?.version).to.equal(2);
    // The same key with other bytes, or another name, is another upload.
    expect((await put('/a', 'two', key)).headers['x-version']).to.equal('3');
    expect((await put('/b', 'one', key)).status).to.equal(201);
    const removal = { 'idempotency-key': 'k2' };
    expect((await remove('/b', removal)).status).to.equal(204);
    expect((await remove('/b', removal)).status).to.equal(204);
    expect((await remove('/b')).status).to.equal(404);
  });

  it('are refused for names that a sync would not take, and for those not served', async () => {
    const cases: readonly (readonly [string, number])[] = [
      ['/index.txt', 403],
      ['/.surfraft/a', 403],
      ['/pic.conflict-01234567.jpg', 403],
      [`/${'a'.repeat(256)}`, 403],
      ['/.hidden', 403],
      ['/healthcheck%2Fa', 400],
      ['/status', 403],
      ['/a/../b', 400],
      ['/a%5cb', 400],
      ['/%ff', 400],
      ['/', 405],
      ['/folder/', 405],
      ['/a?version=1', 400],
    ];
    for (const [path, status] of cases) {
      expect((await put(path, 'x')).status, path).to.equal(status);
      expect((await remove(path)).status, path).to.equal(status);
    }
    expect(cluster.files.size).to.equal(0);
  });

  it('are refused where the folder has a file, which wins', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub/a'), 'of the folder');
    for (const answer of [await put('/sub/a', 'x'), await remove('/sub/a')]) {
      expect([answer.status, answer.headers.allow]).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
      expect(answer.body.toString()).to.contain('cannot be written to from here');
    }
    expect((await put('/sub', 'x')).status).to.equal(409);
    expect((await put('/sub/b', 'x')).status).to.equal(201);
  });

  it('are refused where a file would be a folder, too', async () => {
    await put('/a/b', 'x');
    expect((await put('/a', 'x')).status).to.equal(409);
    expect((await put('/a/b/c/d', 'x')).status).to.equal(409);
    expect((await remove('/a/b')).status).to.equal(204);
    expect((await put('/a', 'x')).status).to.equal(201);
  });

  it('say what they take, name by name', async () => {
    await writeFile(join(folder, 'held'), 'x');
    const allowOf = async (path: string, method = 'OPTIONS') =>
      (await served.ask(path, { method })).headers.allow;
    for (const path of ['/absent', '*']) {
      expect(await allowOf(path), path).to.equal('GET, HEAD, PUT, DELETE, OPTIONS');
    }
    for (const path of ['/held', '/', '/.hidden', '/index.txt']) {
      expect(await allowOf(path), path).to.equal('GET, HEAD, OPTIONS');
    }
    expect(await allowOf('/absent', 'POST')).to.equal('GET, HEAD, PUT, DELETE, OPTIONS');
    expect(await allowOf('/held', 'PATCH')).to.equal('GET, HEAD, OPTIONS');
  });

  it('need a length, whole and plain bytes, and not too many', async () => {
    const raw = (lines: string): Promise<string> =>
      served.raw(`PUT /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`);
    expect(await raw('')).to.match(/^HTTP\/1\.1 411 /);
    expect(await raw(`Content-Length: ${bytesMax + 1}\r\nExpect: 100-continue\r\n`)).to.match(
      /^HTTP\/1\.1 413 /,
    );
    expect(await raw('Transfer-Encoding: gzip, chunked\r\nExpect: 100-continue\r\n')).to.match(
      /^HTTP\/1\.1 501 /,
    );
    const coded = await put('/a', 'x', { 'content-encoding': 'gzip' });
    expect([coded.status, coded.headers['accept-encoding']]).to.deep.equal([415, 'identity']);
    expect((await put('/a', 'x', { 'content-range': 'bytes 0-0/2' })).status).to.equal(400);
    const body = { method: 'DELETE', body: 'x', headers: { 'content-length': '1' } };
    expect((await served.ask('/a', body)).status).to.equal(400);
    expect((await put('/a', 'x', { 'content-encoding': 'identity' })).status).to.equal(201);
  });

  it('invite a body only when it can be taken', async () => {
    await put('/a', 'one');
    const head = (more: string): string =>
      `PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n${more}\r\n`;
    const refused = await served.raw(head('If-None-Match: *\r\n'));
    expect(refused).to.match(/^HTTP\/1\.1 412 [^]*\r\nConnection: close\r\n/);
    const socket = await open(head(''));
    const [invitation] = (await once(socket, 'data')) as [Buffer];
    expect(invitation.toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('two');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 204 /);
    expect(await textOf('/a')).to.equal('two');
  });

  it('that break off change nothing', async () => {
    await put('/a', 'one');
    const before = cluster.updates;
    const head = 'PUT /a HTTP/1.1\r\nHost: x\r\n';
    for (const text of [
      `${head}Content-Length: 5000\r\n\r\n${'x'.repeat(4_999)}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2_000)}\r\n`,
    ]) {
      const stored = cluster.stored.length;
      const socket = await open(text);
      await eventually('a block', waitMs, () =>
        cluster.stored.length > stored ? true : undefined,
      );
      // A client that says no more is told so, and not waited for.
      let answer = '';
      socket.on('data', (piece: Buffer) => (answer += piece.toString()));
      socket.end();
      await once(socket, 'close');
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
      cluster.blocks.clear();
    }
    await served.stop();
    expect(cluster.updates).to.equal(before);
    expect(cluster.files.get('a')?.version).to.equal(1);
  });

  it('that come too slowly are ended, and change nothing', async () => {
    await served.stop();
    await serve({ pace: { ...pace, idleMsMax: 50 } });
    const head = 'PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n';
    expect(await served.raw(`${head}12345`)).to.match(/^HTTP\/1\.1 408 [^]*nothing has changed/);
    await served.stop();
    await serve({ pace: { idleMsMax: 10_000, waitMsMax: 100, bytesPerSecondMin: 1_000_000 } });
    const socket = await open(head);
    const drip = setInterval(() => socket.write('x'), 40);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(drip);
    expect(answer.toString()).to.match(/^HTTP\/1\.1 408 /);
    expect(cluster.files.size).to.equal(0);
  });

  it('are answered 503 within a known time, with what is known of their fate', async () => {
    await served.stop();
    await serve({ answerMsMax: 100 });
    cluster.trouble = 'hangs';
    const before = await put('/a', 'one');
    expect([before.status, before.headers['retry-after']]).to.deep.equal([503, '1']);
    expect(before.body.toString()).to.contain('nothing has changed');
    cluster.heal();
    cluster.trouble = 'none';
    cluster.beforeUpdate = () => {
      cluster.trouble = 'hangs';
      return new Promise(() => undefined);
    };
    const middle = await put('/a', 'one');
    expect(middle.status).to.equal(503);
    expect(middle.body.toString()).to.contain('it is not known whether the change took effect');
    cluster.trouble = 'refuses';
    expect((await remove('/a')).body.toString()).to.contain('nothing has changed');
    cluster.trouble = 'none';
    cluster.isStoreGone = true;
    const stores = await put('/b', 'bytes that no store has');
    expect(stores.status).to.equal(503);
    expect(stores.body.toString()).to.contain('nothing has changed');
    expect(cluster.files.size).to.equal(0);
  });

  it('answers early without losing the answer to a client that is still sending', async () => {
    await put('/a', 'one');
    const bytes = randomBytes(150_000);
    const refused = await put('/a', bytes, { 'if-none-match': '*' });
    expect(refused.status).to.equal(412);
    const long = await put('/a', randomBytes(bytesMax + 1));
    expect(long.status).to.equal(413);
  });
});
