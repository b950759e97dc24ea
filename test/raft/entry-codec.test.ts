import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import {
  decodeEntries,
  encodedEntryBytes,
  encodeEntries,
  encodeEntriesInto,
  entryHeaderBytes,
  EntryFormatError,
} from '../../src/raft/entry-codec.js';
import type { Entry } from '../../src/raft/messages.js';
import { makeEntry, makeLog } from './make.js';

const numberMax = 2 ** 48 - 1;

const entries = fc
  .record({
    first: fc.integer({ min: 1, max: numberMax - 100 }),
    term: fc.integer({ min: 1, max: numberMax - 100 }),
    rest: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 40 })), {
      maxLength: 12,
    }),
  })
  .map(({ first, term, rest }) => {
    let current = term;
    return rest.map(([step, payload], at): Entry => {
      current += step;
      const kind = payload.length === 0 ? 'noop' : 'command';
      return { index: asLogIndex(first + at), term: asTerm(current), kind, payload };
    });
  });

describe('The binary form of entries', () => {
  it('is the one that is documented', () => {
    const bytes = encodeEntries([makeEntry(2, 0x0102_0304_0506)]);
    const header = [6, 5, 4, 3, 2, 1, 2, 0, 0, 0, 0, 0, 1, 15, 0, 0, 0];
    expect([...bytes.subarray(0, entryHeaderBytes)]).to.deep.equal(header);
  });

  it('gives back exactly what went in', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const bytes = encodeEntries(list);
        expect(bytes.length).to.equal(list.reduce((sum, e) => sum + encodedEntryBytes(e), 0));
        expect(decodeEntries(bytes)).to.deep.equal(list);
      }),
    );
  });

  it('can be written into the middle of a buffer, and read from there', () => {
    const list = makeLog(1, 2, 2);
    const size = encodeEntries(list).length;
    const buffer = new Uint8Array(size + 20).fill(0xff);
    expect(encodeEntriesInto(list, buffer, 7)).to.equal(7 + size);
    expect(decodeEntries(buffer.subarray(7, 7 + size))).to.deep.equal(list);
    expect([...buffer.subarray(0, 7), ...buffer.subarray(7 + size)]).to.deep.equal(
      Array(20).fill(0xff),
    );
  });

  it('is refused when it is cut short anywhere but between two entries', () => {
    const list = makeLog(1, 1, 2);
    const bytes = encodeEntries(list);
    const ends = list.map((_, at) => encodeEntries(list.slice(0, at + 1)).length);
    for (let length = 1; length < bytes.length; length += 1) {
      const decode = (): unknown => decodeEntries(bytes.subarray(0, length));
      if (ends.includes(length)) expect(decode).not.to.throw();
      else expect(decode, `${length} bytes`).to.throw(EntryFormatError);
    }
  });

  const refused: readonly [string, (view: DataView) => void][] = [
    ['an unknown kind', (view) => view.setUint8(12, 3)],
    ['a no-op with a payload', (view) => view.setUint8(12, 0)],
    ['index 0', (view) => view.setUint8(6, 0)],
    ['term 0', (view) => view.setUint8(0, 0)],
    ['a gap in the indexes', (view) => view.setUint8(6, 9)],
    ['a term that falls', (view) => view.setUint8(0, 9)],
    ['a payload longer than the bytes', (view) => view.setUint32(13, 2 ** 32 - 1, true)],
  ];
  for (const [what, damage] of refused) {
    it(`is refused with ${what}`, () => {
      const bytes = encodeEntries(makeLog(1, 1));
      damage(new DataView(bytes.buffer));
      expect(() => decodeEntries(bytes)).to.throw(EntryFormatError);
    });
  }

  it('is read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          expect(encodeEntries(decodeEntries(bytes))).to.deep.equal(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(EntryFormatError);
        }
      }),
    );
  });

  it('has room for terms and indexes of 48 bits; a larger one stops the process', () => {
    const [entry] = makeLog(1);
    if (entry === undefined) return;
    const largest = { ...entry, term: asTerm(numberMax), index: asLogIndex(numberMax) };
    expect(decodeEntries(encodeEntries([largest]))).to.deep.equal([largest]);
    const tooLarge = { ...entry, term: asTerm(numberMax + 1) };
    expect(() => encodeEntries([tooLarge])).to.throw(AssertionError);
  });
});
