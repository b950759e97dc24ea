/** RFC 9110, section 14. */
import { expect } from 'chai';
import fc from 'fast-check';
import { rangesMax, wantedBytes } from '../../src/gateway/byte-ranges.js';

/** `0-4 7-9` for the ranges [0, 5) and [7, 10). */
function wanted(header: string | undefined, size: number): string {
  const bytes = wantedBytes(header, size);
  if (bytes.kind !== 'ranges') return bytes.kind;
  return bytes.ranges.map(({ start, end }) => `${start}-${end - 1}`).join(' ');
}

describe('the ranges of a request', () => {
  it('are none without the header, or when it is of another unit or malformed', () => {
    for (const header of [
      ...[undefined, '', 'bytes', 'bytes=', 'bytes=,', 'bytes= ,', 'items=0-5', 'bytes 0-5', '0-5'],
      ...['bytes=a-b', 'bytes=-', 'bytes=5', 'bytes=5-2', 'bytes=0-1-2', 'bytes=0-1;2-3'],
      ...['bytes=0-5,x', 'bytes=--5', 'bytes=-5-', 'bytes=+1-5', 'bytes=0x1-5', 'bytes=1.5-2'],
      ...['bytes=0-5, 9-7', 'bytes=0-1, bytes=3-4', 'bytes=99999999999999999999-5', 'bytes=0 -5'],
    ]) {
      expect(wanted(header, 10), header).to.equal('whole');
    }
  });

  it('are cut to the file', () => {
    expect(wanted('bytes=0-0', 10)).to.equal('0-0');
    expect(wanted('bytes=2-5', 10)).to.equal('2-5');
    expect(wanted('bytes=2-', 10)).to.equal('2-9');
    expect(wanted('bytes=2-99', 10)).to.equal('2-9');
    expect(wanted('bytes=-3', 10)).to.equal('7-9');
    expect(wanted('bytes=-99', 10)).to.equal('0-9');
    expect(wanted('bytes=9-9', 10)).to.equal('9-9');
    expect(wanted('bytes=0-99999999999999999999', 10)).to.equal('0-9');
    expect(wanted('BYTES=1-2', 10)).to.equal('1-2');
    expect(wanted('bytes= 1-2 ', 10)).to.equal('1-2');
  });

  it('are unsatisfiable when none of them has a byte', () => {
    for (const header of ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=10-11, -0']) {
      expect(wanted(header, 10), header).to.equal('unsatisfiable');
    }
    expect(wanted('bytes=0-', 0)).to.equal('unsatisfiable');
    expect(wanted('bytes=99999999999999999999-', 10)).to.equal('unsatisfiable');
    expect(wanted('bytes=-5', 0)).to.equal('whole');
  });

  it('keep their order, and leave out those that have no byte', () => {
    expect(wanted('bytes=7-8, 0-1', 10)).to.equal('7-8 0-1');
    expect(wanted('bytes=0-1,,50-60, 4-5', 10)).to.equal('0-1 4-5');
  });

  it('become one where they overlap or touch', () => {
    expect(wanted('bytes=0-5, 3-8', 10)).to.equal('0-8');
    expect(wanted('bytes=0-3, 4-8', 10)).to.equal('0-8');
    expect(wanted('bytes=8-9, 0-2, 1-8', 10)).to.equal('0-9');
    expect(wanted('bytes=6-7, 0-1, 7-8', 10)).to.equal('6-8 0-1');
    expect(wanted(`bytes=${'0-,'.repeat(rangesMax)}`, 10)).to.equal('0-9');
  });

  it('are the whole file when there are too many', () => {
    const many = (count: number): string =>
      `bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`).join()}`;
    expect(wanted(many(rangesMax), 1000).split(' ')).to.have.length(rangesMax);
    expect(wanted(many(rangesMax + 1), 1000)).to.equal('whole');
  });

  it('have exactly the bytes that were asked for, each once', () => {
    const spec = fc
      .tuple(fc.integer({ min: -1, max: 25 }), fc.integer({ min: 0, max: 25 }), fc.boolean())
      .map(([first, length, isOpen]) => {
        if (first === -1)
          return { text: `-${length}`, has: (at: number, n: number) => at >= n - length };
        const last = isOpen ? Infinity : first + length;
        const text = isOpen ? `${first}-` : `${first}-${last}`;
        return { text, has: (at: number) => at >= first && at <= last };
      });
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 8 }), fc.nat(20), (specs, size) => {
        const bytes = wantedBytes(`bytes=${specs.map(({ text }) => text).join(', ')}`, size);
        const expected = Array.from({ length: size }, (_, at) => at).filter((at) =>
          specs.some(({ has }) => has(at, size)),
        );
        if (bytes.kind !== 'ranges') {
          expect(expected).to.deep.equal([]);
          return;
        }
        const sent = bytes.ranges.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, at) => start + at),
        );
        expect(sent.sort((a, b) => a - b)).to.deep.equal(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
