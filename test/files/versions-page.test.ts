/** Pages of versions: complete, without overlap, never long. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { UpdateFile } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import type { VersionsPlace } from '../../src/files/file-versions.js';
import type { VersionsPageLimits } from '../../src/files/versions-page.js';
import { versionsOf, versionsPageOf, type NamedVersion } from './read-files.js';

const start: VersionsPlace = { afterName: '', belowVersion: 0 };

function apply(map: FileMap, name: string, hashlist: UpdateFile['hashlist'] = []): void {
  const version = (map.get(name)?.version ?? 0) + 1;
  const command = { type: 'updatefile', name, version, hashlist } as const;
  map.apply(map.encode({ ...command, requestId: undefined, timeMs: version }));
}

/** All versions by pages, as a caller reads them. */
function byPages(map: FileMap, limits: VersionsPageLimits): readonly NamedVersion[] {
  const versions: NamedVersion[] = [];
  for (let place = start; ;) {
    const page = versionsPageOf(map, place, limits);
    versions.push(...page.versions);
    if (!page.more) return versions;
    expect(page.versions.length).to.be.within(1, limits.versionsMax);
    const last = versions.at(-1);
    place = { afterName: last?.name ?? '', belowVersion: last?.version ?? 0 };
  }
}

/** The same, file by file. */
function byFile(map: FileMap): readonly NamedVersion[] {
  const names = [...map.entries()].map(([name]) => name);
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.flatMap((name) => versionsOf(map, name).map((version) => ({ name, ...version })));
}

describe('pages of versions', () => {
  it('hold every version once, the newest of a file first, whatever the limits', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'ab', 'b', 'é', '\u{1f600}'),
      hashlist: fc.constantFrom([], ['0'], ['x'.repeat(300)]),
      forgets: fc.nat(20),
    });
    const limitsArbitrary = fc.record({
      versionsMax: fc.integer({ min: 1, max: 12 }),
      bytesMax: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        limitsArbitrary,
        (steps, limits) => {
          const map = new FileMap({ versionsKeptMax: 6 });
          for (const { name, hashlist, forgets } of steps) {
            apply(map, name, hashlist);
            const versions = [{ name, version: Math.max(1, forgets) }];
            map.apply(map.encode({ type: 'forgetversions', versions }));
          }
          expect(byPages(map, limits)).to.deep.equal(byFile(map));
        },
      ),
    );
  });

  it('end where they are full, by number or by bytes, and say that there is more', () => {
    const map = new FileMap();
    for (const name of ['a', 'b']) for (let time = 0; time < 3; time++) apply(map, name, ['x']);
    const all = { versionsMax: 6, bytesMax: 10_000 };
    expect(versionsPageOf(map, start, all)).to.include({ more: false });
    const few = versionsPageOf(map, start, { ...all, versionsMax: 5 });
    expect([few.versions.length, few.more]).to.deep.equal([5, true]);
    const recordBytes = 8;
    const small = versionsPageOf(map, start, { ...all, bytesMax: 2 * recordBytes });
    expect(small.versions.map(({ version }) => version)).to.deep.equal([3, 2]);
    expect(small.more).to.equal(true);
  });

  it('show a version that is larger than a page may be, alone', () => {
    const map = new FileMap();
    apply(map, 'a', ['x'.repeat(1_000)]);
    apply(map, 'b');
    const page = versionsPageOf(map, start, { versionsMax: 10, bytesMax: 100 });
    expect(page.versions.map(({ name }) => name)).to.deep.equal(['a']);
    expect(page.more).to.equal(true);
  });

  it('begin behind a version, also of a file that has gone on, and behind any name', () => {
    const map = new FileMap({ versionsKeptMax: 4 });
    for (let time = 0; time < 9; time++) apply(map, 'b');
    apply(map, 'c');
    const limits = { versionsMax: 10, bytesMax: 1_000 };
    const from = (afterName: string, belowVersion: number): readonly number[] =>
      versionsPageOf(map, { afterName, belowVersion }, limits).versions.map(
        ({ version }) => version,
      );
    expect(from('a', 7)).to.deep.equal([9, 8, 7, 6, 5, 1]);
    expect(from('b', 7)).to.deep.equal([6, 5, 1]);
    expect(from('b', 2)).to.deep.equal([1]);
    expect(from('b', 0)).to.deep.equal([1]);
    expect(from('b', 2 ** 53 - 1)).to.deep.equal([8, 7, 6, 5, 1]);
    expect(from('c', 1)).to.deep.equal([]);
  });

  it('are short where much was forgotten, and still come to their end', () => {
    const map = new FileMap();
    const names = Array.from({ length: 400 }, (_, at) => `f${String(at).padStart(3, '0')}`);
    for (const name of names) {
      for (let time = 0; time < 65; time++) apply(map, name);
      const versions = Array.from({ length: 64 }, (_, at) => ({ name, version: at + 1 }));
      map.apply(map.encode({ type: 'forgetversions', versions }));
    }
    const limits = { versionsMax: 10_000, bytesMax: 1_000_000 };
    const first = versionsPageOf(map, start, limits);
    // 20,000 versions were looked for.
    expect([first.versions.length, first.more]).to.deep.equal([313, true]);
    expect(byPages(map, limits).map(({ name }) => name)).to.deep.equal(names);
  });
});
