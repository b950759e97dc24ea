import { expect } from 'chai';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openHeldFiles } from '../../../src/gateway/master/folder-files.js';
import { FolderSource } from '../../../src/gateway/folder-source.js';
import { ContentCache } from '../../../src/gateway/content-cache.js';
import { createResponder } from '../../../src/gateway/create-responder.js';
import { eventually } from '../../e2e/support/eventually.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../io/temporary-folder.js';
import { get, MasterRig, type Got } from './master-rig.js';
import { StandInWorker } from './stand-in-worker.js';

const waitMs = 10_000;

function withoutDate({ headers }: Got): Got['headers'] {
  return { ...headers, date: undefined };
}

/** A worker in this process that answers as the real one does. */
async function startWorker(folder: string): Promise<StandInWorker> {
  const worker = await StandInWorker.start({ bytes: Buffer.alloc(0), etag: '""' });
  const cache = new ContentCache(1_000_000);
  const source = new FolderSource({ folder, cache });
  const onBug = (error: unknown): void => {
    throw error;
  };
  const respond = createResponder({ source, cache, listing: false, dotfiles: false, onBug });
  worker.answer = (request, response) => void respond(request, response);
  return worker;
}

describe('files that the master holds itself', () => {
  let folder: string;
  let worker: StandInWorker;
  let rig: MasterRig;
  let path: string;
  const bytes = randomBytes(146_583);

  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    path = join(folder, 'photo.jpg');
    await writeFile(path, bytes);
    worker = await startWorker(folder);
    const held = openHeldFiles(folder, 1_000_000);
    // Nobody is silent here but because the machine is busy.
    rig = await MasterRig.start({ workers: [worker], held, keys: { workerTimeout: waitMs } });
  });

  afterEach(async () => {
    await Promise.all([rig.stop(), worker.close()]);
    await removeTemporaryFolder(folder);
  });

  /** Asks until the master answers without a worker. */
  async function untilHeld(target = '/photo.jpg'): Promise<Got> {
    return eventually('the master to hold the file', waitMs, async () => {
      const before = worker.requests.length;
      const got = await rig.get(target);
      return worker.requests.length === before ? got : undefined;
    });
  }

  it('are answered with the bytes and the head of a worker', async () => {
    const byWorker = await get({ port: worker.port, path: '/photo.jpg' });
    const byMaster = await untilHeld();
    expect(byMaster.body.equals(bytes)).to.equal(true);
    const expected = withoutDate(byWorker);
    expect(withoutDate(byMaster)).to.deep.equal(expected);
    const head = await get({ port: rig.port, path: '/photo.jpg', method: 'HEAD' });
    expect([withoutDate(head), head.body.length]).to.deep.equal([expected, 0]);
  });

  it('are answered anew from the moment when they change', async () => {
    for (let version = 0; version < 20; version += 1) {
      await untilHeld();
      const next = randomBytes(1_000 + version);
      if (version % 2 === 0) {
        await writeFile(path, next);
      } else {
        await writeFile(`${path}.new`, next);
        await rename(`${path}.new`, path);
      }
      expect((await rig.get('/photo.jpg')).body.equals(next)).to.equal(true);
    }
  });

  it('are gone when they are gone, and new when they come back', async () => {
    await untilHeld();
    await rm(path);
    expect((await rig.get('/photo.jpg')).status).to.equal(404);
    await writeFile(path, 'back');
    expect((await rig.get('/photo.jpg')).body.toString()).to.equal('back');
  });

  it('have the time of their last change, also when the bytes stay the same', async () => {
    await untilHeld();
    await utimes(path, 1_000, 1_000);
    const got = await rig.get('/photo.jpg');
    expect(got.headers['last-modified']).to.equal('Thu, 01 Jan 1970 00:16:40 GMT');
  });

  it('have that time whichever client asks', async () => {
    const other = { 'accept-encoding': 'gzip' };
    await untilHeld();
    await rig.get('/photo.jpg', other);
    await utimes(path, 1_000, 1_000);
    await rig.get('/photo.jpg');
    await untilHeld();
    const got = await rig.get('/photo.jpg', other);
    expect(got.headers['last-modified']).to.equal('Thu, 01 Jan 1970 00:16:40 GMT');
  });

  it('are not answered from what is held once another folder is served', async () => {
    await untilHeld();
    await rig.change({ held: openHeldFiles(join(folder, 'elsewhere'), 1_000_000) });
    const before = worker.requests.length;
    await rig.get('/photo.jpg');
    expect(worker.requests.length).to.equal(before + 1);
  });

  it('leave the connection to the workers at the first request of another kind', async () => {
    await untilHeld();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (headers: Readonly<Record<string, string>>) =>
      get({ port: rig.port, path: '/photo.jpg', agent, headers });
    const before = worker.requests.length;
    expect((await ask({})).status).to.equal(200);
    const part = await ask({ range: 'bytes=5-9' });
    expect([part.status, part.body]).to.deep.equal([206, bytes.subarray(5, 10)]);
    expect((await ask({})).body.equals(bytes)).to.equal(true);
    expect(worker.requests.length).to.equal(before + 2);
    agent.destroy();
  });

  it('log a line for each request', async () => {
    await untilHeld();
    const before = rig.logged.length;
    await rig.get('/photo.jpg', { 'user-agent': 'a "test"' });
    const line = rig.logged.slice(before).join();
    expect(line).to.match(
      /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/photo\.jpg HTTP\/1\.1" 200 14\d{4} /,
    );
    expect(line.endsWith('"-" "a \\x22test\\x22"')).to.equal(true);
  });

  describe('on connections that somebody writes by hand', () => {
    let socket: Socket;
    let received: Buffer;

    beforeEach(async () => {
      await writeFile(path, 'small');
      await untilHeld();
      received = Buffer.alloc(0);
      socket = connect(rig.port, '127.0.0.1');
      socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
      await once(socket, 'connect');
    });

    afterEach(() => {
      socket.destroy();
    });

    const answers = () => received.toString('latin1').split('HTTP/1.1 200 OK').length - 1;
    const request = 'GET /photo.jpg HTTP/1.1\r\nHost: x\r\n\r\n';

    it('answer requests that come in pieces, and many at once, in their order', async () => {
      for (const letter of request) socket.write(letter);
      await eventually('one answer', waitMs, () => (answers() === 1 ? true : undefined));
      socket.write(request.repeat(3));
      await eventually('four answers', waitMs, () => (answers() === 4 ? true : undefined));
      socket.write('nonsense\r\n\r\n');
      await once(socket, 'end');
      expect(received.toString('latin1')).to.contain('HTTP/1.1 400 Bad Request');
    });

    it('answer one request after the other when the second comes early', async () => {
      socket.write(request);
      socket.write(request);
      await eventually('two answers', waitMs, () => (answers() === 2 ? true : undefined));
    });

    it('close after the answer when the client wants that, or is old', async () => {
      socket.write('GET /photo.jpg HTTP/1.0\r\n\r\n');
      await once(socket, 'end');
      expect(received.toString()).to.match(/Connection: close\r\n\r\nsmall$/);
    });

    it('keep the connection of an old client that wants that', async () => {
      socket.write('GET /photo.jpg HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n');
      await eventually('an answer', waitMs, () => (answers() === 1 ? true : undefined));
      expect(received.toString()).to.contain('Connection: keep-alive');
      socket.write('GET /photo.jpg HTTP/1.0\r\n\r\n');
      await once(socket, 'end');
      expect(answers()).to.equal(2);
    });

    it('answer a client that has said all it will', async () => {
      socket.end(request);
      await once(socket, 'end');
      expect(answers()).to.equal(1);
    });
  });

  it('do not pile up for a client that asks and does not read', async () => {
    await untilHeld();
    const socket = connect(rig.port, '127.0.0.1').pause();
    await once(socket, 'connect');
    const request = 'GET /photo.jpg HTTP/1.1\r\nHost: x\r\n\r\n';
    const before = rig.logged.length;
    socket.write(request);
    for (let turn = 0; turn < 100; turn += 1) {
      socket.write(request);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What the system holds for the two ends of a connection is some megabytes: 40 answers at most.
    await rig.get('/photo.jpg');
    expect(rig.logged.length - before).to.be.below(60);
    let receivedBytes = 0;
    socket.on('data', (chunk: Buffer) => (receivedBytes += chunk.length)).resume();
    await eventually('all answers', 3 * waitMs, () =>
      receivedBytes > 101 * bytes.length ? true : undefined,
    );
    socket.destroy();
    expect(await readFile(path)).to.deep.equal(bytes);
  });
});
