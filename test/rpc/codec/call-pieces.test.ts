/** Calls with a block, in pieces: the same bytes as in one go. */
import { expect } from 'chai';
import { callPieces } from '../../../src/rpc/codec/call-pieces.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

const lengths = [48 * 1024 + 1, 48 * 1024 + 2, 96 * 1024, 300_001];

describe('a call in pieces', () => {
  it('is what it is in one go', () => {
    for (const length of lengths) {
      const block = Buffer.from(Array.from({ length }, (_, at) => at * 7 + (at >> 8)));
      const lists: readonly (readonly XmlValue[])[] = [
        [block],
        ['a&b', block],
        [block, 1, block],
        [Buffer.from('short'), block, ['x']],
      ];
      for (const params of lists) {
        const pieces = callPieces('put<block', params);
        const all: Uint8Array[] = [];
        for (let next = pieces?.next(); next !== undefined; next = pieces?.next()) all.push(next);
        const whole = encodeCall('put<block', params);
        expect(Buffer.concat(all).equals(Buffer.from(whole))).to.equal(true);
        expect(pieces?.bytes).to.equal(whole.length);
      }
    }
  });

  it('is made of short pieces', () => {
    const pieces = callPieces('m', [Buffer.alloc(2 ** 20)]);
    for (let next = pieces?.next(); next !== undefined; next = pieces?.next()) {
      expect(next.length).to.be.at.most(64 * 1024);
    }
  });

  it('is for long blocks alone', () => {
    for (const params of [[], ['x'.repeat(2 ** 20)], [Buffer.alloc(48 * 1024)]]) {
      expect(callPieces('m', params)).to.equal(undefined);
    }
  });
});
