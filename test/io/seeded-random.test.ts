import { expect } from 'chai';
import { createRandom } from '../../src/io/seeded-random.js';

const draw = (seed: string | undefined): readonly number[] => {
  const random = createRandom(seed);
  return Array.from({ length: 100 }, () => random());
};

describe('seeded randomness', () => {
  it('repeats itself for the same seed only', () => {
    expect(draw('a')).to.deep.equal(draw('a'));
    expect(draw('a')).not.to.deep.equal(draw('b'));
  });

  it('differs each time without a seed', () => {
    expect(draw(undefined)).not.to.deep.equal(draw(undefined));
  });

  it('lies in [0, 1)', () => {
    for (const value of draw('range')) expect(value).to.be.within(0, 1).and.not.equal(1);
  });
});
