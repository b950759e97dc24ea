/**
 * The disk of one server: writes complete when the test says so, and a restart finds what was
 * complete, or, when the power fails in the middle of a write, a beginning of it. It can be wiped
 * or damaged; for the checks it remembers what it held before.
 */
import { must } from '../../src/base/assert.js';
import { asLogIndex, asTerm, type LogIndex, type Term } from '../../src/base/ids.js';
import type { RecoveredState } from '../../src/storage/storage.js';
import type { HardState, RaftEffect, WriteId } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';
import { logStart } from './make.js';
import { foundersOnly } from '../fixtures/founders.js';

export type Write = Extract<RaftEffect, { readonly type: 'persist' }>;

/** The state machine of the tests is the list of what it applied. */
export interface TestSnapshot {
  readonly position: LogPosition;
  readonly configuration: Uint8Array;
  readonly state: readonly Entry[];
}

const noSnapshot: TestSnapshot = { position: logStart, configuration: foundersOnly, state: [] };

/** Whether a server with this on its disk votes and is counted. */
export function isCounted({ hardState }: TestDisk): boolean {
  return hardState.standing === 'member' || hardState.standing === 'founding';
}

export class TestDisk {
  hardState: HardState;
  /** Consecutive, behind `base`. */
  entries: readonly Entry[];
  base: LogPosition = logStart;
  snapshot: TestSnapshot = noSnapshot;
  /** What was durable here when the disk was wiped or damaged last. */
  readonly #forgotten = new Set<Entry>();
  readonly #waiting: Write[] = [];

  constructor(hardState: HardState, entries: readonly Entry[]) {
    this.hardState = hardState;
    this.entries = entries;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  append(write: Write): void {
    this.#waiting.push(write);
  }

  /** Makes the oldest waiting write durable and returns it. */
  completeOne(): Write | undefined {
    const write = this.#waiting.shift();
    if (write !== undefined) this.#store(write, write.entries.length);
    return write;
  }

  /**
   * The power fails: `whole` of the waiting writes had reached the platter, and of the one behind
   * them its hard state and `tornEntries` entries. Nobody heard of it.
   */
  fail(whole: number, tornEntries: number): void {
    for (let count = 0; count < whole; count += 1) this.completeOne();
    const torn = this.#waiting[0];
    if (torn !== undefined && tornEntries > 0) this.#store(torn, tornEntries);
    this.#waiting.length = 0;
  }

  /** Whether the entry is in the log or in the snapshot. */
  holds(entry: Entry): boolean {
    if (entry.index <= this.snapshot.position.index) {
      return isSameEntry(this.snapshot.state[entry.index - 1], entry);
    }
    return isSameEntry(this.entries[entry.index - this.base.index - 1], entry);
  }

  /** Where the log ends. */
  get lastPosition(): LogPosition {
    return this.entries.at(-1) ?? this.base;
  }

  /** The newest term in log and snapshot, when the log ends with entry `lastIndex`. */
  lastTermThrough(lastIndex: LogIndex): Term {
    const kept = this.entries.findLast(({ index }) => index <= lastIndex);
    return asTerm(Math.max(kept?.term ?? this.base.term, this.snapshot.position.term));
  }

  /** Whether the entry was here when it counted, be it before the disk forgot it. */
  vouchesFor(entry: Entry): boolean {
    return (isCounted(this) && this.holds(entry)) || this.#forgotten.has(entry);
  }

  /** A snapshot is durable under its final name; the one with the highest index is kept. */
  commitSnapshot(snapshot: TestSnapshot): void {
    if (snapshot.position.index > this.snapshot.position.index) this.snapshot = snapshot;
  }

  /** Gives up the entries through `index`, as far as they are written. */
  compact(through: LogIndex): void {
    const dropped = through - this.base.index;
    if (dropped <= 0 || dropped > this.entries.length) return;
    this.base = must(this.entries[dropped - 1], () => `no entry ${through}`);
    this.entries = this.entries.slice(dropped);
  }

  /** All of it is gone; the server starts with this hard state. */
  wipe(hardState: HardState): void {
    this.damage(hardState, logStart.index);
    this.snapshot = noSnapshot;
    this.base = logStart;
    this.entries = [];
  }

  /** The log ends with entry `lastIndex`; what was behind it is lost. */
  damage(hardState: HardState, lastIndex: LogIndex): void {
    for (const entry of [...this.snapshot.state, ...this.entries]) this.#forgotten.add(entry);
    this.#waiting.length = 0;
    this.hardState = hardState;
    this.entries = this.entries.filter(({ index }) => index <= lastIndex);
  }

  /** The log that holds the snapshot's last entry is kept, any other is dropped (section 7). */
  recover(): Pick<
    RecoveredState,
    'hardState' | 'snapshot' | 'configuration' | 'logBase' | 'entries'
  > {
    const { index, term } = this.snapshot.position;
    const termInLog =
      index === this.base.index ? this.base.term : this.entries[index - this.base.index - 1]?.term;
    if (termInLog !== term) {
      this.base = this.snapshot.position;
      this.entries = [];
    }
    const { hardState, snapshot, base, entries } = this;
    const { position, configuration } = snapshot;
    return { hardState, snapshot: position, configuration, logBase: base, entries };
  }

  #store(write: Write, entryCount: number): void {
    if (write.hardState !== undefined) this.hardState = write.hardState;
    if (write.reset !== undefined) {
      this.base = write.reset;
      this.entries = [];
    }
    const first = write.entries[0];
    if (first === undefined) return;
    const kept = this.entries.slice(0, asLogIndex(first.index - this.base.index - 1));
    this.entries = [...kept, ...write.entries.slice(0, entryCount)];
  }
}

/** What waits for a write before it may leave: "send only after durable". */
export class TestGate {
  #durable: WriteId = 0;
  #held: { readonly after: WriteId; readonly release: () => void }[] = [];

  pass(after: WriteId, release: () => void): void {
    if (after <= this.#durable) release();
    else this.#held.push({ after, release });
  }

  open(writeId: WriteId): void {
    this.#durable = writeId;
    const ready = this.#held.filter((held) => held.after <= writeId);
    this.#held = this.#held.filter((held) => held.after > writeId);
    for (const held of ready) held.release();
  }

  clear(): void {
    this.#held = [];
  }
}

/** A log that has folded its older entries makes them anew for whoever asks. */
export function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const areAlike = a.index === b.index && a.term === b.term && a.kind === b.kind;
  return areAlike && Buffer.compare(a.payload, b.payload) === 0;
}
