/** Bytes come out of the queue whole, however they were cut on their way in. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ByteQueue } from '../../src/base/byte-queue.js';
import { MalformedBytesError } from '../../src/base/byte-reader.js';
import { ByteWriter } from '../../src/base/byte-writer.js';

describe('a byte queue', () => {
  it('gives pieces behind their lengths, as soon as each is all there', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300, size: 'max' }), { maxLength: 40 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 5000 }), (expected, cutBytes) => {
        const writer = new ByteWriter().begin();
        for (const piece of expected) writer.varint(piece.length).raw(piece);
        const bytes = writer.written;
        const queue = new ByteQueue();
        const taken: number[][] = [];
        for (let at = 0; at < bytes.length; at += cutBytes) {
          queue.add(bytes.subarray(at, at + cutBytes));
          for (let piece = queue.takePrefixed(); piece; piece = queue.takePrefixed()) {
            taken.push([...piece]);
          }
        }
        expect(taken).to.deep.equal(expected.map((piece) => [...piece]));
        expect(queue.length).to.equal(0);
      }),
    );
  });

  it('refuses a length that is none', () => {
    for (const bytes of [[0x80, 0], Array<number>(8).fill(0xff)]) {
      const queue = new ByteQueue();
      queue.add(Uint8Array.from(bytes));
      expect(() => queue.takePrefixed()).to.throw(MalformedBytesError);
    }
  });
});
