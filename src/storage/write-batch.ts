/** What several writes amount to when they are carried out as one. */
import { assert } from '../base/assert.js';
import type { LogIndex } from '../base/ids.js';
import type { HardState } from '../raft/effects.js';
import { encodedEntryBytes } from '../raft/entry-codec.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { StorageError, StorageWrite } from './storage.js';

export type WriteDone = (error?: StorageError) => void;

export class WriteBatch {
  #hardState: HardState | undefined;
  #reset: LogPosition | undefined;
  #entries: readonly Entry[] = [];
  /** The entries, once they are those of several writes: an array of its own, to be added to. */
  #joined: Entry[] | undefined;
  #bytes = 0;
  readonly #done: WriteDone[] = [];

  /** The newest term and vote among the writes. */
  get hardState(): HardState | undefined {
    return this.#hardState;
  }

  /** The last new beginning of the log among the writes. */
  get reset(): LogPosition | undefined {
    return this.#reset;
  }

  /**
   * Consecutive entries, behind `reset` if there is one: those that a later write of the batch
   * replaces, or begins the log anew without, are left out.
   */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Encoded size of all entries that were added. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ hardState, reset, entries }: StorageWrite, done: WriteDone): void {
    this.#done.push(done);
    if (hardState !== undefined) this.#hardState = hardState;
    if (reset !== undefined) {
      this.#reset = reset;
      this.#entries = [];
      this.#joined = undefined;
    }
    const [first] = entries;
    if (first !== undefined) this.#addEntries(entries, first.index);
  }

  /** Tells the writers, in the order in which they were added. */
  end(error?: StorageError): void {
    for (const done of this.#done) done(error);
  }

  /** A write that is alone, as most are, is taken as it is: nothing is copied. */
  #addEntries(entries: readonly Entry[], first: LogIndex): void {
    for (const entry of entries) this.#bytes += encodedEntryBytes(entry);
    assert(
      first > (this.#reset?.index ?? 0),
      () => `entry ${first} stands behind the log's beginning`,
    );
    const before = this.#entries[0]?.index;
    if (before === undefined || first <= before) {
      this.#entries = entries;
      this.#joined = undefined;
      return;
    }
    const joined = this.#joined ?? [...this.#entries];
    assert(first - before <= joined.length, () => `entry ${first} leaves no gap in the log`);
    joined.length = first - before;
    for (const entry of entries) joined.push(entry);
    this.#joined = joined;
    this.#entries = joined;
  }
}
