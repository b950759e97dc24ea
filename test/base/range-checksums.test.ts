/** Checksums of parts, held to those that are computed from the bytes of the part. */
import { expect } from 'chai';
import fc from 'fast-check';
import { crc32c } from '../../src/base/crc32c.js';
import { RangeChecksums } from '../../src/base/range-checksums.js';

describe('checksums of parts', () => {
  it('are those that the bytes of the part have, from whatever they are continued', () => {
    const bytesArbitrary = fc.uint8Array({ maxLength: 2_000, size: 'max' });
    const seedArbitrary = fc.nat(0xffffffff);
    fc.assert(
      fc.property(bytesArbitrary, fc.nat(), fc.nat(), seedArbitrary, (bytes, a, b, seed) => {
        const from = Math.min(a % (bytes.length + 1), b % (bytes.length + 1));
        const to = Math.max(a % (bytes.length + 1), b % (bytes.length + 1));
        const sums = new RangeChecksums(bytes);
        expect(sums.checksum(from, to, seed)).to.equal(crc32c(bytes.subarray(from, to), seed));
      }),
    );
  });

  it('are right for parts of millions of bytes', () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, at) => (at * 7919) >> 5);
    const sums = new RangeChecksums(bytes);
    for (const [from, to] of [
      [0, bytes.length],
      [1, bytes.length - 1],
      [1_048_576, 2_097_152],
    ] as const) {
      expect(sums.checksum(from, to, 12345)).to.equal(crc32c(bytes.subarray(from, to), 12345));
    }
  });
});
