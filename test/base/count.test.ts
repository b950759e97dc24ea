/** Numbers with their nouns. */
import { expect } from 'chai';
import { count } from '../../src/base/count.js';

describe('a number with its noun', () => {
  it('has the one form for 1, and the other for the rest', () => {
    const said = [0, 1, 2, 11].map((number) => count(number, 'block'));
    expect(said).to.deep.equal(['0 blocks', '1 block', '2 blocks', '11 blocks']);
    expect([count(1, 'copy', 'copies'), count(2, 'copy', 'copies')].join()).to.equal(
      '1 copy,2 copies',
    );
  });
});
