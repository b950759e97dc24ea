import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { isLoopback, plainAddress } from '../../../src/gateway/master/gate.js';
import { hashPassword } from '../../../src/gateway/master/basic-auth.js';
import { eventually } from '../../e2e/support/eventually.js';
import { get, MasterRig } from './master-rig.js';
import { StandInWorker } from './stand-in-worker.js';

const waitMs = 10_000;

describe("the master's own pages", () => {
  let worker: StandInWorker;
  let rig: MasterRig;

  beforeEach(async () => {
    worker = await StandInWorker.start({ bytes: Buffer.from('a file'), etag: '"a"' });
    rig = await MasterRig.start({ workers: [worker] });
  });

  afterEach(async () => {
    await Promise.all([rig.stop(), worker.close()]);
  });

  it('tell as JSON exactly what is promised', async () => {
    await rig.get('/a');
    const { headers, body } = await rig.get('/status', { accept: 'application/json' });
    expect(headers['content-type']).to.equal('application/json');
    expect(JSON.parse(body.toString())).to.deep.equal({
      workers: [
        {
          ...{ host: '127.0.0.1', port: worker.port, pid: null },
          ...{ healthy: true, requests: 1, restarts: 0 },
        },
      ],
    });
  });

  it('are a page for people, which has no script and no way to be framed', async () => {
    const { headers, body } = await rig.get('/status', { accept: 'text/html, application/json' });
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(headers['content-security-policy']).to.contain("default-src 'none'");
    expect(body.toString())
      .to.contain(`127.0.0.1:${worker.port}`)
      .and.not.to.match(/<script/i);
  });

  it('say whether a worker is healthy', async () => {
    expect(await rig.get('/healthcheck')).to.include({ status: 200 });
    await worker.close();
    await eventually('the worker to be missed', waitMs, async () =>
      (await rig.get('/healthcheck')).status === 503 ? true : undefined,
    );
    expect((await rig.get('/status')).body.toString()).to.contain('refuses connections');
    expect(rig.said.join()).to.match(/refuses connections; left out until it answers again$/);
    await worker.open();
    await eventually('the worker to be back', waitMs, async () =>
      (await rig.get('/healthcheck')).status === 200 ? true : undefined,
    );
  });

  it('are asked for by GET and HEAD alone, by whatever spelling', async () => {
    for (const path of ['/healthcheck', '/status', '/status?format=prometheus']) {
      const posted = await get({ port: rig.port, path, method: 'POST' });
      expect([posted.status, posted.headers.allow]).to.deep.equal([405, 'GET, HEAD']);
      const head = await get({ port: rig.port, path, method: 'HEAD' });
      expect([head.status, head.body.length]).to.deep.equal([200, 0]);
    }
    for (const path of ['/%73tatus', '//status/', `http://x/status?a`]) {
      expect((await rig.get(path)).body.toString(), path).to.contain('<h1>Gateway');
    }
    expect(worker.requests).to.deep.equal([]);
    await rig.get('/sub/status');
    expect(worker.requests).to.have.length(1);
  });

  it('are for clients on this machine', () => {
    for (const own of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopback(own), own).to.equal(true);
    }
    for (const far of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '::127.0.0.1', undefined]) {
      expect(isLoopback(far), far).to.equal(false);
    }
    expect(plainAddress('::ffff:10.0.0.1')).to.equal('10.0.0.1');
  });

  it('answers requests that come early one after the other', async () => {
    let running = 0;
    let most = 0;
    worker.answer = (_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end('done');
      }, 5);
    };
    const socket = connect(rig.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /a?1 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
    await eventually('all answers', waitMs, () =>
      text.split('done').length === 21 ? true : undefined,
    );
    expect(most).to.equal(1);
    socket.destroy();
  });

  it('does not put a refusal into the middle of a response', async () => {
    let finish = (): unknown => undefined;
    worker.answer = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 200_000 });
      response.write('x'.repeat(100_000));
      worker.answer = undefined;
      finish = () => response.end('x'.repeat(100_000));
    };
    const socket = connect(rig.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /a?1 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('a part of the response', waitMs, () => (text === '' ? undefined : true));
    socket.write('nonsense\r\n\r\n', () => finish());
    await once(socket, 'close');
    expect(text)
      .to.match(/^HTTP\/1\.1 200 OK\r\n/)
      .and.to.contain(`\r\n\r\n${'x'.repeat(200_000)}`);
    expect(text.slice(-300)).to.contain('HTTP/1.1 400 Bad Request');
  });

  it('takes no other methods, whatever they are called', async () => {
    const ask = async (line: string): Promise<string> => {
      const socket = connect(rig.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'close');
      return text;
    };
    for (const line of ['BREW /a', 'CONNECT x:1']) {
      expect(await ask(line)).to.match(/^HTTP\/1\.1 405 [^]*Allow: GET, HEAD, OPTIONS\r\n/);
    }
  });

  it('refuses connections beyond the limit, and says so once', async () => {
    await rig.change({ keys: { connections: 2 } });
    const sockets = await Promise.all(
      [1, 2].map(async () => {
        const socket = connect(rig.port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const surplus = connect(rig.port, '127.0.0.1');
      surplus.on('error', () => undefined);
      await once(surplus, 'close');
    }
    const refusals = rig.said.filter((text) => text.includes('connections at once'));
    expect(refusals).to.deep.equal(['2 connections at once: more are refused (key "connections")']);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a gateway whose clients are slow', () => {
  it('cuts off their heads, also where it held files for them before', async () => {
    const worker = await StandInWorker.start({ bytes: Buffer.from('a file'), etag: '"a"' });
    const rig = await MasterRig.start({ workers: [worker], headersMsMax: 200 });
    for (const text of ['', 'GET /a HTTP/1.1\r\n', 'POST /a HTTP/1.1\r\n']) {
      const socket = connect(rig.port, '127.0.0.1');
      let answer = '';
      socket.on('error', () => undefined);
      socket.on('data', (piece: Buffer) => (answer += piece.toString()));
      socket.write(text);
      const drip = setInterval(() => (text === '' ? undefined : socket.write('X: y\r\n')), 50);
      await once(socket, 'close');
      clearInterval(drip);
      expect(answer, text).to.match(text === '' ? /^$/ : /^HTTP\/1\.1 408 /);
    }
    expect((await rig.get('/a')).status).to.equal(200);
    await Promise.all([rig.stop(), worker.close()]);
  });
});

describe('a gateway with authentication', () => {
  it('lets nobody in without a password, except to ask for its health', async () => {
    const worker = await StandInWorker.start({ bytes: Buffer.from('secret'), etag: '"a"' });
    const auth = { realm: 'mine', users: { ann: await hashPassword('password') } };
    const rig = await MasterRig.start({ workers: [worker], keys: { auth } });
    const authorization = `Basic ${Buffer.from('ann:password').toString('base64')}`;
    const refused = await rig.get('/a');
    expect([refused.status, refused.headers['www-authenticate']]).to.deep.equal([
      401,
      'Basic realm="mine", charset="UTF-8"',
    ]);
    expect((await rig.get('/status')).status).to.equal(401);
    expect((await rig.get('/healthcheck')).status).to.equal(200);
    expect(worker.requests).to.deep.equal([]);
    expect((await rig.get('/a', { authorization })).body.toString()).to.equal('secret');
    expect(worker.requests[0]?.headers).not.to.have.property('authorization');
    await Promise.all([rig.stop(), worker.close()]);
  });
});
