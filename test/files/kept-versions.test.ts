/** Older versions of files: which are kept, and which go for others. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import { TextKey } from '../../src/base/text-key.js';
import { droppedAtOnceMax } from '../../src/files/kept-versions.js';
import { FileMap } from '../../src/files/file-map.js';
import type { UpdateFile } from '../../src/files/file-command.js';
import { versionsOf } from './read-files.js';

/** What a version costs beside its record; a record of `update` of `a` has 5 bytes. */
const versionCostBytes = 40;

function update(name: string, version: number, hashlist: UpdateFile['hashlist'] = []): UpdateFile {
  return { type: 'updatefile', name, version, hashlist, requestId: undefined, timeMs: 1 };
}

/** Makes versions up to this one. */
function updateTo(map: FileMap, name: string, version: number): void {
  for (let next = (map.get(name)?.version ?? 0) + 1; next <= version; next++) {
    expect(map.apply(map.encode(update(name, next)))).to.equal('updated');
  }
}

function numbersOf(map: FileMap, name: string): readonly number[] {
  return versionsOf(map, name).map(({ version }) => version);
}

describe('the older versions of files', () => {
  it('are as many as one file may have, those right below the current one', () => {
    const map = new FileMap({ versionsKeptMax: 3 });
    updateTo(map, 'a', 9);
    expect(numbersOf(map, 'a')).to.deep.equal([9, 8, 7, 6]);
  });

  it('are none where an update has no time, and still leave in turn', () => {
    const map = new FileMap({ versionsKeptMax: 3 });
    updateTo(map, 'a', 2);
    for (const version of [3, 4]) {
      expect(map.apply(map.encode({ ...update('a', version), timeMs: 0 }))).to.equal('updated');
    }
    expect(numbersOf(map, 'a')).to.deep.equal([4, 1]);
    expect(map.apply(map.encode({ ...update('a', 5), timeMs: 0 }))).to.equal('updated');
    expect(numbersOf(map, 'a')).to.deep.equal([5]);
  });

  it('of others stay, however busy one file is', () => {
    const map = new FileMap({ historyBytesMax: 2_000, versionsKeptMax: 8 });
    updateTo(map, 'calm', 2);
    updateTo(map, 'busy', 5_000);
    expect(numbersOf(map, 'calm')).to.deep.equal([2, 1]);
    expect(numbersOf(map, 'busy')).to.have.length(9);
  });

  it('go by age, of all files alike, once they take too much', () => {
    const record = versionCostBytes + 5;
    const map = new FileMap({ historyBytesMax: 3 * record });
    updateTo(map, 'a', 2);
    updateTo(map, 'b', 2);
    updateTo(map, 'a', 3);
    expect(numbersOf(map, 'a')).to.deep.equal([3, 2, 1]);
    updateTo(map, 'b', 3);
    expect([numbersOf(map, 'a'), numbersOf(map, 'b')]).to.deep.equal([
      [3, 2],
      [3, 2, 1],
    ]);
    updateTo(map, 'b', 4);
    expect([numbersOf(map, 'a'), numbersOf(map, 'b')]).to.deep.equal([
      [3, 2],
      [4, 3, 2],
    ]);
  });

  it('make room for a large one a thousand at a time, and may take twice as much meanwhile', () => {
    const small = versionCostBytes + 10;
    const smallOnes = 4 * droppedAtOnceMax;
    const map = new FileMap({ historyBytesMax: smallOnes * small, versionsKeptMax: smallOnes });
    updateTo(map, 'small', smallOnes + 1);
    expect(numbersOf(map, 'small')).to.have.length(smallOnes + 1);
    const large = ['x'.repeat(0.9 * smallOnes * small)];
    for (const version of [1, 2, 3]) map.apply(map.encode(update('large', version, large)));
    // The first came beside the small ones, for the second there was no room.
    expect(numbersOf(map, 'large')).to.deep.equal([3, 1]);
    expect(numbersOf(map, 'small')).to.have.length(1 + smallOnes - 2 * droppedAtOnceMax);
    updateTo(map, 'other', 4);
    // As many as fit beside the large one into what the bound says.
    expect(numbersOf(map, 'small')).to.have.length.within(0.09 * smallOnes, 0.1 * smallOnes);
    expect(numbersOf(map, 'large')).to.deep.equal([3, 1]);
  });

  it('are told apart when names and hashes of names are alike', () => {
    const [one, other] = ['1yn8wg8-33736', '1o0gcbx-55165'];
    expect(new TextKey().set(one).hash).to.equal(new TextKey().set(other).hash);
    const map = new FileMap();
    updateTo(map, one, 3);
    updateTo(map, other, 2);
    expect(numbersOf(map, one)).to.deep.equal([3, 2, 1]);
    expect(numbersOf(map, other)).to.deep.equal([2, 1]);
    const versions = [{ name: other, version: 1 }];
    map.apply(map.encode({ type: 'forgetversions', versions }));
    expect(numbersOf(map, one)).to.deep.equal([3, 2, 1]);
    expect(numbersOf(map, other)).to.deep.equal([2]);
  });

  it('can be read as they were, whatever is forgotten and updated since', () => {
    const map = new FileMap({ versionsKeptMax: 2 });
    map.apply(map.encode(update('a', 1, ['x'])));
    map.apply(map.encode(update('a', 2, ['y'])));
    const before = map.viewVersions('a');
    map.apply(map.encode({ type: 'forgetversions', versions: [{ name: 'a', version: 1 }] }));
    updateTo(map, 'b', 2_000);
    const cursor = before?.read();
    const seen: number[] = [];
    while (cursor?.nextFile() === true) seen.push(Number(cursor.version));
    expect(seen).to.deep.equal([2, 1]);
    expect(before?.size).to.equal(2);
  });

  it('have bounds that make sense', () => {
    expect(() => new FileMap({ versionsKeptMax: 0 })).to.throw(AssertionError);
    expect(() => new FileMap({ historyBytesMax: -1 })).to.throw(AssertionError);
  });
});
