import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import { encodedEntryBytes } from '../../src/raft/entry-codec.js';
import type { FoldLimits } from '../../src/raft/entry-list.js';
import type { Entry } from '../../src/raft/messages.js';
import { RaftLog } from '../../src/raft/raft-log.js';
import { logStart, makeEntry, makeLog, termsOf } from './make.js';

/** Terms of a log: they never fall. */
const logTerms = fc
  .array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 })
  .map((steps) =>
    steps.reduce<number[]>((terms, step) => [...terms, (terms.at(-1) ?? 1) + step], []),
  );

/** So small that a log of some entries has several pieces, and such that nothing is folded. */
const foldLimits = fc.record({
  openEntries: fc.integer({ min: 1, max: 4 }),
  pieceEntries: fc.constantFrom(1, 2, 5, 8, 1_000),
  pieceBytes: fc.constantFrom(1, 60, 10_000, 10_000),
});

const action = fc.oneof(
  fc.record({
    type: fc.constant('append' as const),
    term: fc.integer({ min: 0, max: 1 }),
    count: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    type: fc.constant('cut' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    type: fc.constant('slice' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytesMax: fc.constantFrom(1, 60, 200, 10_000),
  }),
  fc.record({
    type: fc.constant('tail' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    entriesMax: fc.constantFrom(0, 3, 10, 1_000),
    bytesMax: fc.constantFrom(0, 1, 60, 200, 10_000),
  }),
  fc.record({
    type: fc.constant('compact' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

/** A log that begins with a third of these entries and gets the others later. */
function logOf(entries: readonly Entry[], limits: FoldLimits): RaftLog {
  const first = Math.floor(entries.length / 3);
  const log = new RaftLog(entries.slice(0, first), logStart, limits);
  for (const entry of entries.slice(first)) log.append([entry]);
  return log;
}

const all = (log: RaftLog): readonly Entry[] => log.range(log.firstIndex, log.lastIndex);

describe('The log', () => {
  it('gives back what was appended, and knows terms by index', () => {
    fc.assert(
      fc.property(logTerms, foldLimits, (terms, limits) => {
        const entries = makeLog(...terms);
        const log = logOf(entries, limits);
        expect(all(log)).to.deep.equal(entries);
        expect(log.lastIndex).to.equal(terms.length);
        expect(log.lastTerm).to.equal(terms.at(-1) ?? 0);
        expect(log.termAt(asLogIndex(0))).to.equal(0);
        expect(log.termAt(asLogIndex(terms.length + 1))).to.equal(undefined);
        terms.forEach((term, at) => expect(log.termAt(asLogIndex(at + 1))).to.equal(term));
      }),
    );
  });

  it('finds the first and the last entry of a term', () => {
    fc.assert(
      fc.property(logTerms, foldLimits, (terms, limits) => {
        const log = logOf(makeLog(...terms), limits);
        terms.forEach((term, at) => {
          const index = asLogIndex(at + 1);
          expect(log.firstIndexOfTermAt(index)).to.equal(terms.indexOf(term) + 1);
          expect(log.lastIndexOfTermAt(index)).to.equal(terms.lastIndexOf(term) + 1);
        });
      }),
    );
  });

  it('compares logs by last term, then by length', () => {
    fc.assert(
      fc.property(logTerms, logTerms, (ours, theirs) => {
        const [ourTerm, theirTerm] = [ours.at(-1) ?? 0, theirs.at(-1) ?? 0];
        const isNewer = theirTerm * 1_000 + theirs.length >= ourTerm * 1_000 + ours.length;
        const log = new RaftLog(makeLog(...ours));
        const answer = log.isUpToDate(asLogIndex(theirs.length), asTerm(theirTerm));
        expect(answer).to.equal(isNewer);
      }),
    );
  });

  it('hands out slices by size, also while it grows, is cut and compacted', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), foldLimits, (actions, limits) => {
        const log = new RaftLog([], logStart, limits);
        let reference: Entry[] = [];
        let base = 0;
        let cuts = 1;
        const place = (at: number): number => base + Math.floor(at * (reference.length - base + 1));
        for (const step of actions) {
          if (step.type === 'append') {
            const term = Math.max(cuts + step.term, log.lastTerm);
            const entries = Array.from({ length: step.count }, (_, at) =>
              makeEntry(reference.length + 1 + at, term),
            );
            log.append(entries);
            reference.push(...entries);
          } else if (step.type === 'cut') {
            const at = place(step.at);
            if (at >= reference.length) continue;
            log.truncateFrom(asLogIndex(at + 1));
            reference = reference.slice(0, at);
            cuts += 2;
          } else if (step.type === 'compact') {
            base = Math.min(place(step.at), reference.length);
            log.compactThrough(asLogIndex(base));
          } else if (step.type === 'tail') {
            const last = Math.min(place(step.at), reference.length);
            const { entriesMax, bytesMax } = step;
            const most = referenceTail(reference.slice(base, last), entriesMax, bytesMax);
            const kept = last + 1 - log.tailFrom(asLogIndex(last), entriesMax, bytesMax);
            expect(kept).to.be.at.most(most);
            // It begins and ends in the middle of a piece, and may go without these two.
            const isOpen = last - most >= reference.length - limits.openEntries;
            expect(kept).to.be.at.least(isOpen ? most : most - 2 * limits.pieceEntries);
          } else {
            const from = Math.min(place(step.at), reference.length) + 1;
            const expected = referenceSlice(reference, from, step.bytesMax);
            expect(log.slice(asLogIndex(from), step.bytesMax)).to.deep.equal(expected);
          }
          expect(all(log)).to.deep.equal(reference.slice(base));
          expect(log.base).to.deep.equal({ index: base, term: reference[base - 1]?.term ?? 0 });
          expect(log.lastTerm).to.equal(reference.at(-1)?.term ?? 0);
          reference.slice(base).forEach(({ index, term }) => {
            expect(log.termAt(index)).to.equal(term);
          });
          expect(log.termAt(asLogIndex(reference.length + 1))).to.equal(undefined);
          if (base > 0) expect(log.termAt(asLogIndex(base - 1))).to.equal(undefined);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('tells where a long tail of it begins without making entries of what is folded', () => {
    const entries = makeLog(...Array.from({ length: 4_000 }, () => 1));
    const bytes = (count: number): number =>
      entries.slice(-count).reduce((sum, entry) => sum + encodedEntryBytes(entry), 0);
    const log = new RaftLog([], logStart);
    log.append(entries);
    const [first] = entries;
    const folded = log.entryAt(asLogIndex(1));
    expect(folded, 'it is folded').not.to.equal(first);
    expect(log.tailFrom(asLogIndex(4_000), 4_000, 1e9)).to.equal(1);
    expect(log.tailFrom(asLogIndex(4_000), 3_000, 1e9)).to.be.within(1_001, 1_256);
    expect(log.tailFrom(asLogIndex(4_000), 4_000, bytes(3_000))).to.be.within(1_001, 1_256);
    expect(log.tailFrom(asLogIndex(2_000), 1_000, 1e9)).to.be.within(1_001, 1_256);
    expect(log.tailFrom(asLogIndex(4_000), 500, 1e9), 'none of it is folded').to.equal(3_501);
    // What was unfolded last still is.
    expect(log.entryAt(asLogIndex(1))).to.equal(folded);
  });

  it('is cut in the very piece in which it begins', () => {
    const limits = { openEntries: 1, pieceEntries: 8, pieceBytes: 10_000 };
    const log = logOf(makeLog(...new Array<number>(20).fill(1)), limits);
    log.compactThrough(asLogIndex(4));
    log.truncateFrom(asLogIndex(7));
    expect(all(log).map(({ index }) => index)).to.deep.equal([5, 6]);
    expect(log.termAt(asLogIndex(3))).to.equal(undefined);
  });

  it('gives followers that are equally far the same array', () => {
    const log = new RaftLog(makeLog(1, 1, 1));
    expect(log.slice(asLogIndex(2), 1_000)).to.equal(log.slice(asLogIndex(2), 1_000));
    expect(log.slice(asLogIndex(1), 1)).to.equal(log.slice(asLogIndex(1), 1));
  });

  it('knows the term before its first entry when its beginning was taken away', () => {
    const log = new RaftLog([makeEntry(6, 3)], { index: asLogIndex(5), term: asTerm(2) });
    expect([log.firstIndex, log.lastIndex]).to.deep.equal([6, 6]);
    expect(log.termAt(asLogIndex(5))).to.equal(2);
    expect(log.termAt(asLogIndex(4))).to.equal(undefined);
    expect(log.firstIndexOfTermAt(asLogIndex(6))).to.equal(6);
    expect(termsOf(log.slice(asLogIndex(6), 1))).to.deep.equal([3]);
    log.truncateFrom(asLogIndex(6));
    expect([log.lastIndex, log.lastTerm]).to.deep.equal([5, 2]);
  });

  it('finds the ends of the term of its base', () => {
    const log = new RaftLog(makeLog(1, 2, 2, 2, 3));
    log.compactThrough(asLogIndex(3));
    expect(log.firstIndexOfTermAt(asLogIndex(3))).to.equal(3);
    expect(log.lastIndexOfTermAt(asLogIndex(3))).to.equal(4);
    log.compactThrough(asLogIndex(5));
    expect(log.lastIndexOfTermAt(asLogIndex(5))).to.equal(5);
  });

  it('begins anew behind another place, and keeps nothing', () => {
    const log = new RaftLog(makeLog(1, 1, 1));
    log.resetTo({ index: asLogIndex(2), term: asTerm(4) });
    expect([log.firstIndex, log.lastIndex, log.lastTerm]).to.deep.equal([3, 2, 4]);
    expect(log.termAt(asLogIndex(3))).to.equal(undefined);
    expect(log.slice(asLogIndex(3), 1)).to.deep.equal([]);
    log.append([makeEntry(3, 4)]);
    expect(termsOf(all(log))).to.deep.equal([4]);
  });

  it('costs no more for being compacted after each entry', () => {
    const log = new RaftLog([]);
    const count = 200_000;
    for (let index = 1; index <= count; index += 1) {
      log.append([makeCommand(index)]);
      if (index > count / 2) log.compactThrough(asLogIndex(index - count / 2));
    }
    expect([log.base.index, log.lastIndex]).to.deep.equal([count / 2, count]);
  });

  it('stops the process rather than take a gap, a falling term or a cut beside the log', () => {
    const log = new RaftLog(makeLog(1, 2));
    expect(() => log.append([makeEntry(4, 2)])).to.throw(AssertionError);
    expect(() => log.append([makeEntry(3, 1)])).to.throw(AssertionError);
    expect(() => log.truncateFrom(asLogIndex(3))).to.throw(AssertionError);
    expect(() => log.truncateFrom(asLogIndex(0))).to.throw(AssertionError);
    expect(() => log.range(asLogIndex(1), asLogIndex(3))).to.throw(AssertionError);
    expect(() => log.entryAt(asLogIndex(3))).to.throw(AssertionError);
    expect(() => log.compactThrough(asLogIndex(3))).to.throw(AssertionError);
    log.compactThrough(asLogIndex(1));
    expect(() => log.compactThrough(asLogIndex(0))).to.throw(AssertionError);
    expect(() => log.slice(asLogIndex(1), 1)).to.throw(AssertionError);
    expect(() => log.entryAt(asLogIndex(1))).to.throw(AssertionError);
  });
});

/** One of many: not kept, as those of `makeEntry` are. */
function makeCommand(index: number): Entry {
  const payload = new Uint8Array(0);
  return { index: asLogIndex(index), term: asTerm(1), kind: 'command', payload };
}

function referenceSlice(log: readonly Entry[], from: number, bytesMax: number): readonly Entry[] {
  const taken: Entry[] = [];
  let bytes = 0;
  for (const entry of log.slice(from - 1)) {
    bytes += encodedEntryBytes(entry);
    if (taken.length > 0 && bytes > bytesMax) break;
    taken.push(entry);
  }
  return taken;
}

/** How many entries at the end are at most so many, with so many bytes. */
function referenceTail(entries: readonly Entry[], entriesMax: number, bytesMax: number): number {
  const fits = (count: number): boolean =>
    entries.slice(-count).reduce((sum, entry) => sum + encodedEntryBytes(entry), 0) <= bytesMax;
  let count = 0;
  while (count < Math.min(entriesMax, entries.length) && fits(count + 1)) count += 1;
  return count;
}
