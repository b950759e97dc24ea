/**
 * A server's disk, which outlives its processes, and the storage that one process has on it.
 * Writes that wait share one sync. When a process is killed, any beginning of what was not synced
 * may be there afterwards, torn in the middle of a write, or nothing of it.
 */
import { assert } from '../../src/base/assert.js';
import { asTerm } from '../../src/base/ids.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';
import { StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage, StorageWrite } from '../../src/storage/storage.js';
import type { SimClock } from './sim-clock.js';
import type { SimProcess } from './sim-process.js';
import type { SimRandom } from './sim-random.js';

export interface SimDiskOptions {
  readonly clock: SimClock;
  readonly random: SimRandom;
  /** Told of each write as it becomes durable, after it did. */
  readonly onDurable: (write: StorageWrite) => void;
}

type Done = (error?: StorageError) => void;

interface QueuedWrite extends StorageWrite {
  readonly done: Done;
}

export class SimDisk {
  readonly #options: SimDiskOptions;
  #hardState: HardState = { term: asTerm(0), votedFor: undefined };
  #entries: Entry[] = [];
  #isNew = true;
  /** Bounds of the time that a sync takes. */
  syncMs: { readonly min: number; readonly max: number } = { min: 0.2, max: 2 };
  /** While set, every sync fails. */
  isFailing = false;

  constructor(options: SimDiskOptions) {
    this.#options = options;
  }

  /** What is durable. */
  get hardState(): HardState {
    return this.#hardState;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  recover(): RecoveredState {
    const recovered: RecoveredState = {
      hardState: this.#hardState,
      entries: [...this.#entries],
      isNew: this.#isNew,
      notices: [],
    };
    this.#isNew = false;
    return recovered;
  }

  open(process: SimProcess): SimStorage {
    const { clock } = this.#options;
    return new SimStorage({ disk: this, clock, process });
  }

  nextSyncMs(): number {
    return this.#options.random.between(this.syncMs.min, this.syncMs.max);
  }

  commit(write: StorageWrite): void {
    if (write.hardState !== undefined) this.#hardState = write.hardState;
    const first = write.entries[0];
    if (first !== undefined) {
      assert(first.index <= this.#entries.length + 1, `a hole before entry ${first.index}`);
      this.#entries.length = first.index - 1;
      this.#entries.push(...write.entries);
    }
    this.#options.onDurable(write);
  }

  /** What was not synced when the power went, or when the sync failed. */
  tear(writes: readonly StorageWrite[]): void {
    const { random } = this.#options;
    const whole = random.integer(0, writes.length);
    for (const write of writes.slice(0, whole)) this.commit(write);
    const torn = writes[whole];
    if (torn === undefined || torn.hardState !== undefined || torn.entries.length === 0) return;
    const kept = random.integer(0, torn.entries.length - 1);
    if (kept > 0) this.commit({ hardState: undefined, entries: torn.entries.slice(0, kept) });
  }
}

interface SimStorageOptions {
  readonly disk: SimDisk;
  readonly clock: SimClock;
  readonly process: SimProcess;
}

export class SimStorage implements Storage {
  readonly #options: SimStorageOptions;
  #syncing: QueuedWrite[] = [];
  #queue: QueuedWrite[] = [];
  #hasFailed = false;
  #isClosed = false;
  #onClosed: (() => void) | undefined = undefined;

  constructor(options: SimStorageOptions) {
    this.#options = options;
  }

  append(write: StorageWrite, done: Done): void {
    assert(!this.#isClosed, 'nothing is written to a storage that is closed');
    this.#queue.push({ ...write, done });
    if (this.#syncing.length === 0) this.#sync();
  }

  rest(): void {
    return;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.closeThen(resolve);
    });
  }

  /** `close` without a promise: `onClosed` is called once all is written. */
  closeThen(onClosed: () => void): void {
    this.#isClosed = true;
    const before = this.#onClosed;
    this.#onClosed = () => {
      before?.();
      onClosed();
    };
    if (this.#syncing.length === 0) this.#onClosed();
  }

  /** The process was killed. */
  lose(): void {
    const lost = [...this.#syncing, ...this.#queue];
    this.#syncing = [];
    this.#queue = [];
    // A storage that failed has not written anything since.
    if (!this.#hasFailed) this.#options.disk.tear(lost);
  }

  #sync(): void {
    this.#syncing = this.#queue;
    this.#queue = [];
    const batch = this.#syncing;
    this.#options.clock.after(this.#options.disk.nextSyncMs(), () => {
      if (this.#syncing === batch) this.#synced(batch);
    });
  }

  #synced(batch: readonly QueuedWrite[]): void {
    const { disk, process } = this.#options;
    if (disk.isFailing && !this.#hasFailed) {
      this.#hasFailed = true;
      disk.tear(batch);
    }
    const error = this.#hasFailed ? new StorageError('no space left on the device') : undefined;
    if (error === undefined) for (const write of batch) disk.commit(write);
    for (const { done } of batch) {
      process.post(() => {
        done(error);
      });
    }
    this.#syncing = [];
    if (this.#queue.length > 0) this.#sync();
    else this.#onClosed?.();
  }
}
