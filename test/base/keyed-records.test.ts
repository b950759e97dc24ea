/** Keyed records beside a plain map, with hashes that collide. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ByteWriter } from '../../src/base/byte-writer.js';
import { KeyedRecords } from '../../src/base/keyed-records.js';
import { TextKey } from '../../src/base/text-key.js';

const key = new TextKey();
const writer = new ByteWriter();

/** Only eight hashes, all of one shard: runs are long and wrap round. */
function keyOf(text: string): TextKey {
  key.set(text);
  key.hash &= 0x7;
  return key;
}

function recordOf(text: string, value: number): Uint8Array {
  return writer.begin().text(text).byte(value).written;
}

const textArbitrary = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map(String),
  fc.constantFrom('', 'é', '\u{1f600}', 'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(20_000)),
);

/** A ring of places for the texts that came last, as request ids have it. */
const places = 12;

describe('keyed records', () => {
  it('find what a map would, when records are added, updated and replaced', () => {
    fc.assert(
      fc.property(fc.array(textArbitrary, { size: 'max', maxLength: 200 }), (texts) => {
        const records = new KeyedRecords();
        const plain = new Map<string, number>();
        const ring: string[] = [];
        let added = 0;
        for (const [at, text] of texts.entries()) {
          const number = records.find(keyOf(text));
          expect(number !== undefined).to.equal(plain.has(text));
          const value = at & 0xff;
          plain.set(text, value);
          if (number !== undefined) {
            records.update(number, recordOf(text, value));
            continue;
          }
          const place = added++ % places;
          const before = ring[place];
          if (before === undefined) {
            expect(records.add(key, recordOf(text, value))).to.equal(place);
          } else {
            plain.delete(before);
            records.replace(place, key, recordOf(text, value));
          }
          ring[place] = text;
        }
        for (const text of texts) {
          const number = records.find(keyOf(text));
          const found = number === undefined ? undefined : records.bytes(number).at(-1);
          expect(found).to.equal(plain.get(text));
        }
      }),
    );
  });

  it('compare keys in the order of code points', () => {
    const texts = ['\u{1f600}', '\uffff', '\ue000', 'é', 'a', 'ab', '', 'Z', 'x'.repeat(200)];
    const records = new KeyedRecords();
    for (const text of texts) records.add(key.set(text), recordOf(text, 0));
    for (const a of texts) {
      for (const [number, b] of texts.entries()) {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(records.compareKey(key.set(a), number)), `${a} ${b}`).to.equal(expected);
      }
    }
  });
});
