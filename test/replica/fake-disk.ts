/**
 * A server's disk in memory, which outlives the storages that are opened on it: it recovers as the
 * real one does, and refuses or hangs when a test says so.
 */
import { assert } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import type { FileCommand, UpdateResult } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';
import type { OpenedMemory } from '../../src/replica/lasting-replica.js';
import { StorageDamagedError, StorageError } from '../../src/storage/storage.js';
import type { Storage, StorageWrite } from '../../src/storage/storage.js';
import type { StateMachine } from '../../src/base/state-machine.js';
import { FakeSnapshots } from './fake-snapshots.js';
import { hardStateIn } from './replica-rig.js';
import { foundersOnly } from '../fixtures/founders.js';

/** What the servers hold; typed so that a test may reach into one. */
export type Files = FileMap & StateMachine<FileCommand, UpdateResult>;

const start: LogPosition = { index: asLogIndex(0), term: asTerm(0) };

export class FakeDisk {
  hardState: HardState = hardStateIn(0);
  logBase = start;
  entries: Entry[] = [];
  readonly snapshots = new FakeSnapshots();
  /** Every write, and every opening, is refused with this reason. */
  refusal: string | undefined = undefined;
  /** Opening works in spite of a refusal. */
  opensAllTheSame = false;
  /** Keeps those waiting who open. */
  onOpened: () => Promise<void> = () => Promise.resolve();
  /** Opening finds damage. */
  isDamaged = false;
  openings = 0;
  closings = 0;
  /** While set, no write ends. */
  isHanging = false;
  #waiting: (() => void)[] = [];

  /** Entries that are on disk. */
  get logLength(): number {
    return this.entries.length;
  }

  /** Ends what hangs. */
  release(): void {
    this.isHanging = false;
    for (const end of this.#waiting.splice(0)) end();
  }

  async open(): Promise<OpenedMemory<Files>> {
    this.openings += 1;
    if (this.isDamaged) throw new StorageDamagedError('a flipped bit in the log');
    if (this.refusal !== undefined && !this.opensAllTheSame) throw new StorageError(this.refusal);
    await this.onOpened();
    const stateMachine = new FileMap();
    const { newest } = this.snapshots;
    if (newest !== undefined) {
      const restore = stateMachine.restore();
      restore.write(newest.bytes);
      restore.finish();
      this.#coverBy(newest.position);
    }
    const { hardState, logBase } = this;
    const snapshot = newest?.position ?? start;
    const entries = [...this.entries];
    const recovered = {
      ...{ hardState, snapshot, configuration: foundersOnly, logBase, entries },
      ...{ isNew: false, notices: [] },
    };
    return { storage: this.#storage(), recovered, stateMachine };
  }

  /** The log goes on from the snapshot when it holds its last entry, and begins anew otherwise. */
  #coverBy({ index, term }: LogPosition): void {
    if (this.#termAt(index) === term) return;
    this.logBase = { index, term };
    this.entries = [];
  }

  #termAt(index: number): number | undefined {
    if (index === this.logBase.index) return this.logBase.term;
    return this.entries[index - this.logBase.index - 1]?.term;
  }

  #storage(): Storage {
    let isClosed = false;
    let failure: StorageError | undefined;
    return {
      append: (write, done) => {
        assert(!isClosed, 'nothing is written to a storage that is closed');
        const end = (): void => {
          if (this.refusal !== undefined) failure ??= new StorageError(this.refusal);
          if (failure === undefined) this.#write(write);
          done(failure);
        };
        if (this.isHanging) this.#waiting.push(end);
        else queueMicrotask(end);
      },
      createSnapshot: (position) => this.snapshots.create(position),
      openSnapshot: () => this.snapshots.open(),
      compact: (through) => {
        this.#compact(through);
      },
      rest: () => undefined,
      close: () => {
        assert(!isClosed, 'a storage is closed once');
        isClosed = true;
        this.closings += 1;
        return failure === undefined ? Promise.resolve() : Promise.reject(failure);
      },
    };
  }

  #write({ hardState, reset, entries }: StorageWrite): void {
    if (hardState !== undefined) this.hardState = hardState;
    if (reset !== undefined) {
      this.logBase = reset;
      this.entries = [];
    }
    const first = entries[0];
    if (first === undefined) return;
    const kept = first.index - this.logBase.index - 1;
    assert(kept >= 0 && kept <= this.entries.length, () => `no gap before entry ${first.index}`);
    this.entries = [...this.entries.slice(0, kept), ...entries];
  }

  #compact(through: number): void {
    const covered = this.snapshots.newest?.position.index ?? 0;
    assert(through <= covered, () => `entry ${through} is in no snapshot`);
    const last = this.entries[through - this.logBase.index - 1];
    if (last === undefined) return;
    this.entries = this.entries.slice(through - this.logBase.index);
    this.logBase = { index: last.index, term: last.term };
  }
}
