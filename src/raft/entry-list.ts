/**
 * Consecutive entries of a log in memory. The newest stand there as they are. Older ones, which
 * only a follower that is behind asks for, are folded: packed in their binary form, some hundred in
 * a piece. As objects they would outlive every collection of the young, and each collection of the
 * whole heap would look at all of them; so they take half the memory, and no collection any time.
 */
import { must } from '../base/assert.js';
import { asLogIndex, type LogIndex, type Term } from '../base/ids.js';
import { decodeEntries, encodedEntryBytes, encodeEntries } from './entry-codec.js';
import type { Entry } from './messages.js';

export interface FoldLimits {
  /** So many of the newest entries, 1 or more, are not folded. */
  readonly openEntries: number;
  /** A piece has so many entries, 1 or more, and bytes at most; but one entry at least. */
  readonly pieceEntries: number;
  readonly pieceBytes: number;
}

/** What is open is some tens of ms of updates at full speed: enough to be sent and applied. */
export const defaultFoldLimits: FoldLimits = {
  openEntries: 1_024,
  pieceEntries: 256,
  pieceBytes: 256 * 1024,
};

interface Piece {
  readonly firstIndex: number;
  readonly endIndex: number;
  /** Of the first entry and of the last one. */
  readonly terms: readonly [first: Term, last: Term];
  readonly bytes: Uint8Array;
}

interface Unfolded {
  readonly piece: Piece;
  readonly entries: readonly Entry[];
}

export class EntryList {
  readonly #limits: FoldLimits;
  /** In order, without a gap. The first one may begin before `#firstIndex`. */
  #pieces: Piece[] = [];
  /** The entries from `#openIndex` on, behind `#folded` places of ones that went elsewhere. */
  #open: (Entry | undefined)[];
  #openIndex: number;
  #folded = 0;
  #firstIndex: number;
  /** The piece that was looked into last: whoever reads one entry of it reads the next one, too. */
  #unfolded: Unfolded | undefined;

  /**
   * A list of these entries, of which the first has, or will have, this index. They are folded as
   * others are added: a server that has just started is about to apply them.
   */
  constructor(entries: readonly Entry[], firstIndex: LogIndex, limits: FoldLimits) {
    this.#open = [...entries];
    this.#firstIndex = firstIndex;
    this.#openIndex = firstIndex;
    this.#limits = limits;
  }

  get firstIndex(): LogIndex {
    return asLogIndex(this.#firstIndex);
  }

  /** One past the last index. */
  get endIndex(): LogIndex {
    return asLogIndex(this.#openIndex + this.#open.length - this.#folded);
  }

  /** The entry at `index`, if there is one. */
  at(index: LogIndex): Entry | undefined {
    if (index >= this.#openIndex) return this.#open[this.#placeOf(index)];
    if (index < this.#firstIndex) return undefined;
    const { piece, entries } = this.#unfold(this.#pieceAt(index));
    return entries[index - piece.firstIndex];
  }

  /** The entries from `from` to before `end`, all of which there are, in a new array. */
  range(from: LogIndex, end: LogIndex): readonly Entry[] {
    if (from >= this.#openIndex) {
      // What a server starts with may be hundreds of thousands, and it applies them all at once.
      return this.#open.slice(this.#placeOf(from), this.#placeOf(end)) as Entry[];
    }
    const entries: Entry[] = [];
    for (let index: number = from; index < end; index += 1) {
      entries.push(present(this.at(asLogIndex(index))));
    }
    return entries;
  }

  /** The term of the entry at `index`, if there is one. Terms never fall along a log. */
  termAt(index: LogIndex): Term | undefined {
    if (index >= this.#openIndex || index < this.#firstIndex) return this.at(index)?.term;
    const [first, last] = this.#piece(this.#pieceAt(index)).terms;
    return first === last ? first : this.at(index)?.term;
  }

  /**
   * From where on the entries through `last` are at most so many, and in encoded form at most so
   * many bytes; one past `last` when there are none. Of what is folded only whole pieces are taken,
   * and counted whole: nothing is unfolded, so there may be two pieces less than there could be.
   */
  tailFrom(last: LogIndex, entriesMax: number, bytesMax: number): LogIndex {
    const first = Math.max(this.#firstIndex, last - entriesMax + 1);
    let from = last + 1;
    for (let left = bytesMax; from > first;) {
      const piece = from > this.#openIndex ? undefined : this.#piece(this.#pieceAt(from - 1));
      const next = piece === undefined ? from - 1 : Math.max(piece.firstIndex, this.#firstIndex);
      left -= piece?.bytes.length ?? encodedEntryBytes(present(this.at(asLogIndex(next))));
      if (next < first || left < 0) break;
      from = next;
    }
    return asLogIndex(from);
  }

  /** Adds the entry that has the next index. */
  push(entry: Entry): void {
    this.#open.push(entry);
    const { openEntries, pieceEntries } = this.#limits;
    if (this.#open.length - this.#folded >= openEntries + pieceEntries) this.#fold();
  }

  /** Removes the entry at `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    if (index < this.#openIndex) {
      const pieceAt = this.#pieceAt(index);
      const { piece, entries } = this.#unfold(pieceAt);
      this.#openIndex = Math.max(piece.firstIndex, this.#firstIndex);
      this.#open = entries.slice(this.#openIndex - piece.firstIndex);
      this.#folded = 0;
      this.#pieces.length = pieceAt;
      this.#unfolded = undefined;
    }
    this.#open.length = this.#placeOf(index);
  }

  /** Forgets the entries before `index`, which is at most `endIndex`. */
  forgetBefore(index: LogIndex): void {
    this.#firstIndex = index;
    this.#unfolded = undefined;
    const kept = this.#pieces.findIndex(({ endIndex }) => endIndex > index);
    this.#pieces = kept < 0 ? [] : this.#pieces.slice(kept);
    if (index > this.#openIndex) this.#openFrom(index);
  }

  /** Makes a piece of the oldest open entries. */
  #fold(): void {
    const count = this.#foldedAtOnce();
    const entries = this.#open.slice(this.#folded, this.#folded + count).map(present);
    const first = present(entries[0]);
    const last = present(entries.at(-1));
    this.#pieces.push({
      firstIndex: this.#openIndex,
      endIndex: this.#openIndex + count,
      terms: [first.term, last.term],
      bytes: encodeEntries(entries),
    });
    this.#openFrom(this.#openIndex + count);
  }

  /** What stands before `index` is open no longer. It costs a part of what adding it did. */
  #openFrom(index: number): void {
    const folded = this.#placeOf(index);
    this.#open.fill(undefined, this.#folded, folded);
    this.#folded = folded;
    this.#openIndex = index;
    if (this.#folded * 2 < this.#open.length) return;
    this.#open = this.#open.slice(this.#folded);
    this.#folded = 0;
  }

  #placeOf(index: number): number {
    return this.#folded + index - this.#openIndex;
  }

  #foldedAtOnce(): number {
    const { pieceBytes, pieceEntries } = this.#limits;
    let bytes = 0;
    let count = 0;
    for (let at = this.#folded; count < pieceEntries; at += 1) {
      bytes += encodedEntryBytes(present(this.#open[at]));
      if (bytes > pieceBytes && count > 0) break;
      count += 1;
    }
    return count;
  }

  #unfold(pieceAt: number): Unfolded {
    const piece = this.#piece(pieceAt);
    if (this.#unfolded?.piece !== piece) {
      this.#unfolded = { piece, entries: decodeEntries(piece.bytes) };
    }
    return this.#unfolded;
  }

  /** The place of the piece that holds `index`, found by halving. */
  #pieceAt(index: number): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#piece(middle).endIndex <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #piece(at: number): Piece {
    return must(this.#pieces[at], 'a place in the list of pieces');
  }
}

function present(entry: Entry | undefined): Entry {
  return must(entry, 'an entry of the list');
}
