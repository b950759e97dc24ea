/** Names of conflict copies: where the digits go, and that they are known again. */
import { expect } from 'chai';
import fc from 'fast-check';
import { conflictNames, isConflictName } from '../../src/sync/conflict-name.js';
import { allowedName } from './allowed-names.js';

const digest = '0123456789abcdef'.repeat(4);

const firstNames: Readonly<Record<string, string>> = {
  'dir/pic.jpg': 'dir/pic.conflict-01234567.jpg',
  'pic.tar.gz': 'pic.tar.conflict-01234567.gz',
  README: 'README.conflict-01234567',
  'v1.2/README': 'v1.2/README.conflict-01234567',
  '.profile': '.profile.conflict-01234567',
  'dir/.profile': 'dir/.profile.conflict-01234567',
  '.a.b': '.a.conflict-01234567.b',
  'a.': 'a.conflict-01234567.',
  '...': '...conflict-01234567.',
  'a b, c.x y': 'a b, c.conflict-01234567.x y',
};

const others: readonly string[] = [
  ...['a', 'a.conflict', 'a.conflict-', 'a.conflict-0123456', 'a.conflict-012345678', 'conflict-'],
  ...[
    'a.conflict-0123456g',
    'a.conflict-01234567.b.c',
    '.conflict-01234567',
    'a.CONFLICT-01234567',
  ],
  ...['a.conflict-01234567/b', 'a.conflict-0123456A', 'aconflict-01234567', ''],
];

describe('names of conflict copies', () => {
  for (const [name, copy] of Object.entries(firstNames)) {
    it(`is ${copy} for ${name}`, () => {
      expect(conflictNames(name, digest)[0]).to.equal(copy);
    });
  }

  it('have more digits when fewer are taken, up to all of them', () => {
    const names = conflictNames('a.txt', digest);
    expect(names[1]).to.equal('a.conflict-0123456789abcdef.txt');
    expect(names.at(-1)).to.equal(`a.conflict-${digest}.txt`);
    expect(names).to.have.length(8);
  });

  for (const name of others) {
    it(`are not ${JSON.stringify(name)}`, () => {
      expect(isConflictName(name)).to.equal(false);
    });
  }

  it('are known again, stay in the folder of the file and fit the file system', () => {
    const longName = fc
      .tuple(fc.constantFrom('', 'x', 'ü', '𝕏'), fc.integer({ min: 0, max: 255 }), allowedName)
      .map(([point, count, tail]) => point.repeat(count) + tail);
    fc.assert(
      fc.property(fc.oneof(allowedName, longName), (name) => {
        const copies = conflictNames(name, digest);
        expect(new Set(copies).size).to.equal(8);
        for (const copy of copies) {
          expect(isConflictName(copy), copy).to.equal(true);
          const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
          expect(folder(copy)).to.equal(folder(name));
          expect(Buffer.byteLength(copy.slice(folder(copy).length))).to.be.at.most(255);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('lose the end of the stem when the part would grow too long', () => {
    const [copy = ''] = conflictNames(`d/${'ü'.repeat(125)}.jpg`, digest);
    expect(copy).to.equal(`d/${'ü'.repeat(116)}.conflict-01234567.jpg`);
    const [other = ''] = conflictNames(`a.${'x'.repeat(253)}`, digest);
    expect(other).to.equal(`a.${'x'.repeat(235)}.conflict-01234567`);
    // Room for three bytes of stem would not take this one's first code point.
    const [tight = ''] = conflictNames(`𝕏.${'x'.repeat(233)}`, digest);
    expect(tight).to.equal(`𝕏.${'x'.repeat(232)}.conflict-01234567`);
  });

  it('are made of a whole SHA-256', () => {
    expect(() => conflictNames('a', '01234567')).to.throw('a whole SHA-256, not by 01234567');
  });
});
