/** What several writes amount to when they are carried out as one. */
import { assert } from '../base/assert.js';
import type { HardState } from '../raft/effects.js';
import { encodedEntryBytes } from '../raft/entry-codec.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { StorageError, StorageWrite } from './storage.js';

export type WriteDone = (error?: StorageError) => void;

export class WriteBatch {
  #hardState: HardState | undefined;
  #reset: LogPosition | undefined;
  #entries: Entry[] = [];
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
    }
    for (const entry of entries) this.#addEntry(entry);
  }

  /** Tells the writers, in the order in which they were added. */
  end(error?: StorageError): void {
    for (const done of this.#done) done(error);
  }

  #addEntry(entry: Entry): void {
    this.#bytes += encodedEntryBytes(entry);
    const first = this.#entries[0];
    const isBehind = this.#reset === undefined || entry.index > this.#reset.index;
    assert(isBehind, `entry ${entry.index} stands behind the new beginning of the log`);
    if (first !== undefined) {
      const kept = Math.max(0, entry.index - first.index);
      assert(kept <= this.#entries.length, `entry ${entry.index} leaves no gap in the log`);
      this.#entries.length = kept;
    }
    this.#entries.push(entry);
  }
}
