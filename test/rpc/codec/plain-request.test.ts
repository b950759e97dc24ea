/**
 * The heads that we read ourselves: what they mean, wherever their bytes are cut, and that all
 * others are found odd. That both ways then answer the same: `plain-connections.test.ts`.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { PlainHeadReader, type HeadReading } from '../../../src/rpc/codec/plain-request.js';

const bytesMax = 16 * 1024;
const ordinary = 'Host: x\r\nContent-Type: text/xml\r\nContent-Length: 12\r\n';

function head(headers: string, requestLine = 'POST /RPC2 HTTP/1.1'): string {
  return `${requestLine}\r\n${headers}\r\n`;
}

function reading(text: string, limit = bytesMax): HeadReading {
  return new PlainHeadReader(limit).read(Buffer.from(text, 'latin1'), 0);
}

describe('the reader of plain heads', () => {
  it('finds the body, its length, and in whose name the call comes', () => {
    const reader = new PlainHeadReader(bytesMax);
    const text = head(
      `${ordinary}X-SurfRaft-Peer: 1\r\nX-SurfRaft-Cluster: c\r\nx-surfraft-SECRET:  a b \t\r\n`,
    );
    expect(reader.read(Buffer.from(`..${text}body`), 2)).to.equal('whole');
    expect(reader.bodyAt).to.equal(2 + text.length);
    expect(reader.bodyBytes).to.equal(12);
    expect(reader.head).to.include({ peer: '1', cluster: 'c', secret: 'a b' });
  });

  it('takes both paths, any letter case, and headers that ask for nothing', () => {
    const more =
      'accept: */*\r\nUser-Agent: a/1\r\nKEEP-ALIVE: 5\r\nCookie:\r\nConnection: Keep-Alive\r\n';
    for (const line of ['POST /RPC2 HTTP/1.1', 'POST / HTTP/1.1']) {
      expect(reading(head(more + ordinary, line))).to.equal('whole');
      expect(reading(head('CONTENT-length:7\r\n', line))).to.equal('whole');
    }
  });

  it('calls a head a part of one wherever it is cut', () => {
    const text = head(`${ordinary}Connection: keep-alive\r\nX-SurfRaft-Peer: 1\r\n`);
    for (let length = 1; length < text.length; length += 1) {
      expect(reading(text.slice(0, length)), JSON.stringify(text.slice(0, length))).to.equal(
        'partial',
      );
    }
    expect(reading(text)).to.equal('whole');
  });

  it('reads the same head again at once, whatever its length says', () => {
    const reader = new PlainHeadReader(bytesMax);
    const known = (length: string): string => head(`A: 0\r\nContent-Length: ${length}\r\nB: 1\r\n`);
    reader.read(Buffer.from(known('5')), 0);
    const first = reader.head;
    for (const length of ['0', '17', '123456789', '007']) {
      const text = known(length);
      expect(reader.read(Buffer.from(text), 0)).to.equal('whole');
      expect(reader.head).to.equal(first);
      expect([reader.bodyAt, reader.bodyBytes]).to.deep.equal([text.length, Number(length)]);
    }
    for (const length of ['', '-1', '1 2', '1234567890', '1e3']) {
      expect(reader.read(Buffer.from(known(length)), 0), length).to.equal('odd');
    }
    expect(reader.head).to.equal(first);
  });

  it('never takes another head for the one before', () => {
    const text = head(`${ordinary}X-SurfRaft-Peer: 1\r\n`);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Buffer.from(text);
        changed[at] = byte;
        const reader = new PlainHeadReader(bytesMax);
        reader.read(Buffer.from(text), 0);
        const fresh = new PlainHeadReader(bytesMax);
        expect(reader.read(changed, 0)).to.equal(fresh.read(changed, 0));
        if (fresh.head === undefined) return;
        expect(reader.bodyBytes).to.equal(fresh.bodyBytes);
        expect(reader.head).to.include({ peer: fresh.head.peer, secret: fresh.head.secret });
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds everything odd that asks for more, or is a mistake', () => {
    const oddLines = [
      ...['Transfer-Encoding: chunked', 'Content-Encoding: identity', 'Expect: 100-continue'],
      ...['Upgrade: h2c', 'Connection: close', 'Connection: keep-alive, x', 'Trailer: x'],
      ...['Content-Type: application/json', 'Content-Length: 12', 'Content-Length: +1'],
      ...[
        ' folded',
        '\tfolded',
        'no colon',
        'space : x',
        ': x',
        'X: \u00e9',
        'X: \u0000',
        'X: a\rb',
      ],
      ...['X: a\nb', 'X: \u007f', 'N\u00e9: x', 'X-SurfRaft-Peer: 1\r\nX-SurfRaft-Peer: 1'],
      ...['Proxy-Connection: close', 'X-SurfRaft-Secret: a\r\nX-SurfRaft-Secret: a'],
    ];
    for (const line of oddLines) {
      expect(reading(head(`${ordinary}${line}\r\n`)), JSON.stringify(line)).to.equal('odd');
    }
    const oddRequests = [
      ...['GET / HTTP/1.1', 'POST /RPC2 HTTP/1.0', 'POST /RPC2?a HTTP/1.1', 'post / HTTP/1.1'],
      ...['POST /RPC3 HTTP/1.1', ' POST / HTTP/1.1', 'POST  / HTTP/1.1', 'POST / HTTP/1.1 ', ''],
    ];
    for (const line of oddRequests) {
      expect(reading(head(ordinary, line)), JSON.stringify(line)).to.equal('odd');
    }
    expect(reading(head('Host: x\r\n'))).to.equal('odd');
  });

  it('finds what is odd before the head has ended', () => {
    for (const text of ['G', '\u0016\u0003', 'POST /R1', 'POST / HTTP/1.1\n', '\r\n']) {
      expect(reading(text), JSON.stringify(text)).to.equal('odd');
    }
    for (const text of ['a b', 'Expect: x\r\n', 'Content-Length: x\r\nA', 'A: \u0001', '\rx']) {
      expect(reading(`POST / HTTP/1.1\r\n${text}`), JSON.stringify(text)).to.equal('odd');
    }
  });

  it('finds heads odd that are long, have many lines, or are over the limit of all', () => {
    const long = `X: ${'x'.repeat(4_100)}\r\n`;
    expect(reading(head(long + ordinary))).to.equal('odd');
    expect(reading(head(long).slice(0, -4))).to.equal('odd');
    expect(reading(head(ordinary + 'X: x\r\n'.repeat(50)))).to.equal('odd');
    expect(reading(head(ordinary), 50)).to.equal('odd');
  });
});
