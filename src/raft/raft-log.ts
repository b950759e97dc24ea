/**
 * The log in memory: consecutive entries from `firstIndex` on. It knows index and term of the entry
 * before its first one, its *base*, so that a snapshot can take the place of what came earlier.
 */
import { assert, must } from '../base/assert.js';
import { asLogIndex, asTerm, type LogIndex, type Term } from '../base/ids.js';
import { encodedEntryBytes } from './entry-codec.js';
import { defaultFoldLimits, EntryList, type FoldLimits } from './entry-list.js';
import type { Entry, LogPosition } from './messages.js';

interface Slice {
  readonly from: LogIndex;
  readonly bytesMax: number;
  readonly entries: readonly Entry[];
  /** It ends because of `bytesMax`, not at the end of the log: appending does not lengthen it. */
  readonly cutByBytes: boolean;
}

const beforeAll: LogPosition = { index: asLogIndex(0), term: asTerm(0) };

export class RaftLog {
  readonly #foldLimits: FoldLimits;
  #entries: EntryList;
  #baseTerm: Term;
  /** The newest slice, handed out again to every follower that needs the same entries. */
  #lastSlice: Slice | undefined = undefined;

  /** `entries` follow the entry `base`, which is 0 twice for a whole log. */
  constructor(
    entries: readonly Entry[],
    base: LogPosition = beforeAll,
    foldLimits: FoldLimits = defaultFoldLimits,
  ) {
    this.#foldLimits = foldLimits;
    this.#baseTerm = base.term;
    checkFollowing(base, entries);
    this.#entries = new EntryList(entries, asLogIndex(base.index + 1), foldLimits);
  }

  /** The entry before the first one that is kept; both 0 for a whole log. */
  get base(): LogPosition {
    return { index: asLogIndex(this.firstIndex - 1), term: this.#baseTerm };
  }

  /** Index of the first entry that is kept; one past `lastIndex` in an empty log. */
  get firstIndex(): LogIndex {
    return this.#entries.firstIndex;
  }

  get lastIndex(): LogIndex {
    return asLogIndex(this.#entries.endIndex - 1);
  }

  get lastTerm(): Term {
    return this.#entries.termAt(this.lastIndex) ?? this.#baseTerm;
  }

  /** The term of the entry at `index`, or undefined when the log does not know it. */
  termAt(index: LogIndex): Term | undefined {
    return index === this.firstIndex - 1 ? this.#baseTerm : this.#entries.termAt(index);
  }

  entryAt(index: LogIndex): Entry {
    return must(this.#entries.at(index), () => `no entry at index ${index}`);
  }

  /** Appends entries that continue the log: the next indexes, terms that never fall. */
  append(entries: readonly Entry[]): void {
    checkFollowing({ index: this.lastIndex, term: this.lastTerm }, entries);
    for (const entry of entries) this.#entries.push(entry);
  }

  /** Removes the entry at `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    assert(index >= this.firstIndex && index <= this.lastIndex, () => `nothing to cut at ${index}`);
    this.#entries.truncateFrom(index);
    this.#lastSlice = undefined;
  }

  /** Forgets the entries through `index`, which becomes the base. Its cost is that of appending. */
  compactThrough(index: LogIndex): void {
    assert(index >= this.base.index && index <= this.lastIndex, () => `no base at ${index}`);
    this.#baseTerm = must(this.termAt(index), () => `no term at ${index}`);
    this.#entries.forgetBefore(asLogIndex(index + 1));
    this.#lastSlice = undefined;
  }

  /** Forgets everything: the log is empty, and `position` is its base. */
  resetTo(position: LogPosition): void {
    this.#entries = new EntryList([], asLogIndex(position.index + 1), this.#foldLimits);
    this.#baseTerm = position.term;
    this.#lastSlice = undefined;
  }

  /** The entries from `from` through `through`, in a new array. */
  range(from: LogIndex, through: LogIndex): readonly Entry[] {
    assert(
      from >= this.firstIndex && through <= this.lastIndex,
      () => `no range ${from}–${through}`,
    );
    return this.#entries.range(from, asLogIndex(through + 1));
  }

  /**
   * From where on the entries through `last` are at most so many, and in encoded form at most so
   * many bytes; one past `last` when there are none. It may keep some hundred fewer than it could.
   */
  tailFrom(last: LogIndex, entriesMax: number, bytesMax: number): LogIndex {
    assert(last <= this.lastIndex, () => `no entry at index ${last}`);
    return this.#entries.tailFrom(last, entriesMax, bytesMax);
  }

  /** The newest `limit` entries, or as many as there are, oldest first. */
  newest(limit: number): readonly Entry[] {
    const from = Math.max(this.firstIndex, this.lastIndex - limit + 1);
    return this.range(asLogIndex(from), this.lastIndex);
  }

  /**
   * Entries from `from` on, at most `bytesMax` of them in encoded form, but at least one when there
   * is one. Followers that are equally far get the same array, so that it is encoded once for all.
   */
  slice(from: LogIndex, bytesMax: number): readonly Entry[] {
    const cached = this.#lastSlice;
    if (cached?.from === from && cached.bytesMax === bytesMax) {
      if (cached.cutByBytes || from + cached.entries.length > this.lastIndex) return cached.entries;
    }
    assert(from >= this.firstIndex, () => `entry ${from} is in the log no longer`);
    const entries: Entry[] = [];
    let next: number = from;
    let bytes = 0;
    for (; next <= this.lastIndex; next += 1) {
      const entry = this.entryAt(asLogIndex(next));
      bytes += encodedEntryBytes(entry);
      if (bytes > bytesMax && entries.length > 0) break;
      entries.push(entry);
    }
    this.#lastSlice = { from, bytesMax, entries, cutByBytes: next <= this.lastIndex };
    return entries;
  }

  /** Index of the first entry known of the term that the entry at `index`, or the base, has. */
  firstIndexOfTermAt(index: LogIndex): LogIndex {
    const term = must(this.termAt(index), () => `no term at index ${index}`);
    return asLogIndex(Math.min(index, this.#firstIndexFromTerm(term)));
  }

  /** Index of the last entry of the term that the entry at `index`, or the base, has. */
  lastIndexOfTermAt(index: LogIndex): LogIndex {
    const term = must(this.termAt(index), () => `no term at index ${index}`);
    return asLogIndex(this.#firstIndexFromTerm(term + 1) - 1);
  }

  /** Whether a log that ends in (`lastTerm`, `lastIndex`) is at least as new (section 5.4.1). */
  isUpToDate(lastIndex: LogIndex, lastTerm: Term): boolean {
    if (lastTerm !== this.lastTerm) return lastTerm > this.lastTerm;
    return lastIndex >= this.lastIndex;
  }

  /**
   * Index of the first entry of `term` or a later one; one past the end when there is none. Terms
   * never fall, so halving finds it: a refusal costs no walk along a long log.
   */
  #firstIndexFromTerm(term: number): LogIndex {
    let [low, high] = [this.firstIndex as number, this.lastIndex + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (must(this.termAt(asLogIndex(middle)), 'a place in the log') < term) low = middle + 1;
      else high = middle;
    }
    return asLogIndex(low);
  }
}

/** Entries follow others by the next indexes, and by terms that never fall. */
function checkFollowing(last: LogPosition, entries: readonly Entry[]): void {
  let { index, term }: { index: number; term: number } = last;
  for (const entry of entries) {
    assert(entry.index === index + 1, () => `entry ${entry.index} appended after ${index}`);
    assert(entry.term >= term, () => `term ${entry.term} appended after term ${term}`);
    index = entry.index;
    term = entry.term;
  }
}
