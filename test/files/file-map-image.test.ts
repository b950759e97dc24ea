/** Images of the file map: of one moment, exact, and closed to everything else. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import { StateImageError } from '../../src/base/state-machine.js';
import type { StateSnapshot } from '../../src/base/state-machine.js';
import { TextKey } from '../../src/base/text-key.js';
import type { FileCommand, HashItem, UpdateFile } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import { ReferenceFiles } from './reference-files.js';
import { pageOf, versionsOf } from './read-files.js';

const bounds = { requestIdsKept: 3, historyBytesMax: 200, versionsKeptMax: 3 };
const hash = '0123456789abcdef'.repeat(4);

function update(name: string, version: number, hashlist: readonly HashItem[] = []): UpdateFile {
  return { type: 'updatefile', name, version, hashlist, requestId: undefined, timeMs: 1 };
}

function apply(map: FileMap, command: FileCommand): string {
  return map.apply(map.encode(command));
}

function mapOf(history: readonly FileCommand[]): FileMap {
  const map = new FileMap(bounds);
  for (const command of history) apply(map, command);
  return map;
}

function readAll(snapshot: StateSnapshot, bytesMax = 100_000): Buffer {
  const slices: Uint8Array[] = [];
  for (let slice = snapshot.next(bytesMax); slice; slice = snapshot.next(bytesMax)) {
    expect(slice.length).to.be.within(1, bytesMax);
    slices.push(slice);
  }
  snapshot.close();
  return Buffer.concat(slices);
}

function imageOf(map: FileMap): Buffer {
  return readAll(map.snapshot());
}

function restoreInto(map: FileMap, image: Uint8Array, cutBytes = 100_000): FileMap {
  const restore = map.restore();
  for (let at = 0; at < image.length; at += cutBytes) {
    restore.write(image.subarray(at, at + cutBytes));
  }
  restore.finish();
  return map;
}

function restored(image: Uint8Array, cutBytes?: number): FileMap {
  return restoreInto(mapOf([]), image, cutBytes);
}

const itemArbitrary: fc.Arbitrary<HashItem> = fc.constantFrom<HashItem>(
  ...['', '0', 0, -1, 2 ** 53 - 1, 2n ** 63n - 1n, 5n, 'é', hash],
  ...[hash.toUpperCase(), hash.slice(1), `${hash}0`, 'g'.repeat(64), 'é'.repeat(64)],
);
const names = ['a', 'b', 'é', '\u{1f600}'];
const nameArbitrary = fc.constantFrom(...names);
/** Of each name the right next version and others. */
const updateArbitrary: fc.Arbitrary<UpdateFile> = fc.record({
  type: fc.constant('updatefile' as const),
  name: nameArbitrary,
  version: fc.integer({ min: 1, max: 6 }),
  hashlist: fc.array(itemArbitrary, { maxLength: 3 }),
  requestId: fc.option(fc.constantFrom('', 'r', 's', 't', 'u', 'é'), { nil: undefined }),
  timeMs: fc.nat(300),
});
const forgetArbitrary: fc.Arbitrary<FileCommand> = fc.record({
  type: fc.constant('forgetversions' as const),
  versions: fc.array(fc.record({ name: nameArbitrary, version: fc.integer({ min: 1, max: 6 }) }), {
    maxLength: 3,
  }),
});
const commandArbitrary = fc.oneof(
  { weight: 9, arbitrary: updateArbitrary },
  { weight: 1, arbitrary: forgetArbitrary },
);
const historyArbitrary = fc.array(commandArbitrary, { size: 'max', maxLength: 80 });

const sampleHistory: readonly UpdateFile[] = [
  { ...update('ab', 1, [hash, 5, 'h']), requestId: 'r', timeMs: 7 },
  { ...update('ab', 2, ['0']), timeMs: 300 },
];
const firstItems = [3, 5, ...Buffer.from(hash, 'hex'), 2, 5, 1, 1, 0x68];
const sampleImage = [
  [...Buffer.from('SURFFILE'), 2, 0, 0, 0],
  [3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
  [200, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
  [10, 2, 0x61, 0x62, 2, 0xac, 2, 1, 1, 1, 0x30],
  [45, 1, 0x72, 2, 0x61, 0x62, 1, ...firstItems],
  [44, 2, 0x61, 0x62, 1, 7, ...firstItems],
].flat();
/** The same from the times when there were no times and no older versions. */
const untimedImage = [
  [...Buffer.from('SURFFILE'), 1, 0, 0, 0],
  [3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
  [8, 2, 0x61, 0x62, 2, 1, 1, 1, 0x30],
  [45, 1, 0x72, 2, 0x61, 0x62, 1, ...firstItems],
].flat();

describe('the image of a file map', () => {
  it('has the bytes that its layout says', () => {
    expect([...imageOf(mapOf(sampleHistory))]).to.deep.equal(sampleImage);
  });

  it('is of the moment when it was begun, whatever is applied while it is read', () => {
    const cuts = fc.array(fc.nat(80), { maxLength: 4 });
    fc.assert(
      fc.property(historyArbitrary, cuts, fc.integer({ min: 1, max: 200 }), (all, at, bytesMax) => {
        const map = mapOf([]);
        const begun: { snapshot: StateSnapshot; slices: Uint8Array[]; history: FileCommand[] }[] =
          [];
        for (const [index, command] of all.entries()) {
          if (at.includes(index)) {
            begun.push({ snapshot: map.snapshot(), slices: [], history: all.slice(0, index) });
          }
          apply(map, command);
          for (const { snapshot, slices } of begun) {
            const slice = snapshot.next(bytesMax);
            if (slice) slices.push(slice);
          }
        }
        for (const { snapshot, slices, history } of begun) {
          const image = Buffer.concat([...slices, readAll(snapshot, bytesMax)]);
          expect(image.equals(imageOf(mapOf(history)))).to.equal(true);
          const files = new ReferenceFiles(bounds, history);
          const map = restored(image);
          expect(new Map(map.entries())).to.deep.equal(files.files());
          for (const name of names) {
            expect(versionsOf(map, name)).to.deep.equal(files.versionsOf(name));
          }
        }
      }),
    );
  });

  it('restores a map that acts from then on as the one it was taken from', () => {
    const cutArbitrary = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(historyArbitrary, historyArbitrary, cutArbitrary, (before, after, cutBytes) => {
        const replayed = mapOf(before);
        const other = restored(imageOf(replayed), cutBytes);
        for (const command of after) {
          expect(apply(other, command)).to.equal(apply(replayed, command));
          expect(pageOf(other, '', 10)).to.deep.equal(pageOf(replayed, '', 10));
          for (const name of names) {
            expect(versionsOf(other, name)).to.deep.equal(versionsOf(replayed, name));
          }
        }
        expect([...other.entries()]).to.deep.equal([...replayed.entries()]);
        expect(imageOf(other).equals(imageOf(replayed))).to.equal(true);
      }),
    );
  });

  it('replaces what the map held before', () => {
    const map = restoreInto(mapOf([update('other', 1)]), Uint8Array.from(sampleImage));
    expect([...map.entries()]).to.deep.equal([['ab', { version: 2, hashlist: ['0'] }]]);
    expect(pageOf(map, '', 5).files).to.have.length(1);
  });

  it('verifies an image without replacing anything by it', () => {
    const map = mapOf([update('other', 1)]);
    const restore = map.restore();
    restore.write(Uint8Array.from(sampleImage));
    restore.verify();
    expect([...map.entries()].map(([name]) => name)).to.deep.equal(['other']);
    restore.finish();
    expect([...map.entries()].map(([name]) => name)).to.deep.equal(['ab']);
  });
});

describe('the image of a file map without times', () => {
  const untimed = (command: UpdateFile): UpdateFile => ({ ...command, timeMs: 0 });
  const history = [update('a', 1, [hash, 'x']), update('b', 1), update('a', 2, ['y'])];
  const request = { ...update('c', 1, ['z']), requestId: 'r' };
  const map = (): FileMap => mapOf([...history, request].map(untimed));

  it('is of format 1, which programs from before there were times can read', () => {
    const image = imageOf(map());
    const [files, ids] = [3, 1];
    expect([...image.subarray(0, 30)]).to.deep.equal([
      ...[...Buffer.from('SURFFILE'), 1, 0, 0, 0, bounds.requestIdsKept, 0, 0, 0, 0, 0],
      ...[ids, 0, 0, 0, 0, 0, files, 0, 0, 0, 0, 0],
    ]);
    const records = [
      ...[7, 1, 0x61, 2, 1, 1, 1, 0x79],
      ...[4, 1, 0x62, 1, 0],
      ...[7, 1, 0x63, 1, 1, 1, 1, 0x7a],
      ...[9, 1, 0x72, 1, 0x63, 1, 1, 1, 1, 0x7a],
    ];
    expect([...image.subarray(30)]).to.deep.equal(records);
    expect(map().format).to.equal(1);
  });

  it('is the same however it is read, and once it was restored', () => {
    const image = imageOf(map());
    for (const bytes of [1, 2, 7, 31]) {
      expect(readAll(map().snapshot(), bytes).equals(image)).to.equal(true);
      const other = restored(image, bytes);
      expect(imageOf(other).equals(image)).to.equal(true);
      expect([...other.entries()]).to.deep.equal([...map().entries()]);
    }
  });

  it('is of format 2 from the first time on', () => {
    const [timed, other] = [map(), restored(imageOf(map()))];
    for (const each of [timed, other]) apply(each, update('b', 2));
    expect(imageOf(timed)[8]).to.equal(2);
    expect(imageOf(other).equals(imageOf(timed))).to.equal(true);
    expect([timed.format, other.format, mapOf([]).format]).to.deep.equal([2, 2, 0]);
  });
});

describe('a file map that is given an image', () => {
  function expectRefused(image: Uint8Array, message: string): void {
    const map = mapOf([update('kept', 1)]);
    const before = imageOf(map);
    const restore = map.restore();
    restore.write(image);
    expect(() => {
      restore.verify();
    }).to.throw(StateImageError, message);
    expect(() => restoreInto(map, image)).to.throw(StateImageError, message);
    expect(imageOf(map).equals(before)).to.equal(true);
  }

  it('refuses one that is cut short anywhere or goes on, and stays what it was', () => {
    for (let length = 0; length < sampleImage.length; length++) {
      expectRefused(Uint8Array.from(sampleImage.slice(0, length)), 'cut short');
    }
    expectRefused(Uint8Array.from([...sampleImage, 0]), '1 bytes too many');
  });

  it('refuses one that no map gives', () => {
    const header = (files: number, issued: number, older = 0): number[] => {
      const bytes = sampleImage.slice(0, 48);
      bytes[42] = older;
      bytes[18] = issued;
      bytes[24] = files;
      return bytes;
    };
    const version = (number: number, name = 0x61): number[] => [5, 1, name, number, 0, 0];
    const many = [0x61, 0x62, 0x63].flatMap((name) => [1, 2, 3].map((at) => version(at, name)));
    const refused: [string, number[]][] = [
      ['not an image', [0, ...sampleImage.slice(1)]],
      ['unknown format 3', [...sampleImage.slice(0, 8), 3, ...sampleImage.slice(9)]],
      ['7 request ids, not 3', [...sampleImage.slice(0, 12), 7, ...sampleImage.slice(13)]],
      ['9 older versions of a file', [...sampleImage.slice(0, 36), 9, ...sampleImage.slice(37)]],
      ['201 bytes of history', [...sampleImage.slice(0, 30), 201, ...sampleImage.slice(31)]],
      ['never updated', [...header(1, 0), ...version(0)]],
      ['there twice', [...header(2, 0), ...version(1), ...version(2)]],
      ['there twice', [...header(0, 2), 5, 0, 1, 0x61, 1, 0, 5, 0, 1, 0x61, 2, 0]],
      ['cut short', [...header(1, 0), 6, 1, 0x61, 1, 0, 1, 2]],
      [
        'not in its short form',
        [...header(1, 0), 71, 1, 0x61, 1, 0, 1, 1, 64, ...Buffer.from(hash)],
      ],
      ['not UTF-8', [...header(1, 0), 5, 1, 0xff, 1, 0, 0]],
      ['bytes too many', [...header(1, 0), 6, 1, 0x61, 1, 0, 0, 0]],
      ['version 1 of a file that is at 0', [...header(0, 0, 1), ...version(1)]],
      ['version 1 of a file that is at 1', [...header(1, 0, 1), ...version(1), ...version(1)]],
      ['version 1 of a file that is at 5', [...header(1, 0, 1), ...version(5), ...version(1)]],
      [
        'older version that is there twice',
        [...header(1, 0, 2), ...version(2), ...version(1), ...version(1)],
      ],
      [
        'more older versions',
        [
          ...header(3, 0, 9),
          ...version(4, 0x61),
          ...version(4, 0x62),
          ...version(4, 0x63),
          ...many.flat(),
        ],
      ],
      ['not in short form', [...header(1, 0), 0x84, 0]],
      ['number too large', [...header(1, 0), ...Array<number>(8).fill(0xff)]],
    ];
    for (const [message, bytes] of refused) expectRefused(Uint8Array.from(bytes), message);
  });

  it('takes one from the times before there were times, and goes on from it as from any', () => {
    const map = restored(Uint8Array.from(untimedImage), 5);
    expect(versionsOf(map, 'ab')).to.deep.equal([{ version: 2, timeMs: 0, hashlist: ['0'] }]);
    expect(apply(map, { ...update('ab', 1, [hash, 5, 'h']), requestId: 'r' })).to.equal('updated');
    const image = imageOf(map);
    expect(imageOf(restored(image)).equals(image)).to.equal(true);
    expect(apply(map, update('ab', 3))).to.equal('updated');
    expect(versionsOf(map, 'ab').map(({ version }) => version)).to.deep.equal([3, 2]);
    for (let length = 0; length < untimedImage.length; length++) {
      expectRefused(Uint8Array.from(untimedImage.slice(0, length)), 'cut short');
    }
    expectRefused(Uint8Array.from([...untimedImage, 0]), '1 bytes too many');
  });

  it('takes from any bytes exactly the state that has them as its image, or refuses them', () => {
    const place = fc.nat(sampleImage.length - 1);
    fc.assert(
      fc.property(place, fc.uint8Array({ minLength: 1, maxLength: 3 }), (at, noise) => {
        const bytes = Buffer.from(sampleImage);
        bytes.set(noise.subarray(0, bytes.length - at), at);
        const map = mapOf([]);
        try {
          restoreInto(map, bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(StateImageError);
          return;
        }
        expect(imageOf(map).equals(bytes)).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('stops the process when it leads, and when a closed snapshot is read', () => {
    const map = mapOf([]);
    map.openTail([]);
    expect(() => restoreInto(map, Uint8Array.from(sampleImage))).to.throw(AssertionError);
    const snapshot = map.snapshot();
    snapshot.close();
    snapshot.close();
    expect(() => snapshot.next(1)).to.throw(AssertionError);
    expect(() => map.snapshot().next(0)).to.throw(AssertionError);
  });
});

describe('a file map with much in it', () => {
  it('tells names apart whose hashes are the same', () => {
    const [one, other] = ['1yn8wg8-33736', '1o0gcbx-55165'];
    expect(new TextKey().set(one).hash).to.equal(new TextKey().set(other).hash);
    const map = mapOf([update(one, 1), update(one, 2, ['x']), update(other, 1)]);
    expect(map.get(one)).to.deep.equal({ version: 2, hashlist: ['x'] });
    expect(map.get(other)).to.deep.equal({ version: 1, hashlist: [] });
    expect(restored(imageOf(map)).get(other)?.version).to.equal(1);
  });

  it('keeps a hash list that is larger than a slab and than a slice', () => {
    const hashlist = Array.from({ length: 50_000 }, (_, at) => `${at}`.padStart(64, '0'));
    const map = mapOf([update('small', 1), update('large', 1, hashlist), update('after', 1)]);
    expect(map.get('large')).to.deep.equal({ version: 1, hashlist });
    const image = imageOf(map);
    expect(image.length).to.be.above(50_000 * 32);
    expect([...restored(image, 30_000).entries()]).to.deep.equal([...map.entries()]);
    expect(apply(map, update('large', 2))).to.equal('updated');
    expect(map.get('large')).to.deep.equal({ version: 2, hashlist: [] });
  });

  it('keeps every file while the garbage of updates is collected, and an image of before', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `file-${at}`);
    const hashlist = Array<HashItem>(100).fill(hash);
    const map = mapOf([]);
    for (const name of names) apply(map, update(name, 1, hashlist));
    const before = imageOf(map);
    const snapshot = map.snapshot();
    for (let version = 2; version <= 10; version++) {
      for (const [at, name] of names.entries()) {
        if (at % version === 0) apply(map, update(name, map.versionOf(name) + 1, [version]));
      }
    }
    for (const [at, name] of names.entries()) {
      const divisors = [2, 3, 4, 5, 6, 7, 8, 9, 10].filter((version) => at % version === 0);
      const last = divisors.at(-1);
      const expected = last === undefined ? hashlist : [last];
      expect(map.get(name)).to.deep.equal({ version: 1 + divisors.length, hashlist: expected });
    }
    expect(readAll(snapshot, 5000).equals(before)).to.equal(true);
  });
});
