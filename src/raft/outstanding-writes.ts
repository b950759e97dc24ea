/**
 * The writes that were issued and are not on disk yet: what each of them will make durable, what
 * must wait for it, and for how long the disk has said nothing.
 */
import { assert } from '../base/assert.js';
import { asLogIndex, type LogIndex } from '../base/ids.js';
import { nothingToAwait, type WriteId } from './effects.js';
import type { Entry, LogPosition } from './messages.js';

interface OutstandingWrite {
  readonly writeId: WriteId;
  readonly issuedAtTick: number;
  hardState: boolean;
  reset: LogPosition | undefined;
  /** Entries of the write that are still part of the log: none when last < first. */
  firstIndex: number;
  lastIndex: number;
  entries: Entry[];
}

/** What one step changed of what is on disk. */
export type CollectedWrite = Readonly<
  Pick<OutstandingWrite, 'writeId' | 'hardState' | 'reset' | 'entries'>
>;

export class OutstandingWrites {
  readonly #writes: OutstandingWrite[] = [];
  #collecting: OutstandingWrite | undefined = undefined;
  #nextWriteId: WriteId = 1;
  #tick = 0;

  get count(): number {
    return this.#writes.length;
  }

  /** For how many ticks the oldest write has been under way; 0 when there is none. */
  get silentTicks(): number {
    const oldest = this.#writes[0];
    return oldest === undefined ? 0 : this.#tick - oldest.issuedAtTick;
  }

  tick(): void {
    this.#tick += 1;
  }

  addHardState(): void {
    this.#collect().hardState = true;
  }

  addEntries(entries: readonly Entry[], firstIndex: LogIndex): void {
    const write = this.#collect();
    if (write.entries.length === 0) write.firstIndex = firstIndex;
    write.lastIndex = firstIndex + entries.length - 1;
    for (const entry of entries) write.entries.push(entry);
  }

  /** The log begins anew: nothing that is under way is part of it any longer. */
  addReset(position: LogPosition): void {
    for (const write of this.#writes) write.lastIndex = write.firstIndex - 1;
    const write = this.#collect();
    assert(write.entries.length === 0, 'entries were appended in the step that resets the log');
    write.reset = position;
  }

  /** Entries from `index` on are part of the log no longer. */
  cutFrom(index: LogIndex): void {
    for (const write of this.#writes) write.lastIndex = Math.min(write.lastIndex, index - 1);
  }

  /**
   * Write `writeId` and all before it are on disk. Returns the last index of the log that came
   * there with them, 0 when there is none.
   */
  complete(writeId: WriteId): LogIndex {
    assert(writeId < this.#nextWriteId, () => `write ${writeId} was never issued`);
    let durable = 0;
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      if (write.writeId > writeId) break;
      if (write.lastIndex >= write.firstIndex) durable = Math.max(durable, write.lastIndex);
      this.#writes.shift();
    }
    return asLogIndex(durable);
  }

  /** The write that must be on disk before this server may speak of its hard state. */
  get hardStateWrite(): WriteId {
    return this.#writes.findLast((write) => write.hardState)?.writeId ?? nothingToAwait;
  }

  /** The write after which the hard state and the log through `index` are on disk. */
  writeFor(index: LogIndex): WriteId {
    const covers = (write: OutstandingWrite): boolean =>
      write.hardState ||
      write.reset !== undefined ||
      (write.firstIndex <= index && write.lastIndex >= write.firstIndex);
    return this.#writes.findLast(covers)?.writeId ?? nothingToAwait;
  }

  /** Takes what the step that ends has collected, to be issued. */
  takeCollected(): CollectedWrite | undefined {
    const write = this.#collecting;
    this.#collecting = undefined;
    if (write === undefined) return undefined;
    const { writeId, hardState, reset, entries } = write;
    write.entries = [];
    return { writeId, hardState, reset, entries };
  }

  /** The one write that collects all changes of the current step. */
  #collect(): OutstandingWrite {
    if (this.#collecting === undefined) {
      const writeId = this.#nextWriteId;
      this.#nextWriteId += 1;
      // Once for each batch: put together of parts it would cost as much as all else of a step.
      this.#collecting = {
        writeId,
        issuedAtTick: this.#tick,
        hardState: false,
        reset: undefined,
        firstIndex: 1,
        lastIndex: 0,
        entries: [],
      };
      this.#writes.push(this.#collecting);
    }
    return this.#collecting;
  }
}
