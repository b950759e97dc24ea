/**
 * The disk of one server: writes complete when the test says so, and a restart finds what was
 * complete, or, when the power fails in the middle of a write, a beginning of it.
 */
import type { RecoveredState } from '../../src/storage/storage.js';
import type { HardState, RaftEffect, WriteId } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';

export type Write = Extract<RaftEffect, { readonly type: 'persist' }>;

export class TestDisk {
  hardState: HardState;
  entries: readonly Entry[];
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

  recover(): Pick<RecoveredState, 'hardState' | 'entries'> {
    return { hardState: this.hardState, entries: this.entries };
  }

  #store(write: Write, entryCount: number): void {
    if (write.hardState !== undefined) this.hardState = write.hardState;
    const first = write.entries[0];
    if (first === undefined) return;
    const kept = this.entries.slice(0, first.index - 1);
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
