import { expect } from 'chai';
import { StreamWatch } from '../../src/replica/stream-watch.js';

/** Ticks until the next update is waited for again, with a batch in each of them. */
function ticksUntilLikely(stream: StreamWatch): number {
  for (let ticks = 0; ticks < 1_000; ticks += 1) {
    if (stream.isLikely) return ticks;
    stream.tick();
    for (let left = 3; left > 0; left -= 1) stream.batchLeft();
  }
  return Infinity;
}

describe('the watch for streams of updates', () => {
  it('takes three batches within two ticks for a stream', () => {
    const stream = new StreamWatch();
    stream.batchLeft();
    stream.batchLeft();
    expect(stream.isLikely).to.equal(false);
    stream.tick();
    stream.batchLeft();
    expect(stream.isLikely).to.equal(true);
    stream.tick();
    expect(stream.isLikely).to.equal(false);
  });

  it('pauses after each miss twice as long, 64 ticks at most', () => {
    const stream = new StreamWatch();
    const pauses: number[] = [];
    for (let misses = 0; misses < 9; misses += 1) {
      stream.missed();
      pauses.push(ticksUntilLikely(stream));
    }
    expect(pauses).to.deep.equal([1, 3, 7, 15, 31, 63, 64, 64, 64]);
  });

  it('forgets its misses once an update came in time', () => {
    const stream = new StreamWatch();
    for (let misses = 0; misses < 5; misses += 1) stream.missed();
    ticksUntilLikely(stream);
    stream.came();
    stream.missed();
    expect(ticksUntilLikely(stream)).to.equal(1);
  });
});
