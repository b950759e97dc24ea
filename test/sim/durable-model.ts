/**
 * What a server has been told to be durable: hard state and log as its storage acknowledged them,
 * and the writes that are under way. Checkers hold messages against it, and hold it against what
 * is really on the disk.
 */
import { assert, must } from '../../src/base/assert.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';
import type { RecoveredState, StorageWrite } from '../../src/storage/storage.js';
import { isSameEntry } from './checkers/committed-log.js';

export class DurableModel {
  #hardState: HardState | undefined = undefined;
  /** Index of the entry before the first of `#entries`; a durable snapshot covers it. */
  #baseIndex = 0;
  #baseTerm = 0;
  #entries: Entry[] = [];
  /** The newest snapshot that was acknowledged. */
  #snapshotIndex = 0;
  #underWay: StorageWrite[] = [];

  /** Undefined before the first process of this disk has said anything. */
  get hardState(): HardState | undefined {
    return this.#hardState;
  }

  /** Whether this server counts for a majority (docs/decisions/0008-standing.md). */
  get counts(): boolean {
    const standing = this.#hardState?.standing;
    return standing === 'member' || standing === 'founding';
  }

  get term(): number {
    return this.#hardState?.term ?? 0;
  }

  get baseIndex(): number {
    return this.#baseIndex;
  }

  get lastIndex(): number {
    return this.#baseIndex + this.#entries.length;
  }

  /** Through which index the state is durable, as entries or as a snapshot. */
  get durableIndex(): number {
    return Math.max(this.lastIndex, this.#snapshotIndex);
  }

  /** Undefined before the log's beginning and behind its end. */
  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#baseIndex - 1];
  }

  /** The term of the entry at the index; undefined where it is not known, or a snapshot rules. */
  termAt(index: number): number | undefined {
    if (index <= this.#snapshotIndex) return undefined;
    return index === this.#baseIndex ? this.#baseTerm : this.entryAt(index)?.term;
  }

  /** Whether the entry is there, as itself or in a snapshot. */
  holds(entry: Entry): boolean {
    if (entry.index <= Math.max(this.#baseIndex, this.#snapshotIndex)) return true;
    const held = this.entryAt(entry.index);
    return held !== undefined && isSameEntry(held, entry);
  }

  snapshotCommitted(position: LogPosition): void {
    this.#snapshotIndex = Math.max(this.#snapshotIndex, position.index);
  }

  issued(write: StorageWrite): void {
    this.#underWay.push(write);
  }

  /** Writes are acknowledged in the order in which they were issued. */
  acknowledged(write: StorageWrite): void {
    assert(this.#underWay.shift() === write, 'writes become durable in call order');
    if (write.hardState !== undefined) this.#hardState = write.hardState;
    if (write.reset !== undefined) this.#begin(write.reset.index, write.reset.term);
    const first = write.entries[0];
    if (first === undefined) return;
    assert(first.index <= this.lastIndex + 1, () => `a hole before entry ${first.index}`);
    assert(first.index > this.#baseIndex, () => `entry ${first.index} is in the snapshot already`);
    this.#entries.length = first.index - this.#baseIndex - 1;
    for (const entry of write.entries) this.#entries.push(entry);
  }

  /** Throws unless everything acknowledged is in what a recovery found, and nothing else is. */
  check(recovered: RecoveredState, who: string): void {
    this.#checkHardState(recovered.hardState, who);
    const found = new FoundLog(recovered);
    const promised = Math.max(this.#baseIndex, this.#snapshotIndex);
    assert(found.coveredIndex >= promised, () => `${who}: the snapshot at ${promised} is gone`);
    this.#checkEntries(recovered, found, who);
  }

  /**
   * The same after bits have flipped and no harm was found: a snapshot may be gone for which the
   * log makes up.
   */
  checkMended(recovered: RecoveredState, who: string): void {
    this.#checkHardState(recovered.hardState, who);
    const found = new FoundLog(recovered);
    const promised = Math.min(this.durableIndex, this.#replacedFrom() - 1);
    assert(found.lastIndex >= promised, () => `${who}: nothing is left of entry ${promised}`);
    this.#checkEntries(recovered, found, who);
  }

  #checkEntries(recovered: RecoveredState, found: FoundLog, who: string): void {
    const keptThrough = Math.min(this.lastIndex, this.#replacedFrom() - 1);
    for (let index = found.coveredIndex + 1; index <= keptThrough; index += 1) {
      const entry = this.entryAt(index);
      if (entry === undefined) continue;
      const held = found.entryAt(index);
      assert(
        held !== undefined && isSameEntry(held, entry),
        () => `${who}: entry ${index} was acknowledged, and is not on the disk`,
      );
    }
    for (const entry of recovered.entries) {
      const isKnown = entry.index <= this.#baseIndex || this.holds(entry) || this.#isIssued(entry);
      assert(isKnown, () => `${who}: entry ${entry.index} of term ${entry.term} was never written`);
    }
  }

  /** A new process begins with what it found: from now on this is what was promised. */
  adopt(recovered: RecoveredState): void {
    this.#underWay = [];
    this.#hardState = recovered.hardState;
    const base = recovered.logBase;
    this.#begin(base.index, base.term);
    this.#entries = [...recovered.entries];
    this.#snapshotIndex = recovered.snapshot.index;
  }

  #begin(index: number, term: number): void {
    this.#baseIndex = index;
    this.#baseTerm = term;
    this.#entries = [];
  }

  #checkHardState(found: HardState, who: string): void {
    if (this.#hardState === undefined) return;
    const possible = [this.#hardState, ...this.#underWay.map(({ hardState }) => hardState)];
    const isKnown = possible.some((state) => state !== undefined && isSameHardState(state, found));
    const promised = describeHardState(this.#hardState);
    assert(isKnown, () => `${who}: promised ${promised}; found ${describeHardState(found)}`);
  }

  /** The first index that a write under way may have replaced. */
  #replacedFrom(): number {
    let from = Infinity;
    for (const { entries, reset } of this.#underWay) {
      if (reset !== undefined) return 0;
      from = Math.min(from, entries[0]?.index ?? Infinity);
    }
    return from;
  }

  #isIssued(entry: Entry): boolean {
    return this.#underWay.some(({ entries }) =>
      entries.some((issued) => isSameEntry(issued, entry)),
    );
  }
}

function isSameHardState(a: HardState, b: HardState): boolean {
  const isSame = a.term === b.term && a.votedFor === b.votedFor && a.standing === b.standing;
  if (!isSame || a.incarnation !== b.incarnation || a.known.size !== b.known.size) return false;
  return [...a.known].every(([server, incarnation]) => b.known.get(server) === incarnation);
}

function describeHardState({ term, votedFor, standing }: HardState): string {
  return `term ${term}, vote ${votedFor ?? 'none'}, ${standing}`;
}

/** A recovered log behind its snapshot. */
class FoundLog {
  readonly #entries: readonly Entry[];
  readonly #baseIndex: number;
  readonly coveredIndex: number;

  constructor({ entries, logBase, snapshot }: RecoveredState) {
    this.#entries = entries;
    this.#baseIndex = logBase.index;
    this.coveredIndex = snapshot.index;
    const first = entries[0];
    if (first !== undefined) must(first.index === this.#baseIndex + 1 || undefined, 'no hole');
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#baseIndex - 1];
  }

  get lastIndex(): number {
    return Math.max(this.coveredIndex, this.#baseIndex + this.#entries.length);
  }
}
