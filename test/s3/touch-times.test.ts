/** When blocks were last named, as far as it is remembered. */
import { expect } from 'chai';
import fc from 'fast-check';
import { TouchTimes } from '../../src/s3/touch-times.js';
import { blockOf } from '../blocks/block-world.js';

const [a, b, c] = [blockOf('a').hash, blockOf('b').hash, blockOf('c').hash];
const never = blockOf('never').hash;

describe('the times at which blocks were touched', () => {
  it('are those of the touch, or of the writing if that was later', () => {
    const times = new TouchTimes({ openedAtMs: 100 });
    times.touch(a, 200);
    expect(times.lastTouchMs(a, 150)).to.equal(200);
    expect(times.lastTouchMs(a, 250)).to.equal(250);
    times.touch(a, 300);
    expect(times.lastTouchMs(a, 250)).to.equal(300);
  });

  it('are never before the start, as an earlier process may have named the block', () => {
    const times = new TouchTimes({ openedAtMs: 100 });
    expect(times.lastTouchMs(a, 50)).to.equal(100);
    expect(times.lastTouchMs(a, 150)).to.equal(150);
  });

  it('make young what is forgotten, the one touched longest ago first', () => {
    const times = new TouchTimes({ openedAtMs: 100, rememberedMax: 2 });
    times.touch(a, 200);
    times.touch(b, 300);
    times.touch(a, 400);
    times.touch(c, 500);
    expect([a, b, c].map((hash) => times.lastTouchMs(hash, 0))).to.deep.equal([400, 300, 500]);
    expect(times.lastTouchMs(never, 0)).to.equal(300);
    times.touch(b, 600);
    expect([a, b, c].map((hash) => times.lastTouchMs(hash, 0))).to.deep.equal([400, 600, 500]);
  });

  it('are never earlier than they were, whatever is forgotten', () => {
    const hashes = Array.from({ length: 8 }, (_, number) => blockOf(`${number}`).hash);
    const touches = fc.array(fc.tuple(fc.constantFrom(...hashes), fc.nat(50)));
    fc.assert(
      fc.property(touches, fc.integer({ min: 1, max: 8 }), (all, rememberedMax) => {
        const times = new TouchTimes({ openedAtMs: 0, rememberedMax });
        const real = new Map<string, number>();
        let now = 0;
        for (const [hash, later] of all) {
          now += later;
          times.touch(hash, now);
          real.set(hash, now);
          for (const [one, at] of real) {
            const told = times.lastTouchMs(one as typeof hash, 0);
            if (told < at || told > now) return false;
            if (rememberedMax === 8 && told !== at) return false;
          }
        }
        return true;
      }),
    );
  });
});
