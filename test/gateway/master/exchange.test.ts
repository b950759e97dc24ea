import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';
import { eventually } from '../../e2e/support/eventually.js';
import { get, MasterRig } from './master-rig.js';
import { StandInWorker, type Fault } from './stand-in-worker.js';

const bytes = randomBytes(400_000);
const file = { bytes, etag: '"v1"' };
const other = { bytes: randomBytes(400_000), etag: '"v2"' };

describe('a request that is carried to workers', () => {
  let workers: StandInWorker[];
  let rig: MasterRig;

  beforeEach(async () => {
    workers = await Promise.all([StandInWorker.start(file), StandInWorker.start(file)]);
    rig = await MasterRig.start({ workers });
  });

  afterEach(async () => {
    await Promise.all([rig.stop(), ...workers.map((worker) => worker.close())]);
  });

  const [first, second] = [() => workerAt(0), () => workerAt(1)];
  function workerAt(index: number): StandInWorker {
    const worker = workers[index];
    if (worker === undefined) throw new Error('there is no such worker');
    return worker;
  }

  function setFault(fault: Fault): void {
    first().fault = fault;
  }

  /** Sends a part of the file once; after that every connection is reset. */
  function breakOffThenBeLost(): NonNullable<StandInWorker['answer']> {
    let isLost = false;
    return (asked, response) => {
      if (isLost) {
        asked.socket.resetAndDestroy();
        return;
      }
      isLost = true;
      const fields = { ETag: file.etag, 'Content-Length': bytes.length, 'Accept-Ranges': 'bytes' };
      response.writeHead(200, fields);
      response.write(bytes.subarray(0, 100_000), () => asked.socket.resetAndDestroy());
    };
  }

  it('goes to one worker after the other, with the path, the query and who asked', async () => {
    for (let turn = 0; turn < 4; turn += 1) await rig.get('/a%20b?c=%2F', { host: 'files.test' });
    expect(workers.map(({ requests }) => requests.length)).to.deep.equal([2, 2]);
    const seen = first().requests[0];
    expect(seen?.url).to.equal('/a%20b?c=%2F');
    expect(seen?.headers).to.include({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'files.test',
      'x-forwarded-proto': 'http',
    });
  });

  it('uses the connections to workers again', async () => {
    for (let turn = 0; turn < 6; turn += 1) await rig.get('/a');
    const sockets = new Set(workers.flatMap((each) => each.requests.map(({ socket }) => socket)));
    expect(sockets.size).to.equal(2);
  });

  for (const fault of [
    { kind: 'reset', afterBytes: 0 },
    { kind: 'reset', afterBytes: 1 },
    { kind: 'reset', afterBytes: 123_456 },
    { kind: 'reset', afterBytes: bytes.length - 1 },
    { kind: 'silent', afterBytes: 0 },
    { kind: 'silent', afterBytes: 123_456 },
  ] as const) {
    it(`is carried on by another worker: ${fault.kind} after ${fault.afterBytes}`, async () => {
      setFault(fault);
      for (let turn = 0; turn < 2; turn += 1) {
        const got = await rig.get('/a');
        expect([got.status, got.isWhole]).to.deep.equal([200, true]);
        expect(got.body.equals(bytes)).to.equal(true);
      }
    });

    it(`is carried on within a range: ${fault.kind} after ${fault.afterBytes}`, async () => {
      setFault(fault);
      const got = await rig.get('/a', { range: 'bytes=1000-300999' });
      expect([got.status, got.isWhole]).to.deep.equal([206, true]);
      expect(got.headers['content-range']).to.equal('bytes 1000-300999/400000');
      expect(got.body.equals(bytes.subarray(1_000, 301_000))).to.equal(true);
    });
  }

  it('asks the other worker only for the bytes that are missing', async () => {
    setFault({ kind: 'reset', afterBytes: 100_000 });
    await rig.get('/a', { 'if-none-match': '"v0"' });
    const { range, ...rest } = second().requests[0]?.headers ?? {};
    expect(range).to.match(/^bytes=\d+-399999$/);
    expect(rest).to.include({ 'if-range': '"v1"' }).and.not.to.have.property('if-none-match');
  });

  it('takes the rest from a worker that knows no ranges', async () => {
    setFault({ kind: 'reset', afterBytes: 100_000 });
    second().file = { ...file, ignoresRanges: true };
    const got = await rig.get('/a');
    expect(got.isWhole && got.body.equals(bytes)).to.equal(true);
  });

  it('breaks off rather than mix two versions', async () => {
    first().answer = breakOffThenBeLost();
    second().file = other;
    const got = await rig.get('/a');
    expect(got.isWhole).to.equal(false);
    expect(bytes.subarray(0, got.body.length).equals(got.body)).to.equal(true);
  });

  it('breaks off rather than end early when no worker is left', async () => {
    for (const worker of workers) worker.answer = breakOffThenBeLost();
    const got = await rig.get('/a');
    expect(got.isWhole).to.equal(false);
    expect(got.body.length).to.be.below(bytes.length);
  });

  it('goes on as long as each worker brings something', async () => {
    for (const worker of workers) worker.fault = { kind: 'reset', afterBytes: 60_000 };
    const got = await rig.get('/a');
    expect(got.isWhole && got.body.equals(bytes)).to.equal(true);
  });

  it('breaks off when workers are lost again and again', async () => {
    for (const worker of workers) worker.fault = { kind: 'reset', afterBytes: 1_000 };
    expect((await rig.get('/a')).isWhole).to.equal(false);
    const asked = workers.flatMap(({ requests }) => requests).length;
    expect(asked).to.be.within(90, 102);
  });

  it('goes to a worker again once that has answered a health check', async () => {
    setFault({ kind: 'reset', afterBytes: 0 });
    await rig.get('/a');
    await rig.get('/a');
    setFault({ kind: 'none' });
    const before = first().requests.length;
    await eventually('a request to it', 10_000, async () => {
      await rig.get('/a');
      return first().requests.length > before ? true : undefined;
    });
  });

  it('holds a short answer back that nobody could carry on', async () => {
    first().answer = (asked, response) => {
      response.writeHead(404, { 'Content-Length': 10 });
      response.write('not ', () => asked.socket.resetAndDestroy());
    };
    second().answer = (_asked, response) => {
      response.writeHead(404, { 'Content-Length': 9 }).end('not found');
    };
    const got = await rig.get('/a');
    expect([got.status, got.body.toString(), got.isWhole]).to.deep.equal([404, 'not found', true]);
  });

  it('passes on a long answer that nobody could carry on, as far as it comes', async () => {
    first().answer = (asked, response) => {
      response.writeHead(200, { 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, 200_000), () => asked.socket.resetAndDestroy());
    };
    const got = await rig.get('/a');
    expect([got.status, got.isWhole]).to.deep.equal([200, false]);
    expect(second().requests).to.have.length(0);
  });

  it('passes on an answer of unknown length, whole', async () => {
    first().answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.write(bytes.subarray(0, 70_000));
      response.end(bytes.subarray(70_000));
    };
    const got = await rig.get('/a');
    expect(got.isWhole && got.body.equals(bytes)).to.equal(true);
  });

  it('answers HEAD, 304 and other methods without a body, and carries them on, too', async () => {
    setFault({ kind: 'reset', afterBytes: 0 });
    const head = await get({ port: rig.port, path: '/a', method: 'HEAD' });
    expect([head.status, head.headers['content-length']]).to.deep.equal([200, '400000']);
    first().fault = { kind: 'none' };
    for (const worker of workers) {
      worker.answer = (_asked, response) =>
        response.writeHead(304, { ETag: '"v1"', 'Content-Length': bytes.length }).end();
    }
    expect(await rig.get('/a')).to.include({ status: 304, isWhole: true });
    for (const worker of workers) {
      worker.answer = (asked, response) =>
        response.writeHead(405, { Allow: 'GET' }).end(asked.method);
    }
    const post = await get({ port: rig.port, path: '/a', method: 'POST' });
    expect([post.status, post.body.toString()]).to.deep.equal([405, 'POST']);
  });

  it('gets 502 when no worker can be reached, and 504 when none answers', async () => {
    for (const worker of workers) worker.fault = { kind: 'reset', afterBytes: 0 };
    expect((await rig.get('/a')).status).to.equal(502);
    for (const worker of workers) worker.fault = { kind: 'silent', afterBytes: 0 };
    expect((await rig.get('/a')).status).to.equal(504);
    await Promise.all(workers.map((worker) => worker.close()));
    await eventually('the workers to be missed', 5_000, async () =>
      (await rig.get('/healthcheck')).status === 503 ? true : undefined,
    );
    expect((await rig.get('/a')).status).to.equal(502);
  });

  it('waits for workers of a cluster, which may wait for a leader', async () => {
    await rig.change({ keys: { cluster: 'cluster.txt', workerTimeout: 50 } });
    let asked = 0;
    for (const worker of workers) {
      worker.answer = (_asked, response) => {
        asked += 1;
        // The third one is asked once both were silent.
        if (asked === 3) setTimeout(() => response.end('elected'), 200);
      };
    }
    const got = await rig.get('/a');
    expect([got.status, got.body.toString()]).to.deep.equal([200, 'elected']);
  });

  it('frees the worker when its client has gone', async () => {
    setFault({ kind: 'silent', afterBytes: 10 });
    const asking = request({ host: '127.0.0.1', port: rig.port, path: '/a', agent: false });
    asking.end();
    await once(asking, 'response');
    asking.destroy();
    await eventually('the connection to the worker to end', 5_000, () =>
      first().requests.every(({ socket }) => socket.destroyed) ? true : undefined,
    );
    expect(second().requests).to.have.length(0);
  });
});

describe('a client that reads slowly', () => {
  const long = { bytes: randomBytes(20_000_000), etag: '"long"' };
  let worker: StandInWorker;
  let rig: MasterRig;

  beforeEach(async () => {
    worker = await StandInWorker.start(long);
    rig = await MasterRig.start({ workers: [worker], keys: { workerTimeout: 50 } });
  });

  afterEach(async () => {
    await Promise.all([rig.stop(), worker.close()]);
  });

  it('holds its worker back, which does not count as silent', async () => {
    const asking = request({ host: '127.0.0.1', port: rig.port, path: '/a', agent: false });
    asking.end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    response.pause();
    const sent = () => worker.requests[0]?.socket.bytesWritten ?? 0;
    let before = -1;
    let beganMs = performance.now();
    // Nothing moves for longer than the time-out of the worker.
    await eventually('the worker to be held back', 10_000, () => {
      if (sent() !== before) beganMs = performance.now();
      before = sent();
      return performance.now() - beganMs > 200 ? true : undefined;
    });
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.resume();
    await once(response, 'end');
    expect(Buffer.concat(chunks).equals(long.bytes)).to.equal(true);
    expect(worker.requests).to.have.length(1);
  });
});
