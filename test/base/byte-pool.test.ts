/** Buffers that are used again: who gets which, and what is kept. */
import { expect } from 'chai';
import { BytePool } from '../../src/base/byte-pool.js';

const step = 64 * 1024;

describe('a pool of bytes', () => {
  it('gives what came back to the next who needs about as much', () => {
    const pool = new BytePool(100 * step);
    const bytes = pool.take(10 * step - 5);
    expect(bytes.length).to.equal(10 * step);
    pool.giveBack(bytes.subarray(3, 7));
    expect(pool.keptBytes).to.equal(10 * step);
    for (const other of [10 * step + 1, 4 * step]) {
      expect(pool.take(other).buffer).to.not.equal(bytes.buffer);
    }
    const again = pool.take(5 * step);
    expect(again.buffer).to.equal(bytes.buffer);
    expect(again.length).to.equal(10 * step);
    expect(pool.keptBytes).to.equal(0);
  });

  it('gives nothing to two at a time', () => {
    const pool = new BytePool(100 * step);
    const bytes = pool.take(step);
    pool.giveBack(bytes);
    pool.giveBack(bytes);
    expect(pool.take(step).buffer).to.not.equal(pool.take(step).buffer);
  });

  it('keeps no more than its bound, and nothing that it did not make', () => {
    const pool = new BytePool(5 * step);
    const taken = [1, 2, 3].map((steps) => pool.take(steps * step));
    for (const bytes of taken) pool.giveBack(bytes);
    expect(pool.keptBytes).to.equal(5 * step);
    pool.giveBack(new Uint8Array(step));
    expect(pool.keptBytes).to.equal(5 * step);
    expect(pool.take(3 * step).buffer).to.equal(taken[2]?.buffer);
  });
});
