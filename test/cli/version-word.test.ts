/** `NAME@VERSION`, also of names that hold an `@` themselves. */
import { expect } from 'chai';
import { readVersionWord } from '../../src/cli/version-word.js';

describe('a version of a file as people write it', () => {
  it('is what stands behind the last @, if that is a number from 1 on', () => {
    const read: [string, string, number][] = [
      ['notes.txt@3', 'notes.txt', 3],
      ['notes.txt@03', 'notes.txt', 3],
      ['me@home/list@12', 'me@home/list', 12],
      ['a@2@5', 'a@2', 5],
      ['@@1', '@', 1],
      ['two\nlines@1', 'two\nlines', 1],
    ];
    for (const [word, name, version] of read) {
      expect(readVersionWord(word), word).to.deep.equal({ name, version });
    }
  });

  it('is none behind anything else', () => {
    const words = ['a', 'a@', '@1', 'a@b', 'a@1b', 'a@-1', 'a@0', 'a@1.5', 'a@٣', ''];
    for (const word of [...words, `a@${'9'.repeat(20)}`]) {
      expect(readVersionWord(word), word).to.equal(undefined);
    }
  });
});
