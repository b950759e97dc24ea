/** Pages of files: complete, without overlap, in the order of code points. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { UpdateFile } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import { pageOf } from './read-files.js';

function mapOf(names: readonly string[]): FileMap {
  const map = new FileMap();
  for (const name of names) {
    const command: UpdateFile = {
      type: 'updatefile',
      name,
      version: 1,
      hashlist: [],
      requestId: undefined,
      timeMs: 0,
    };
    map.apply(map.encode(command));
  }
  return map;
}

/** All names by pages of `limit`, as a caller reads them. */
function namesByPages(map: FileMap, limit: number): string[] {
  const names: string[] = [];
  for (;;) {
    const page = pageOf(map, names.at(-1) ?? '', limit);
    names.push(...page.files.map(([name]) => name));
    if (!page.more) return names;
    expect(page.files).to.have.length(limit);
  }
}

function inCodePointOrder(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('pages of the file map', () => {
  it('come in the order of code points, also beyond U+FFFF', () => {
    const names = ['\u{1f600}', '\uffff', '\ue000', 'é', 'a', 'ab', 'Z', '\ud7ff', '\u{1f600}a'];
    expect(namesByPages(mapOf(names), 2)).to.deep.equal(inCodePointOrder(names));
  });

  it('hold every file once, whatever the names and the limit', () => {
    const namesArbitrary = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }));
    fc.assert(
      fc.property(namesArbitrary, fc.integer({ min: 1, max: 5 }), (names, limit) => {
        expect(namesByPages(mapOf(names), limit)).to.deep.equal(inCodePointOrder(names));
      }),
    );
  });

  it('hold every file of a map that is larger than one chunk', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `${(at * 7919) % 3000}`);
    expect(namesByPages(mapOf(names), 100)).to.deep.equal(inCodePointOrder(names));
  });

  it('hold every file when names come in their order, backwards, or in runs', () => {
    const numbers = Array.from({ length: 2_500 }, (_, at) => at);
    const runs = numbers.map((at) => (at % 5) * 500 + Math.floor(at / 5));
    const restarts = numbers.map((at) => (at % 700) * 4 + Math.floor(at / 700));
    // As clients side by side send them: nearly in their order.
    const nearly = numbers.toSorted((a, b) => a + ((a * 7919) % 90) - b - ((b * 7919) % 90));
    for (const order of [numbers, numbers.toReversed(), runs, restarts, nearly]) {
      const names = order.map((at) => `f${String(at).padStart(5, '0')}`);
      expect(namesByPages(mapOf(names), 250)).to.deep.equal(inCodePointOrder(names));
    }
  });

  it('hold every file in order when names begin alike, end early, or go on with zeros', () => {
    const beginnings = ['', 'a', 'files/', 'long/'.repeat(40), 'files/é', '\0', 'a\0\0\0\0\0'];
    const ends = ['', '0', '00', '\0', '\0\0\0\0', '\0\0\0\0\0', 'b', '\u{1f600}'];
    const names = new Set<string>();
    // Scattered, so that each comes in before, between and behind those that are there.
    for (let serial = 0; names.size < 4000; serial += 1) {
      const at = (serial * 7919) % 4001;
      const beginning = beginnings[at % beginnings.length] ?? '';
      const end = ends[at % ends.length] ?? '';
      names.add(`${beginning}${(at % 911).toString(2 + (at % 35))}${end}`);
      if (serial % 9 === 0) names.add(`${beginning}${end}x`);
    }
    expect(namesByPages(mapOf([...names]), 100)).to.deep.equal(inCodePointOrder([...names]));
  });

  it('begin behind a name that is no file', () => {
    const map = mapOf(['a', 'c', 'd']);
    const info = { version: 1, hashlist: [] };
    expect(pageOf(map, 'b', 1)).to.deep.equal({ files: [['c', info]], more: true });
    expect(pageOf(map, 'c', 1)).to.deep.equal({ files: [['d', info]], more: false });
    expect(pageOf(map, 'd', 1)).to.deep.equal({ files: [], more: false });
    expect(pageOf(new FileMap(), '', 1)).to.deep.equal({ files: [], more: false });
  });
});
