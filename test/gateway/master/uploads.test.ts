/** Uploads through the master, to workers that fail in every way. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { hashPassword } from '../../../src/gateway/master/basic-auth.js';
import { eventually } from '../../e2e/support/eventually.js';
import { MasterRig, type Got } from './master-rig.js';
import { StandInWorker } from './stand-in-worker.js';

const waitMs = 10_000;
const file = { bytes: Buffer.from('file'), etag: '"a"' };
const keys = { uploads: true, cluster: 'cluster.txt' };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

describe('an upload through the master', () => {
  let workers: StandInWorker[];
  let rig: MasterRig;
  /** What workers have carried out. */
  let bodies: Buffer[];

  const takeBody = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (asked.headers.expect !== undefined) response.writeContinue();
    bodies.push(await bodyOf(asked));
    response.writeHead(201, { ETag: '"new"', 'X-Version': 7, 'Content-Length': 0 }).end();
  };
  const put = (body: Uint8Array | string, headers = {}): Promise<Got> =>
    send(rig.port, 'PUT', { body, headers });
  const requests = (): readonly IncomingMessage[] => workers.flatMap((each) => each.requests);

  beforeEach(async () => {
    bodies = [];
    workers = await Promise.all([StandInWorker.start(file), StandInWorker.start(file)]);
    for (const worker of workers) {
      worker.answer = (asked, response) => void takeBody(asked, response).catch(() => undefined);
    }
    rig = await MasterRig.start({ workers, keys });
  });

  afterEach(async () => {
    await Promise.all([rig.stop(), ...workers.map((worker) => worker.close())]);
  });

  /** Both workers do this at the first request that comes, whoever gets it. */
  function failOnce(fail: (asked: IncomingMessage, response: ServerResponse) => void): void {
    let hasFailed = false;
    for (const worker of workers) {
      worker.answer = (asked, response) => {
        if (hasFailed) {
          void takeBody(asked, response).catch(() => undefined);
          return;
        }
        hasFailed = true;
        fail(asked, response);
      };
    }
  }

  it('goes to one worker, whole, and its answer back', async () => {
    const bytes = randomBytes(3_000_000);
    const got = await put(bytes, { 'if-match': '"x"', 'content-type': 'image/jpeg' });
    expect([got.status, got.headers.etag, got.headers['x-version']]).to.deep.equal([
      ...[201, '"new"', '7'],
    ]);
    expect(bodies.map((body) => body.equals(bytes))).to.deep.equal([true]);
    expect(requests()[0]?.headers).to.include({
      ...{ 'if-match': '"x"', 'content-type': 'image/jpeg', 'content-length': '3000000' },
      'x-forwarded-for': '127.0.0.1',
    });
  });

  it('may be of a length that is not said, or empty', async () => {
    await put('some', { 'transfer-encoding': 'chunked' });
    await put('', { 'content-length': '0' });
    expect(bodies.map(String)).to.deep.equal(['some', '']);
  });

  it('uses the connections to workers again', async () => {
    for (let turn = 0; turn < 6; turn += 1) await put('some');
    expect(new Set(requests().map(({ socket }) => socket)).size).to.equal(2);
  });

  it('is given to another worker when one fails before it has invited the body', async () => {
    failOnce((asked) => asked.socket.resetAndDestroy());
    expect((await put('some')).status).to.equal(201);
    const [first, second] = requests();
    expect(second?.headers['surfraft-upload-id']).to.equal(first?.headers['surfraft-upload-id']);
    expect(second?.headers).not.to.have.property('surfraft-repeat');
    failOnce(() => undefined);
    expect((await put(randomBytes(2_000_000))).status).to.equal(201);
  });

  it('is repeated on another worker, marked as a repetition, while the body is kept', async () => {
    const bytes = randomBytes(200_000);
    failOnce((asked, response) => {
      response.writeContinue();
      void bodyOf(asked).then(() => asked.socket.resetAndDestroy());
    });
    expect((await put(bytes)).status).to.equal(201);
    expect(bodies.map((body) => body.equals(bytes))).to.deep.equal([true]);
    const [first, second] = requests();
    expect(first?.headers).not.to.have.property('surfraft-repeat');
    expect(second?.headers).to.include({
      'surfraft-repeat': '1',
      'surfraft-upload-id': first?.headers['surfraft-upload-id'],
    });
  });

  it('goes on where a worker was lost in the middle of a body that is kept', async () => {
    failOnce((asked, response) => {
      response.writeContinue();
      asked.once('data', () => asked.socket.resetAndDestroy());
    });
    const asking = request({ port: rig.port, path: '/a', method: 'PUT', agent: false });
    const answer = once(asking, 'response') as Promise<[IncomingMessage]>;
    asking.setHeader('content-length', 2_000);
    asking.write('x'.repeat(1_000));
    await eventually('the second worker', waitMs, () => (requests().length > 1 ? true : undefined));
    asking.end('y'.repeat(1_000));
    expect((await answer)[0].statusCode).to.equal(201);
    expect(bodies.map(String)).to.deep.equal(['x'.repeat(1_000) + 'y'.repeat(1_000)]);
    // No worker ever had all of it before: nothing is repeated.
    expect(requests()[1]?.headers).not.to.have.property('surfraft-repeat');
  });

  it('is answered with what is known of it when its body is not kept', async () => {
    failOnce((asked, response) => {
      response.writeContinue();
      let bytes = 0;
      asked.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > 600_000) asked.socket.resetAndDestroy();
      });
    });
    const asking = request({ port: rig.port, path: '/a', method: 'PUT', agent: false });
    asking.on('error', () => undefined);
    asking.setHeader('content-length', 2_000_000);
    asking.write(randomBytes(1_000_000));
    const [broken] = (await once(asking, 'response')) as [IncomingMessage];
    expect(broken.statusCode).to.equal(502);
    expect((await bodyOf(broken)).toString()).to.contain('nothing has changed');
    failOnce((asked, response) => {
      response.writeContinue();
      void bodyOf(asked).then(() => asked.socket.resetAndDestroy());
    });
    const unknown = await put(randomBytes(2_000_000));
    expect(unknown.status).to.equal(502);
    expect(unknown.body.toString()).to.contain('it is not known whether the change took effect');
    expect(bodies).to.deep.equal([]);
  });

  it('changes nothing when the client breaks off', async () => {
    const socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345');
    await eventually('the worker to be asked', waitMs, () => requests().length || undefined);
    socket.destroy();
    await eventually('the worker to be let go', waitMs, () =>
      requests().every((asked) => asked.socket.destroyed) ? true : undefined,
    );
    expect(bodies).to.deep.equal([]);
    expect(requests()).to.have.length(1);
  });

  it('is invited only once a worker invites it, and refused without a body else', async () => {
    const raw = async (more: string): Promise<string> => {
      const socket = connect(rig.port, '127.0.0.1');
      let text = '';
      socket.on('data', (piece: Buffer) => {
        if (text === '' && piece.toString().startsWith('HTTP/1.1 100 ')) socket.write('abc');
        text += piece.toString();
        if (text.includes('201 Created')) socket.end();
      });
      const lines = 'Content-Length: 3\r\nExpect: 100-continue\r\n';
      socket.write(`PUT /a HTTP/1.1\r\nHost: x\r\n${lines}${more}\r\n`);
      await once(socket, 'close');
      return text;
    };
    expect(await raw('')).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 Created\r\n/);
    for (const worker of workers) {
      worker.answer = (_asked, response) => response.writeHead(412, { 'Content-Length': 0 }).end();
    }
    const refused = await raw('');
    expect(refused).to.match(/^HTTP\/1\.1 412 [^]*\r\nConnection: close\r\n/);
  });

  it('is answered at once with what a worker says before the body has come', async () => {
    for (const worker of workers) {
      worker.answer = (_asked, response) => response.writeHead(413, { 'Content-Length': 0 }).end();
    }
    expect((await put(randomBytes(3_000_000))).status).to.equal(413);
  });

  it('deletes, and repeats that on another worker', async () => {
    failOnce((asked) => asked.socket.resetAndDestroy());
    expect((await send(rig.port, 'DELETE', {})).status).to.equal(201);
    expect(requests()[1]?.headers['surfraft-repeat']).to.equal('1');
  });

  it('tells workers how young an answer must be, of what was written to alone', async () => {
    await put('to /a');
    await send(rig.port, 'PUT', { body: 'x', path: '/sub/a.gz' });
    for (const path of ['/a', '/a?version=1', '/%61', '/sub/', '/sub/a', '/sub/b', '/b']) {
      await rig.get(path, { 'surfraft-max-age': '5' });
    }
    const ageOf = (path: string): number | undefined => {
      const seen = workers.flatMap((each) => each.requests.filter(({ url }) => url === path));
      const age = seen.map(({ headers }) => headers['surfraft-max-age']).at(-1);
      return age === undefined ? undefined : Number(age);
    };
    for (const path of ['/a', '/a?version=1', '/%61', '/sub/', '/sub/a']) {
      expect(ageOf(path), path).to.be.within(0, waitMs);
    }
    for (const path of ['/sub/b', '/b']) expect(ageOf(path), path).to.equal(undefined);
  });

  it('is let in by its password, before its body is asked for', async () => {
    const auth = { users: { ann: await hashPassword('password') } };
    await rig.change({ keys: { ...keys, auth } });
    expect((await put(randomBytes(1_000_000))).status).to.equal(401);
    expect((await put('x', { expect: '100-continue' })).headers.connection).to.equal('close');
    expect(requests()).to.deep.equal([]);
    const authorization = `Basic ${Buffer.from('ann:password').toString('base64')}`;
    expect((await put('x', { authorization })).status).to.equal(201);
    expect(requests()[0]?.headers).not.to.have.property('authorization');
  });

  it('is no upload where none are taken', async () => {
    await rig.change({ keys: {} });
    for (const worker of workers) {
      worker.answer = (asked, response) =>
        response.writeHead(405, { Allow: 'GET, HEAD, OPTIONS' }).end(asked.headers.expect);
    }
    const got = await put('some');
    expect([got.status, got.headers.allow]).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
    expect(requests()[0]?.headers).not.to.have.property('content-length');
  });
});

interface Sent {
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

async function send(
  port: number,
  method: string,
  { body = '', headers = {}, path = '/a' }: Sent,
): Promise<Got> {
  const length =
    headers['transfer-encoding'] === undefined && method === 'PUT'
      ? { 'content-length': String(Buffer.byteLength(body)) }
      : {};
  const options = { port, path, method, headers: { ...length, ...headers }, agent: false };
  const asking = request({ host: '127.0.0.1', ...options });
  asking.on('error', () => undefined);
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const { statusCode: status = 0, headers: fields } = response;
  return { status, headers: fields, body: await bodyOf(response), isWhole: response.complete };
}
