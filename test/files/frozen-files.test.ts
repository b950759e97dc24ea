/** Frozen views of the file map: they stay as they were while the map goes on. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { UpdateFile, FileInfo } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import type { FrozenFiles } from '../../src/files/frozen-files.js';
import { readFiles } from './read-files.js';

function update(map: FileMap, name: string, hashlist: UpdateFile['hashlist']): void {
  const version = (map.get(name)?.version ?? 0) + 1;
  const command: UpdateFile = {
    ...{ type: 'updatefile', name, version, hashlist },
    requestId: undefined,
    timeMs: 0,
  };
  expect(map.apply(map.encode(command))).to.equal('updated');
}

function filesOf(view: FrozenFiles): ReadonlyMap<string, FileInfo> {
  return new Map(readFiles(view.read(view.size)));
}

const hash = '0123456789abcdef'.repeat(4);

describe('a frozen view of the file map', () => {
  it('shows what the map was, whatever is updated, added, or garbage since', () => {
    const names = fc.integer({ min: 0, max: 40 }).map((number) => `file ${number}`);
    const item = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 9 }),
      fc.constant(hash),
      fc.maxSafeInteger(),
      fc.constantFrom(2n ** 62n, -(2n ** 63n), ''),
      fc.constant('x'.repeat(300_000)),
    );
    const step = fc.record({ name: names, items: fc.array(item, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { size: 'max', maxLength: 120 }), (steps) => {
        const map = new FileMap();
        const views: { readonly view: FrozenFiles; readonly was: ReadonlyMap<string, FileInfo> }[] =
          [];
        for (const [at, { name, items }] of steps.entries()) {
          if (at % 10 === 0) views.push({ view: map.freeze(), was: new Map(map.entries()) });
          update(map, name, items);
        }
        for (const { view, was } of views) expect(filesOf(view)).to.deep.equal(was);
        expect(filesOf(map.freeze())).to.deep.equal(new Map(map.entries()));
      }),
      { numRuns: 40 },
    );
  });

  it('is the same one until a file changes', () => {
    const map = new FileMap();
    const empty = map.freeze();
    expect(map.freeze()).to.equal(empty);
    expect(filesOf(empty).size).to.equal(0);
    update(map, 'a', []);
    const one = map.freeze();
    expect(one).to.not.equal(empty);
    expect(map.freeze()).to.equal(one);
    update(map, 'a', ['h']);
    expect(map.freeze()).to.not.equal(one);
    expect(filesOf(one).get('a')).to.deep.equal({ version: 1, hashlist: [] });
  });

  it('is another one once an image has replaced the files', () => {
    const map = new FileMap();
    update(map, 'a', []);
    const before = map.freeze();
    const restore = map.restore();
    const image = new FileMap().snapshot();
    for (let bytes = image.next(1000); bytes !== undefined; bytes = image.next(1000)) {
      restore.write(bytes);
    }
    restore.finish();
    expect(filesOf(map.freeze()).size).to.equal(0);
    expect(filesOf(before).size).to.equal(1);
  });

  it('reads as many files as are asked for, in the order in which they were first seen', () => {
    const map = new FileMap();
    for (const name of ['c', 'a', 'b', 'c']) update(map, name, []);
    const view = map.freeze();
    const namesOf = (count: number): readonly string[] =>
      readFiles(view.read(count)).map(([name]) => name);
    expect(namesOf(2)).to.deep.equal(['c', 'a']);
    expect(namesOf(3)).to.deep.equal(['c', 'a', 'b']);
    const sorted = readFiles(view.readThese(map.numbersAfter('a', 5)));
    expect(sorted.map(([name]) => name)).to.deep.equal(['b', 'c']);
  });

  it('can be left in the middle of a file for the next one', () => {
    const map = new FileMap();
    update(map, 'a', ['x', 'y']);
    update(map, 'b', [7]);
    const cursor = map.freeze().read(2);
    expect(cursor.nextFile()).to.equal(true);
    expect(cursor.nextItem()).to.equal('text');
    expect(cursor.nextFile()).to.equal(true);
    expect(cursor.nextItem()).to.equal('integer');
    expect(cursor.integer).to.equal(7);
    expect(cursor.nextItem()).to.equal(undefined);
    expect(cursor.nextFile()).to.equal(false);
  });
});
