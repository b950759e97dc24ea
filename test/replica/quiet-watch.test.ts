import { expect } from 'chai';
import { QuietWatch } from '../../src/replica/quiet-watch.js';
import { tickMs } from '../../src/replica/timing.js';

describe('a quiet moment', () => {
  it('is told to the storage once after the last write, not before and not again', () => {
    let rests = 0;
    const storage = {
      rest: () => {
        rests += 1;
      },
    };
    const watch = new QuietWatch(storage, () => expect.fail('nothing fails here'));
    const ticksOfASecond = 1000 / tickMs;
    for (let tick = 0; tick < ticksOfASecond; tick += 1) {
      watch.wrote();
      watch.tick();
    }
    expect(rests, 'writes all along').to.equal(0);
    for (let tick = 0; tick < ticksOfASecond; tick += 1) watch.tick();
    expect(rests, 'a second without one').to.equal(1);
    watch.wrote();
    for (let tick = 0; tick < ticksOfASecond; tick += 1) watch.tick();
    expect(rests, 'the next quiet second').to.equal(2);
  });
});
