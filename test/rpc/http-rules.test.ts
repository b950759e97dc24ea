/**
 * HTTP as the contract's section 3 has it, byte for byte over real sockets.
 */
import { expect } from 'chai';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { post, RawConnection } from './support/raw-connection.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const ping = encodeCall('ping', []);
const pingAnswer = /<boolean>1<\/boolean>/;

describe('HTTP', () => {
  let served: ServedReplica;
  const open: RawConnection[] = [];

  function connection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    return raw;
  }

  beforeEach(async () => {
    served = await ServedReplica.start({ limits: { callBodyBytesMax: 10_000, lingerMs: 50 } });
  });

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    await served.close();
  });

  it('serves calls at /RPC2 and at /, with any query, with and without Host', async () => {
    for (const target of ['/RPC2', '/', '/RPC2?a=b', '/?x', 'http://somewhere:1/RPC2']) {
      const received = await connection()
        .write(post(ping, '', target))
        .until(pingAnswer);
      expect(received, target).to.match(/^HTTP\/1\.1 200 /);
      expect(received, target).to.match(/\r\nContent-Type: text\/xml/);
      expect(received, target).to.match(/\r\nContent-Length: \d+\r\n/);
    }
    const noHost = `POST / HTTP/1.1\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`;
    await connection().write(noHost).until(pingAnswer);
  });

  it('keeps the connection for the next call, also after a fault', async () => {
    const raw = connection();
    for (const body of [ping, 'garbage', '<a/>', encodeCall('nope', []), ping]) {
      raw.received = '';
      raw.write(post(body));
      await raw.until(/<\/methodResponse>/);
    }
    expect(raw.received).to.match(pingAnswer);
    expect(raw.isClosed).to.equal(false);
  });

  it('answers 404 at other paths and 405 with Allow to other verbs', async () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['POST', '/rpc', /^HTTP\/1\.1 404 /],
      ['GET', '/RPC2/x', /^HTTP\/1\.1 404 /],
      ['GET', '/RPC2', /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n/],
      ['HEAD', '/RPC2', /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n/],
      ['OPTIONS', '/RPC2', /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n/],
      ['PUT', '/', /^HTTP\/1\.1 405 [^]*\r\nAllow: GET, HEAD, POST\r\n/],
      ['POST', '/status', /^HTTP\/1\.1 405 [^]*\r\nAllow: GET, HEAD\r\n/],
    ];
    for (const [verb, path, pattern] of cases) {
      const request = `${verb} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
      const raw = connection().write(request);
      expect(await raw.until(/\r\n\r\n/), `${verb} ${path}`).to.match(pattern);
    }
    const tunnel = connection().write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await tunnel.untilClosed()).to.match(/^HTTP\/1\.1 405 /);
  });

  it('closes the connection after refusing a body that it does not read', async () => {
    const received = await connection()
      .write(post(ping, '', '/elsewhere'))
      .untilClosed();
    expect(received).to.match(/^HTTP\/1\.1 404 [^]*\r\nConnection: close\r\n/);
  });

  it('answers 415 to a type that is not XML, and takes a missing one', async () => {
    for (const type of ['application/json', 'text/plain', 'text/xmlx', 'image/svg']) {
      const raw = connection().write(post(ping, `Content-Type: ${type}\r\n`));
      expect(await raw.untilClosed(), type).to.match(/^HTTP\/1\.1 415 /);
    }
    const gzipped = connection().write(post(ping, 'Content-Encoding: gzip\r\n'));
    expect(await gzipped.untilClosed()).to.match(/^HTTP\/1\.1 415 /);
    for (const type of ['text/xml', 'Text/XML; charset=utf-8', 'application/xml', 'a/soap+xml']) {
      const headers = type.startsWith('a/') ? '' : `Content-Type: ${type}\r\n`;
      await connection().write(post(ping, headers)).until(pingAnswer);
    }
    const soap = 'Content-Type: application/soap+xml\r\n';
    await connection().write(post(ping, soap)).until(pingAnswer);
  });

  it('answers 413 to an announced body that is too long, without reading it', async () => {
    const head = 'POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\n\r\n';
    expect(
      await connection()
        .write(head)
        .until(/\r\n\r\n/),
    ).to.match(/^HTTP\/1\.1 413 /);
    const asksFirst = head.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
    expect(
      await connection()
        .write(asksFirst)
        .until(/\r\n\r\n/),
    ).to.match(/^HTTP\/1\.1 413 /);
    const sendsAll = connection().write(head + 'x'.repeat(10_001));
    expect(await sendsAll.untilClosed()).to.match(/^HTTP\/1\.1 413 /);
  });

  it('tells a client that asks first to go on', async () => {
    const raw = connection();
    const head = post(ping, 'Expect: 100-continue\r\n').slice(0, -ping.length);
    expect(await raw.write(head).until(/\r\n\r\n/)).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
    await raw.write(ping).until(pingAnswer);
  });

  it('answers -32600 to an unannounced body that is too long, then closes', async () => {
    const raw = connection();
    raw.write('POST /RPC2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `1000\r\n${' '.repeat(4_096)}\r\n`;
    raw.write(chunk).write(chunk).write(chunk);
    const received = await raw.untilClosed();
    expect(received).to.match(/^HTTP\/1\.1 200 /);
    expect(received).to.match(/\r\nConnection: close\r\n/);
    expect(received).to.match(/<int>-32600<\/int>|<i4>-32600<\/i4>/);
  });

  it('lets whoever can be a server of the cluster send longer bodies', async () => {
    const long = encodeCall('ping', ['x'.repeat(20_000)]);
    const asPeer = (id: string): string => `X-SurfRaft-Peer: ${id}\r\n`;
    await connection()
      .write(post(long, asPeer('1')))
      .until(/-32602/);
    for (const id of ['99', '-1', 'x', '1, 1']) {
      expect(
        await connection()
          .write(post(long, asPeer(id)))
          .untilClosed(),
        id,
      ).to.match(/ 413 /);
    }
  });

  it('takes a call in any number of pieces, chunked or not', async () => {
    const call = post(encodeCall('tester_getversion', ['é–𝄞']));
    for (const bytes of [Buffer.from(call), Buffer.from(chunked(ping))]) {
      const raw = connection();
      for (const byte of bytes) {
        raw.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      await raw.until(/<\/methodResponse>/);
      expect(raw.received).to.not.match(/fault/);
    }
  });

  it('answers pipelined requests in order, also when the first one is the slowest', async () => {
    served.replica.isHolding = true;
    const raw = connection();
    const update = encodeCall('updatefile', ['f', 1, []]);
    raw.write(post(update) + post(encodeCall('tester_getversion', ['f'])) + post(ping));
    await waitUntil(() => served.replica.heldCount === 1);
    expect(raw.received).to.equal('');
    served.replica.release();
    await raw.until(/(<\/methodResponse>[^]*){3}/);
    expect(
      [...raw.received.matchAll(/<value>(.*?)<\/value>/g)].map(([, text]) => text),
    ).to.deep.equal(['<boolean>1</boolean>', '<int>0</int>', '<boolean>1</boolean>']);
  });

  it('answers 400 to what is not HTTP, and closes', async () => {
    const garbage = [
      'hello\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'POST /RPC2 HTTP/1.1\r\nContent-Length: x\r\n\r\n',
      'POST /RPC2 HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'GET / HTTP/1.1\r\nbad header\r\n\r\n',
    ];
    for (const bytes of garbage) {
      const raw = connection().write(bytes);
      expect(await raw.untilClosed(), bytes).to.match(/^HTTP\/1\.1 400 [^]*Connection: close\r\n/);
    }
    expect(served.bugs).to.deep.equal([]);
  });

  it('answers one 400 however much garbage follows', async () => {
    const raw = connection().write('garbage\r\n');
    await raw.until(/ 400 /);
    raw.write('more garbage\r\n\r\n'.repeat(1_000));
    expect((await raw.untilClosed()).match(/HTTP\/1\.1/g)).to.have.lengthOf(1);
  });
});

function chunked(body: string): string {
  const half = body.length >> 1;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunks = chunk(body.slice(0, half)) + chunk(body.slice(half)) + chunk('');
  return `POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
}
