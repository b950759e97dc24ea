/** The order of names beside a list that is sorted anew, however the names come in. */
import { expect } from 'chai';
import { ByteWriter } from '../../src/base/byte-writer.js';
import { KeyedRecords } from '../../src/base/keyed-records.js';
import { TextKey } from '../../src/base/text-key.js';
import { SortedNumbers } from '../../src/files/sorted-numbers.js';
import { createRandom } from '../../src/io/seeded-random.js';

/** Enough for several chunks, cut in the middle and near the end. */
const namesCount = 3_000;

/** Names of two beginnings, so that chunks and what their keys have in common differ. */
const names = Array.from({ length: namesCount }, (_, at) =>
  at % 3 === 0 ? `a/${String(at).padStart(6, '0')}` : `files/of/many/${at}`,
).toSorted(byBytes);

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Each window of so many in an order of its own: what many clients send at once. */
function shuffledWithin(window: number, seed: string): string[] {
  const random = createRandom(seed);
  const shuffled = [...names];
  for (let at = 0; at < shuffled.length; at++) {
    const other = Math.min(at + Math.floor(random() * window), shuffled.length - 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] ?? '', shuffled[at] ?? ''];
  }
  return shuffled;
}

function fromBothEnds(): string[] {
  return names.map((_, at) => names.at(at % 2 === 0 ? at / 2 : -(at + 1) / 2) ?? '');
}

/** The names behind `afterName` as the index gives them. */
function readAfter(inOrder: readonly string[], afterNames: readonly string[]): string[][] {
  const records = new KeyedRecords();
  const sorted = new SortedNumbers(records);
  const key = new TextKey();
  const writer = new ByteWriter();
  const read = (afterName: string): string[] =>
    [...sorted.after(key.set(afterName))].map((number) =>
      Buffer.from(records.keyBytes(number)).toString(),
    );
  for (const name of inOrder) {
    key.set(name);
    sorted.add(key, records.add(key, writer.begin().text(name).written));
  }
  return afterNames.map(read);
}

const orders: readonly (readonly [what: string, inOrder: readonly string[]])[] = [
  ['in their order', names],
  ['in the reverse order', names.toReversed()],
  ['in windows of 128', shuffledWithin(128, 'windows')],
  ['in any order', shuffledWithin(namesCount, 'any')],
  ['from both ends in turns', fromBothEnds()],
];

describe('the numbers of names in order', () => {
  for (const [what, inOrder] of orders) {
    it(`come in the order of the names when these came ${what}`, () => {
      const middle = names[namesCount / 2] ?? '';
      const [all, some, none] = readAfter(inOrder, ['', middle, 'g']);
      expect(all).to.deep.equal(names);
      expect(some).to.deep.equal(names.slice(namesCount / 2 + 1));
      expect(none).to.deep.equal([]);
    });
  }
});
