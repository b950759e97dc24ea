import { expect } from 'chai';
import { closestWord } from '../../src/base/closest-word.js';

describe('the closest word', () => {
  const known = ['ping', 'updatefile', 'getfileinfo', 'getfileinfomap', 'isleader'];

  for (const [typed, meant] of [
    ['pign', 'ping'],
    ['pin', 'ping'],
    ['pingg', 'ping'],
    ['pong', 'ping'],
    ['UpdateFiel', 'updatefile'],
    ['getfileinfomp', 'getfileinfomap'],
    ['leader', 'isleader'],
  ] as const) {
    it(`to ${typed} is ${meant}`, () => {
      expect(closestWord(typed, known)).to.equal(meant);
    });
  }

  it('counts two swapped letters as one slip, and takes the earlier of equals', () => {
    expect(closestWord('ba', ['bcd', 'ab'])).to.equal('ab');
    expect(closestWord('x', ['a', 'b'])).to.equal('a');
  });

  it('is none when nothing is known', () => {
    expect(closestWord('ping', [])).to.equal(undefined);
  });

  it('is found at once for a word of millions of letters', () => {
    expect(closestWord(`ping${'g'.repeat(5_000_000)}`, known)).to.be.oneOf(known);
  });
});
