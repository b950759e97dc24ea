/** base64 in pieces: the same as at once, whatever it is and wherever it is cut. */
import { expect } from 'chai';
import fc from 'fast-check';
import { BytePool } from '../../../src/base/byte-pool.js';
import { decodeBase64 } from '../../../src/rpc/codec/base64.js';
import { Base64Bytes } from '../../../src/rpc/codec/base64-bytes.js';
import { decodeResponse, ResponseDecoder } from '../../../src/rpc/codec/response-decoder.js';

/** Base64 as it is written, and with a mistake here and there. */
const texts = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc
    .array(
      fc.constantFrom(...'AbZ9+/==\n\n \t\r'.split(''), 'QUJD', 'QQ==', '-', '_', '\u0141', 'é'),
      {
        maxLength: 24,
      },
    )
    .map((parts) => parts.join('')),
);

function cutAt(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])];
  places.sort((left, right) => left - right);
  return places.slice(1).map((end, at) => text.slice(places[at], end));
}

describe('base64 in pieces', () => {
  it('is what it is at once', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 5 }), (text, cuts) => {
        const expected = decodeBase64(text);
        const pieces = cutAt(text, cuts);
        const taken = new Base64Bytes();
        for (const piece of pieces) taken.take(piece);
        expect(taken.end()).to.deep.equal(expected);
        const plain = new Base64Bytes();
        const isPlain = pieces.map((piece) => plain.takePlain(piece));
        expect(isPlain).to.deep.equal(pieces.map((piece) => /^[A-Za-z0-9+/=\n\t ]*$/.test(piece)));
        if (!isPlain.includes(false)) expect(plain.end()).to.deep.equal(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('is what it is at once in a document, too, or the same complaint', () => {
    const head = '<methodResponse><params><param><value><base64>';
    const end = '</base64></value></param></params></methodResponse>';
    // So long that both are read by the full parser, a piece at a time.
    const long = 'QUJD'.repeat(70_000);
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 5 }), (text, cuts) => {
        const body = Buffer.from(`${head}${long}${text}${end}`);
        const decoder = new ResponseDecoder({ announcedBytes: body.length });
        const from = head.length + long.length - 1;
        const places = cuts.map((cut) => from + (cut % (body.length - from)));
        places.sort((left, right) => left - right);
        let at = 0;
        for (const place of [...places, body.length]) {
          decoder.write(body.subarray(at, place));
          at = place;
        }
        const read = decoder.end();
        expect(read).to.deep.equal(decodeResponse(body));
        const bytes = decodeBase64(`${long}${text}`);
        if (bytes !== undefined) expect(read).to.deep.equal({ kind: 'value', value: bytes });
        else expect(read.kind).to.equal('malformed');
      }),
      { numRuns: 200 },
    );
  });

  it('quotes no more than its beginning', () => {
    const head = '<methodCall><methodName>m</methodName><params><param><value><base64>';
    const end = '</base64></value></param></params></methodCall>';
    const root = `${head}${'QUJD '.repeat(9)}!${'A'.repeat(300_000)}${end}`;
    const response = root.replaceAll('methodCall', 'methodResponse');
    const body = Buffer.from(response.replace('<methodName>m</methodName>', ''));
    expect(decodeResponse(body)).to.deep.equal({
      kind: 'malformed',
      reason: `<base64> expects base64 with padding, not "${'QUJD '.repeat(8)}..."`,
    });
  });

  it('takes room once for what was announced, from a pool if there is one', () => {
    const digits = 'QUJD'.repeat(16 * 1024);
    const pool = new BytePool(2 ** 24);
    for (let round = 0; round < 3; round += 1) {
      const taken = new Base64Bytes({ announcedBytes: 20 * digits.length, pool });
      for (let piece = 0; piece < 20; piece += 1) taken.take(digits);
      const bytes = taken.end();
      expect(bytes?.length).to.equal(15 * digits.length);
      expect(bytes?.equals(Buffer.alloc(15 * digits.length, 'ABC'))).to.equal(true);
      if (bytes !== undefined) pool.giveBack(bytes);
      expect(pool.keptBytes).to.equal(bytes?.buffer.byteLength);
    }
  });

  it('keeps no more room than it needs when less came than was announced', () => {
    const taken = new Base64Bytes({ announcedBytes: 2 ** 24 });
    for (let piece = 0; piece < 40; piece += 1) taken.take('QUJD'.repeat(1024));
    const bytes = taken.end();
    expect(bytes?.length).to.equal(40 * 3 * 1024);
    expect(bytes?.buffer.byteLength).to.be.at.most(2 * 40 * 3 * 1024);
  });
});
