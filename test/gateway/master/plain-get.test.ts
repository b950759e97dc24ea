import { expect } from 'chai';
import { PlainGetReader, readPlainGet } from '../../../src/gateway/master/plain-get.js';

function read(...lines: readonly string[]) {
  return readPlainGet(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
}

describe('reading plain requests', () => {
  it('reads what browsers, curl and ab send', () => {
    expect(
      read('GET /a/b-1.jpg HTTP/1.1', 'Host: x:1', 'User-Agent: me', 'Accept-Encoding: gzip, br'),
    ).to.deep.equal({
      ...{ method: 'GET', target: '/a/b-1.jpg', httpVersion: '1.1', keepsAlive: true },
      ...{ acceptEncoding: 'gzip, br', referer: undefined, userAgent: 'me' },
    });
  });

  it('knows when a connection is kept', () => {
    const kept = (version: string, ...lines: readonly string[]) =>
      read(`HEAD /a HTTP/${version}`, 'Host: x', ...lines)?.keepsAlive;
    expect(kept('1.1')).to.equal(true);
    expect(kept('1.1', 'Connection: Close')).to.equal(false);
    expect(kept('1.0')).to.equal(false);
    expect(kept('1.0', 'Connection: Keep-Alive')).to.equal(true);
  });

  for (const [name, ...lines] of [
    ['another method', 'POST /a HTTP/1.1', 'Host: x'],
    ['a query', 'GET /a?b HTTP/1.1', 'Host: x'],
    ['an escape', 'GET /a%20b HTTP/1.1', 'Host: x'],
    ['a full address', 'GET http://x/a HTTP/1.1', 'Host: x'],
    ['another version', 'GET /a HTTP/2.0', 'Host: x'],
    ['no host', 'GET /a HTTP/1.1'],
    ['two hosts', 'GET /a HTTP/1.1', 'Host: x', 'host: y'],
    ['a range', 'GET /a HTTP/1.1', 'Host: x', 'Range: bytes=0-1'],
    ['a condition', 'GET /a HTTP/1.1', 'Host: x', 'If-None-Match: "a"'],
    ['a body', 'GET /a HTTP/1.1', 'Host: x', 'Content-Length: 0'],
    ['a coded body', 'GET /a HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked'],
    ['credentials', 'GET /a HTTP/1.1', 'Host: x', 'Authorization: Basic YQ=='],
    ['an unknown field', 'GET /a HTTP/1.1', 'Host: x', 'X-Whatever: 1'],
    ['another wish for the connection', 'GET /a HTTP/1.1', 'Host: x', 'Connection: Upgrade'],
    ['a folded field', 'GET /a HTTP/1.1', 'Host: x', ' folded: y'],
    ['a control character', 'GET /a HTTP/1.1', 'Host: x', 'Accept: a\u0001'],
    ['a bare line feed', 'GET /a HTTP/1.1', 'Host: x\nRange: bytes=0-1'],
    ['two requests', 'GET /a HTTP/1.1', 'Host: x', '', 'GET /b HTTP/1.1', 'Host: x'],
  ] as const) {
    it(`leaves to node:http what has ${name}`, () => {
      expect(read(...lines)).to.equal(undefined);
    });
  }

  it('is not deceived by a request that resembles the one before', () => {
    const reader = new PlainGetReader();
    const target = (text: string) => reader.read(Buffer.from(text))?.target;
    const first = 'GET /a HTTP/1.0\r\n\r\n';
    expect([target(first), target(first)]).to.deep.equal(['/a', '/a']);
    expect(target(first.replace('a', 'b'))).to.equal('/b');
    expect(target(`${first}x`)).to.equal(undefined);
    expect(target(first)).to.equal('/a');
  });

  it('leaves to node:http what is not whole, and what is long', () => {
    expect(readPlainGet(Buffer.from('GET /a HTTP/1.0\r\nAccept: */*\r\n'))).to.equal(undefined);
    expect(read('GET /a HTTP/1.0', `Accept: ${'a'.repeat(8_192)}`)).to.equal(undefined);
  });
});
