/** The queue keeps its order across the moments when it gives room back. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Fifo } from '../../src/base/fifo.js';

describe('a fifo', () => {
  it('gives items back in the order they came, as an array would', () => {
    const rounds = fc.array(fc.tuple(fc.nat(2500), fc.nat(2500)), { maxLength: 6 });
    fc.assert(
      fc.property(rounds, (pushesAndShifts) => {
        const fifo = new Fifo<number>();
        let pushed = 0;
        let shifted = 0;
        for (const [pushes, shifts] of pushesAndShifts) {
          for (let count = 0; count < pushes; count++) fifo.push(pushed++);
          for (let count = 0; count < shifts && shifted < pushed; count++) {
            expect(fifo.shift()).to.equal(shifted++);
          }
          expect(fifo.size).to.equal(pushed - shifted);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives nothing when it is empty', () => {
    expect(new Fifo<number>().shift()).to.equal(undefined);
  });
});
