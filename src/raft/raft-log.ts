/**
 * The log in memory: consecutive entries from `firstIndex` on. It knows index and term of the entry
 * before its first one, its *base*, so that a snapshot can take the place of what came earlier.
 */
import { assert, must } from '../base/assert.js';
import { asLogIndex, asTerm, type LogIndex, type Term } from '../base/ids.js';
import { encodedEntryBytes } from './entry-codec.js';
import type { Entry, LogPosition } from './messages.js';

interface Slice {
  readonly from: LogIndex;
  readonly bytesMax: number;
  readonly entries: readonly Entry[];
  /** It ends because of `bytesMax`, not at the end of the log: appending does not lengthen it. */
  readonly cutByBytes: boolean;
}

export class RaftLog {
  /** The log's entries, behind `#forgotten` places of ones that it gave up. */
  #entries: (Entry | undefined)[] = [];
  #forgotten = 0;
  #baseIndex: LogIndex;
  #baseTerm: Term;
  /** The newest slice, handed out again to every follower that needs the same entries. */
  #lastSlice: Slice | undefined = undefined;

  /** `entries` follow the entry (`baseIndex`, `baseTerm`); both are 0 for a whole log. */
  constructor(entries: readonly Entry[], baseIndex = asLogIndex(0), baseTerm = asTerm(0)) {
    this.#baseIndex = baseIndex;
    this.#baseTerm = baseTerm;
    this.append(entries);
  }

  /** The entry before the first one that is kept; both 0 for a whole log. */
  get base(): LogPosition {
    return { index: this.#baseIndex, term: this.#baseTerm };
  }

  /** Index of the first entry that is kept; one past `lastIndex` in an empty log. */
  get firstIndex(): LogIndex {
    return asLogIndex(this.#baseIndex + 1);
  }

  get lastIndex(): LogIndex {
    return asLogIndex(this.#baseIndex + this.#entries.length - this.#forgotten);
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? this.#baseTerm;
  }

  /** The term of the entry at `index`, or undefined when the log does not know it. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#baseIndex) return this.#baseTerm;
    return this.#at(index)?.term;
  }

  entryAt(index: LogIndex): Entry {
    return must(this.#at(index), () => `no entry at index ${index}`);
  }

  /** Appends entries that continue the log: the next indexes, terms that never fall. */
  append(entries: readonly Entry[]): void {
    let lastIndex: number = this.lastIndex;
    let lastTerm: number = this.lastTerm;
    for (const entry of entries) {
      assert(
        entry.index === lastIndex + 1,
        () => `entry ${entry.index} appended after ${lastIndex}`,
      );
      assert(entry.term >= lastTerm, () => `term ${entry.term} appended after term ${lastTerm}`);
      this.#entries.push(entry);
      lastIndex = entry.index;
      lastTerm = entry.term;
    }
  }

  /** Removes the entry at `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    assert(index >= this.firstIndex && index <= this.lastIndex, () => `nothing to cut at ${index}`);
    this.#entries.length = this.#placeOf(index);
    this.#lastSlice = undefined;
  }

  /** Forgets the entries through `index`, which becomes the base. Its cost is that of appending. */
  compactThrough(index: LogIndex): void {
    assert(index >= this.#baseIndex && index <= this.lastIndex, () => `no base at ${index}`);
    const baseTerm = must(this.termAt(index), () => `no term at ${index}`);
    const end = this.#placeOf(index) + 1;
    this.#entries.fill(undefined, this.#forgotten, end);
    this.#forgotten = end;
    this.#baseIndex = index;
    this.#baseTerm = baseTerm;
    this.#lastSlice = undefined;
    if (this.#forgotten * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#forgotten);
    this.#forgotten = 0;
  }

  /** Forgets everything: the log is empty, and `position` is its base. */
  resetTo(position: LogPosition): void {
    this.#entries = [];
    this.#forgotten = 0;
    this.#baseIndex = position.index;
    this.#baseTerm = position.term;
    this.#lastSlice = undefined;
  }

  /** The entries from `from` through `through`, in a new array. */
  range(from: LogIndex, through: LogIndex): readonly Entry[] {
    assert(
      from >= this.firstIndex && through <= this.lastIndex,
      () => `no range ${from}–${through}`,
    );
    return this.#kept(this.#placeOf(from), this.#placeOf(through) + 1);
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
    const start = this.#placeOf(from);
    let end = start;
    let bytes = 0;
    for (let entry = this.#entries[end]; entry !== undefined; entry = this.#entries[end]) {
      bytes += encodedEntryBytes(entry);
      if (bytes > bytesMax && end > start) break;
      end += 1;
    }
    const entries = this.#kept(start, end);
    const cutByBytes = end < this.#entries.length;
    this.#lastSlice = { from, bytesMax, entries, cutByBytes };
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
      if (this.entryAt(asLogIndex(middle)).term < term) low = middle + 1;
      else high = middle;
    }
    return asLogIndex(low);
  }

  #placeOf(index: LogIndex): number {
    return this.#forgotten + index - this.#baseIndex - 1;
  }

  #at(index: LogIndex): Entry | undefined {
    return index <= this.#baseIndex ? undefined : this.#entries[this.#placeOf(index)];
  }

  /** The entries at these places, in a new array. */
  #kept(start: number, end: number): Entry[] {
    const kept: Entry[] = [];
    for (let at = start; at < end; at += 1)
      kept.push(must(this.#entries[at], () => `no entry at ${at}`));
    return kept;
  }
}
