/**
 * Random writes to a storage and what they must leave behind: the state after each write, and how
 * many of them were acknowledged.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import type { OpenedStorage } from '../../src/storage/open-log-storage.js';
import type { StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage } from '../../src/storage/storage.js';
import type { FaultyDisk } from './faulty-disk.js';
import { entriesOf, hardStateOf, plain, sampleIdentity } from './storage-samples.js';

/** So small that the logs of the tests have several segments. */
const segmentBytesMax = 250;

interface State {
  readonly hardState: HardState;
  readonly entries: readonly Entry[];
}

export function openOn(disk: FaultyDisk): Promise<OpenedStorage> {
  return openLogStorage({ disk, identity: sampleIdentity, segmentBytesMax });
}

export class StorageHistory {
  readonly #random: () => number;
  /** The state at the start and after each write that was issued. */
  #states: State[] = [{ hardState: hardStateOf(0), entries: [] }];
  #acknowledged = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Issues `count` random writes; waits for some of them. Ends early when one is refused. */
  async write(storage: Storage, count: number): Promise<void> {
    let last: Promise<StorageError | undefined> = Promise.resolve(undefined);
    for (let issued = 0; issued < count; issued++) {
      last = this.#append(storage);
      if (this.#random() < 0.4 && (await last) !== undefined) return;
      if (this.#random() < 0.3) storage.rest();
    }
    await last;
  }

  /**
   * Holds the recovered state to the history, then goes on from it. Writes that share a frame go
   * to disk together, so term and vote may be ahead of the entries.
   */
  check(recovered: RecoveredState): void {
    const possible = this.#states.slice(this.#acknowledged);
    const entries = JSON.stringify(plain(recovered.entries));
    const found = possible.map((state) => JSON.stringify(plain(state.entries)));
    expect(found, 'entries as some write left them').to.include(entries);
    expect(possible.map((state) => state.hardState)).to.deep.include(recovered.hardState);
    this.#states = [{ hardState: recovered.hardState, entries: recovered.entries }];
    this.#acknowledged = 0;
  }

  #append(storage: Storage): Promise<StorageError | undefined> {
    const state = must(this.#states.at(-1), 'there is a state at the start');
    const newTerm = state.hardState.term === 0 || this.#random() < 0.3;
    const term = state.hardState.term + (newTerm ? 1 : 0);
    const replaced = newTerm ? Math.floor(this.#random() * 3) : 0;
    const kept = state.entries.slice(0, Math.max(0, state.entries.length - replaced));
    const entries = entriesOf(kept.length + 1, Math.floor(this.#random() * 4), term);
    const hardState = newTerm ? hardStateOf(term, Math.floor(this.#random() * 5)) : undefined;
    this.#states.push({
      hardState: hardState ?? state.hardState,
      entries: entries.length === 0 ? state.entries : [...kept, ...entries],
    });
    const number = this.#states.length - 1;
    return new Promise((resolve) => {
      storage.append({ hardState, entries }, (error) => {
        if (error === undefined) this.#acknowledged = number;
        resolve(error);
      });
    });
  }
}
