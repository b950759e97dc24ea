/** Names that take part in a sync, those that do not, and what is told of it. */
import { expect } from 'chai';
import fc from 'fast-check';
import { compareNames } from '../../src/sync/compare-names.js';
import { refusedClusterName, skippedLocalName } from '../../src/sync/names.js';
import { allowedName } from './allowed-names.js';

const fine: readonly string[] = [
  ...['a', 'sub/a.txt', 'a b, c', 'A', '...', '.profile', 'a..b', '..a', 'a.', ' ', '-', 'ü', '𝕏'],
  ...['sub/index.txt', 'sub/.surfraft/x', 'Index.txt', 'index.txt2', '.surfraftx', 'C:x', '\ue000'],
  ...['a.conflict-1234567', 'a.conflict-12345678/b', 'x'.repeat(255), 'ü'.repeat(127)],
];

const refused: readonly (readonly [name: string, words: string])[] = [
  ['', 'empty part'],
  ['a//b', 'empty part'],
  ['a/', 'empty part'],
  ['/etc/passwd', 'absolute'],
  ['/', 'absolute'],
  ['.', '".."'],
  ['..', '".."'],
  ['a/./b', '".."'],
  ['a/../../b', '".."'],
  ['a/..', '".."'],
  ['a\\b', 'backslash'],
  ['..\\b', 'backslash'],
  ['a\0', 'control characters'],
  ['a\nb', 'control characters'],
  ['a\rb', 'control characters'],
  ['a\u007f', 'control characters'],
  ['a\u0085', 'control characters'],
  ['a\ud800', 'not UTF-8'],
  ['\udc00a', 'not UTF-8'],
  ['index.txt/a', 'index of the folder'],
  [`${'x'.repeat(255)}x`, '255 bytes'],
  [`a/${'ü'.repeat(128)}/b`, '255 bytes'],
  ['x/'.repeat(2048) + 'y', '4096 bytes'],
];

describe('names', () => {
  for (const name of fine) {
    it(`take part on both sides when they are ${JSON.stringify(name.slice(0, 24))}`, () => {
      expect(refusedClusterName(name)).to.equal(undefined);
      expect(skippedLocalName(name)).to.equal(undefined);
    });
  }

  it('take part up to 4096 bytes', () => {
    expect(refusedClusterName('x/'.repeat(2047) + 'yz')).to.equal(undefined);
  });

  for (const [name, words] of refused) {
    it(`are skipped on both sides when they are ${JSON.stringify(name.slice(0, 24))}`, () => {
      for (const skipped of [refusedClusterName(name), skippedLocalName(name)]) {
        expect(skipped?.reason).to.include(words);
        expect(skipped?.isSilent).to.equal(false);
      }
    });
  }

  for (const name of ['index.txt', '.surfraft', '.surfraft/lock', '.surfraft/a/b']) {
    it(`are our own when they are ${name}: told of in the cluster, not in the folder`, () => {
      expect(skippedLocalName(name)?.isSilent).to.equal(true);
      expect(refusedClusterName(name)?.isSilent).to.equal(false);
    });
  }

  it('of conflict copies are skipped silently on both sides', () => {
    expect(skippedLocalName('a/b.conflict-12345678.txt')?.isSilent).to.equal(true);
    expect(refusedClusterName('a/b.conflict-12345678.txt')?.isSilent).to.equal(true);
  });

  it('that lead elsewhere are told of, whatever they end in', () => {
    expect(refusedClusterName('../b.conflict-12345678')?.isSilent).to.equal(false);
  });

  it('that take part stay below the folder when joined to its path', () => {
    fc.assert(
      fc.property(allowedName, (name) => {
        const path = new URL(name.split('/').map(encodeURIComponent).join('/'), 'file:///base/');
        expect(decodeURIComponent(path.pathname)).to.equal(`/base/${name}`);
        expect(skippedLocalName(name)).to.equal(undefined);
      }),
    );
  });

  it('are ordered as their UTF-8 is', () => {
    fc.assert(
      fc.property(allowedName, allowedName, (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareNames(a, b))).to.equal(expected);
      }),
    );
    expect(compareNames('\uffee', '𝕏')).to.be.lessThan(0);
    expect(compareNames('𝕏', '\uffee')).to.be.greaterThan(0);
  });
});
