/** Slab records beside a plain array, with slabs so small that all of it happens all the time. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import { SlabRecords } from '../../src/base/slab-records.js';
import type { FrozenRecords } from '../../src/base/slab-records.js';

type Contents = readonly (readonly number[])[];

function contentsOf(records: {
  readonly size: number;
  bytes(number: number): Uint8Array;
}): Contents {
  return Array.from({ length: records.size }, (_, number) => [...records.bytes(number)]);
}

type Call =
  | { readonly type: 'put'; readonly choice: number; readonly length: number }
  | { readonly type: 'freeze' };

const callArbitrary: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      choice: fc.nat(9),
      length: fc.oneof(fc.nat(12), fc.nat(40), fc.constant(300)),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Call>({ type: 'freeze' }) },
);

describe('slab records', () => {
  it('hold what an array would, and frozen views what it held then', () => {
    fc.assert(
      fc.property(fc.array(callArbitrary, { size: 'max', maxLength: 400 }), (calls) => {
        const records = new SlabRecords(64);
        const plain: number[][] = [];
        const frozen: { readonly view: FrozenRecords; readonly expected: Contents }[] = [];
        for (const [at, call] of calls.entries()) {
          if (call.type === 'freeze') {
            frozen.push({ view: records.freeze(), expected: plain.slice() });
            continue;
          }
          const number = Math.min(call.choice, plain.length);
          plain[number] = Array.from({ length: call.length }, (_, place) => (at + place) & 0xff);
          records.put(number, Uint8Array.from(plain[number]));
        }
        expect(contentsOf(records)).to.deep.equal(plain);
        for (const { view, expected } of frozen) expect(contentsOf(view)).to.deep.equal(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('share a record that has a slab of its own with others, and copy all else', () => {
    const large = Uint8Array.from({ length: 5_000 }, (_, at) => at & 0xff);
    const [from, to] = [new SlabRecords(4096), new SlabRecords(4096)];
    from.put(0, Uint8Array.of(1, 2, 3));
    from.put(1, large);
    to.put(0, Uint8Array.of(9));
    to.putShared(1, from.bytes(1));
    to.putShared(2, from.bytes(0));
    // The same bytes elsewhere in their memory are no slab.
    const within = new Uint8Array(5_016).subarray(8, 5_008);
    within.set(large);
    to.putShared(3, within);
    expect(to.bytes(1).buffer).to.equal(from.bytes(1).buffer);
    expect(to.bytes(2).buffer).to.not.equal(from.bytes(0).buffer);
    expect(to.bytes(3).buffer).to.not.equal(within.buffer);
    const frozen = to.freeze();
    from.put(1, Uint8Array.of(7));
    to.put(2, Uint8Array.of(8));
    const expected = [[9], [...large], [8], [...large]];
    expect(contentsOf(to)).to.deep.equal(expected);
    expect(contentsOf(frozen)[2]).to.deep.equal([1, 2, 3]);
    expect(contentsOf(from)).to.deep.equal([[1, 2, 3], [7]]);
    to.put(1, Uint8Array.of());
    expect(contentsOf(to)[1]).to.deep.equal([]);
  });

  it('take bounded memory under endless updates, whatever is updated', () => {
    const slabBytes = 4096;
    const records = new SlabRecords(slabBytes);
    const count = 1000;
    const spaceOfOne = 64;
    const record = new Uint8Array(spaceOfOne - 8);
    for (let number = 0; number < count; number++) records.put(number, record);
    const bound = (count * spaceOfOne * 3) / 2 + 4 * slabBytes;
    for (let round = 0; round < 50_000; round++) {
      // Half of the updates meet few records, so that slabs differ in their garbage.
      records.put(round % 2 === 0 ? (round * 7919) % count : round % 10, record);
      expect(records.totalBytes).to.be.at.most(bound);
    }
  });

  it('give the memory of a record larger than a slab back as soon as it is replaced', () => {
    const records = new SlabRecords(4096);
    records.put(0, new Uint8Array(1_000_000).fill(7));
    expect(records.bytes(0)).to.have.length(1_000_000);
    expect(records.totalBytes).to.be.at.least(1_000_000);
    records.put(0, Uint8Array.of(1));
    expect(records.totalBytes).to.be.at.most(4096);
    expect([...records.bytes(0)]).to.deep.equal([1]);
  });

  it('are numbered without a gap', () => {
    expect(() => new SlabRecords().put(1, new Uint8Array())).to.throw(AssertionError);
    expect(() => new SlabRecords(1000)).to.throw(AssertionError);
  });
});
