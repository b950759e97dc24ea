/**
 * Responses out of bytes, in any pieces, and what is refused.
 */
import { expect } from 'chai';
import {
  HttpResponseError,
  HttpResponseParser,
  type HttpResponse,
} from '../../src/rpc/http-response-parser.js';

const limits = { headerBytesMax: 200, bodyBytesMax: 50 };

function parse(text: string, pieceBytes: number): HttpResponse[] {
  const parser = new HttpResponseParser(limits);
  const bytes = Buffer.from(text, 'latin1');
  const responses: HttpResponse[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    responses.push(...parser.write(bytes.subarray(at, at + pieceBytes)));
  }
  return responses;
}

describe('the parser of responses', () => {
  const stream =
    'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nCONTENT-LENGTH:  5\r\n\r\nhello' +
    'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' +
    'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nab' +
    'HTTP/1.1 200 OK\r\nContent-Le';

  for (const pieceBytes of [1, 2, 7, 1_000]) {
    it(`finds pipelined responses in pieces of ${pieceBytes} bytes`, () => {
      const found = parse(stream, pieceBytes).map(({ status, body, isLast }) => ({
        status,
        body: Buffer.from(body).toString('latin1'),
        isLast,
      }));
      expect(found).to.deep.equal([
        { status: 200, body: 'hello', isLast: false },
        { status: 503, body: '', isLast: true },
        { status: 200, body: 'ab', isLast: false },
      ]);
    });
  }

  it('reads heads that are the same, and heads that are nearly the same', () => {
    const head = (length: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
    const repeated = `${head('2')}ab${head('2')}cd${head('3')}efg${head('2')}hi${head('2 ')}jk`;
    for (const pieceBytes of [1, 3, 1_000]) {
      const bodies = parse(repeated, pieceBytes).map(({ body }) => Buffer.from(body).toString());
      expect(bodies).to.deep.equal(['ab', 'cd', 'efg', 'hi', 'jk']);
    }
  });

  const refused: readonly (readonly [string, string])[] = [
    ['what is not HTTP', 'garbage\r\n\r\n'],
    ['an informational response', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['another version of HTTP', 'HTTP/2 200\r\nContent-Length: 0\r\n\r\n'],
    ['a response without a length', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n'],
    ['a body that is too long', 'HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n'],
    ['headers that are too long', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200)}\r\n\r\n`],
    ['headers without an end', 'x'.repeat(201)],
  ];
  for (const [what, bytes] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => parse(bytes, 1_000)).to.throw(HttpResponseError);
    });
  }
});
