import { expect } from 'chai';
import {
  continuationOf,
  type Continuation,
  type ResponseHead,
} from '../../../src/gateway/master/continuation.js';

function head(status: number, fields: Readonly<Record<string, string>>): ResponseHead {
  return { status, rawHeaders: Object.entries(fields).flat() };
}

const whole = { ETag: '"v1"', 'Content-Length': '100', 'Accept-Ranges': 'bytes' };
const ranges = 'multipart/byteranges; boundary=abc';

function must(continuation: Continuation | undefined): Continuation {
  if (continuation === undefined) throw new Error('there is no continuation');
  return continuation;
}

describe('carrying on a response', () => {
  describe('of a whole file', () => {
    const rest = must(continuationOf('GET', head(200, whole)));

    it('asks for what is missing of the same version', () => {
      const fields = ['Accept', '*/*', 'If-None-Match', '"v0"', 'If-Modified-Since', 'then'];
      expect(rest.fieldsOf(fields, 40)).to.deep.equal([
        ...['Accept', '*/*', 'Range', 'bytes=40-99', 'If-Range', '"v1"'],
      ]);
    });

    it('takes exactly the missing bytes', () => {
      const good = { ETag: '"v1"', 'Content-Range': 'bytes 40-99/100' };
      expect(rest.restIn(head(206, good), 40)).to.deep.equal({ skip: 0, take: 60 });
    });

    it('takes the end of the whole file from who gives no ranges', () => {
      expect(rest.restIn(head(200, whole), 40)).to.deep.equal({ skip: 40, take: 60 });
    });

    for (const [name, answer] of [
      ['another version', head(206, { ETag: '"v2"', 'Content-Range': 'bytes 40-99/100' })],
      ['a weak tag', head(206, { ETag: 'W/"v1"', 'Content-Range': 'bytes 40-99/100' })],
      ['no tag', head(206, { 'Content-Range': 'bytes 40-99/100' })],
      ['an earlier range', head(206, { ETag: '"v1"', 'Content-Range': 'bytes 39-99/100' })],
      ['a shorter range', head(206, { ETag: '"v1"', 'Content-Range': 'bytes 40-98/100' })],
      ['another size', head(206, { ETag: '"v1"', 'Content-Range': 'bytes 40-99/101' })],
      ['a range of unknown size', head(206, { ETag: '"v1"', 'Content-Range': 'bytes 40-99/*' })],
      ['no range', head(206, { ETag: '"v1"' })],
      ['another whole file', head(200, { ...whole, ETag: '"v2"' })],
      ['a file of another length', head(200, { ...whole, 'Content-Length': '101' })],
      ['a coding', head(206, { ...whole, 'Content-Encoding': 'gzip' })],
      ['an error', head(404, { ETag: '"v1"' })],
      ['not modified', head(304, { ETag: '"v1"' })],
    ] as const) {
      it(`refuses ${name}`, () => {
        expect(rest.restIn(answer, 40)).to.equal(undefined);
      });
    }
  });

  describe('of one range', () => {
    const begun = head(206, { ETag: '"v1"', 'Content-Range': 'bytes 10-49/100' });
    const rest = must(continuationOf('GET', begun));

    it('asks for what is missing of the range', () => {
      expect(rest.fieldsOf(['Range', 'bytes=10-49', 'If-Range', '"v1"'], 5)).to.deep.equal([
        ...['Range', 'bytes=15-49', 'If-Range', '"v1"'],
      ]);
      const good = { ETag: '"v1"', 'Content-Range': 'bytes 15-49/100' };
      expect(rest.restIn(head(206, good), 5)).to.deep.equal({ skip: 0, take: 35 });
    });

    it('cuts it out of the whole file', () => {
      expect(rest.restIn(head(200, whole), 5)).to.deep.equal({ skip: 15, take: 35 });
    });
  });

  describe('of several ranges', () => {
    const begun = { ETag: '"v1"', 'Content-Type': ranges, 'Content-Length': '300' };
    const rest = must(continuationOf('GET', head(206, begun)));

    it('asks for the same again and passes over what was sent', () => {
      const fields = ['Range', 'bytes=0-1,5-9'];
      expect(rest.fieldsOf(fields, 120)).to.deep.equal(fields);
      expect(rest.restIn(head(206, begun), 120)).to.deep.equal({ skip: 120, take: 180 });
    });

    it('refuses another boundary, length, version or status', () => {
      const other = ranges.replace('abc', 'xyz');
      for (const answer of [
        head(206, { ...begun, 'Content-Type': other }),
        head(206, { ...begun, 'Content-Length': '301' }),
        head(206, { ...begun, ETag: '"v2"' }),
        head(200, begun),
      ]) {
        expect(rest.restIn(answer, 120)).to.equal(undefined);
      }
    });
  });

  describe('of compressed content', () => {
    const begun = { ETag: '"v1-gzip"', 'Content-Encoding': 'gzip' };
    const rest = must(continuationOf('GET', head(200, begun)));

    it('passes over what was sent of the same representation', () => {
      expect(rest.restIn(head(200, begun), 7)).to.deep.equal({ skip: 7, take: undefined });
    });

    it('refuses another coding, and the plain file', () => {
      expect(rest.restIn(head(200, { ...begun, 'Content-Encoding': 'br' }), 7)).to.equal(undefined);
      expect(rest.restIn(head(200, { ETag: '"v1-gzip"' }), 7)).to.equal(undefined);
    });
  });

  it('is impossible without a strong tag, for other methods and for other answers', () => {
    expect(continuationOf('GET', head(200, { ...whole, ETag: 'W/"v1"' }))).to.equal(undefined);
    expect(continuationOf('GET', head(200, { 'Content-Length': '100' }))).to.equal(undefined);
    expect(continuationOf('POST', head(200, whole))).to.equal(undefined);
    expect(continuationOf('GET', head(404, whole))).to.equal(undefined);
  });
});
