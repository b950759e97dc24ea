/** The chunked array and its copies beside plain arrays. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ChunkedUint32s } from '../../src/base/chunked-uint32s.js';

function numbersOf(array: ChunkedUint32s): readonly number[] {
  return Array.from({ length: array.length }, (_, at) => array.get(at));
}

describe('a chunked array of numbers', () => {
  it('and its copies each go their own way', () => {
    const write = fc.tuple(fc.nat(), fc.nat(), fc.nat(9));
    fc.assert(
      fc.property(fc.array(write, { size: 'max', maxLength: 100 }), (writes) => {
        const first = new ChunkedUint32s();
        for (let value = 0; value < 4090; value++) first.push(value);
        const arrays = [{ array: first, plain: [...numbersOf(first)] }];
        for (const [choice, value, kind] of writes) {
          const chosen = arrays[choice % arrays.length] ?? { array: first, plain: [] };
          if (kind === 0) {
            arrays.push({ array: chosen.array.copy(), plain: chosen.plain.slice() });
          } else if (kind < 4) {
            chosen.array.push(value);
            chosen.plain.push(value);
          } else {
            chosen.array.set(value % chosen.plain.length, value);
            chosen.plain[value % chosen.plain.length] = value;
          }
        }
        for (const { array, plain } of arrays) expect(numbersOf(array)).to.deep.equal(plain);
      }),
      { numRuns: 30 },
    );
  });
});
