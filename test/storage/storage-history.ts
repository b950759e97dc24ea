/**
 * Random writes, snapshots and compactions, and what they must leave behind: the state after each
 * write, how many of them were acknowledged, and which snapshots there may be. What was committed
 * once is never replaced, as the core would have it.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import type { LogStorageOptions } from '../../src/storage/open-log-storage.js';
import { StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage } from '../../src/storage/storage.js';
import type { FaultyDisk } from './faulty-disk.js';
import { KeptImage, entriesOf, hardStateOf, newHardState, openOptions } from './storage-samples.js';
import { plain, positionOf, takeSnapshot } from './storage-samples.js';

/** So small that the logs of the tests have several segments. */
const segmentBytesMax = 250;
/** So short that frames stand in zeros, behind them, and across their end. */
const fillSteps = { heldBytesMin: 0, stepBytesMin: 40, stepBytesMax: 120 };

interface State {
  readonly hardState: HardState;
  /** The last reset; entries before it matter no more. */
  readonly base: LogPosition;
  readonly entries: readonly Entry[];
}

export interface Opened {
  readonly storage: Storage;
  readonly recovered: RecoveredState;
  /** What the state machine was restored to. */
  readonly image: Uint8Array | undefined;
}

export async function openOn(
  disk: FaultyDisk,
  change: Partial<LogStorageOptions> = {},
): Promise<Opened> {
  const kept = new KeptImage();
  const { restore } = kept;
  const options = { ...openOptions(), disk, segmentBytesMax, fillSteps, restore, ...change };
  const opened = await openLogStorage(options);
  return { ...opened, image: kept.bytes };
}

/** The image that every state through this position has. */
export function imageOf({ index, term }: LogPosition): Uint8Array {
  return new TextEncoder().encode(`state ${index} of ${term} `.repeat(1 + (index % 5)));
}

export class StorageHistory {
  readonly #random: () => number;
  /** The state at the start and after each write that was issued. */
  #states: State[] = [{ hardState: newHardState, base: positionOf(0, 0), entries: [] }];
  #acknowledged = 0;
  /** Nothing through here is ever replaced; all of it was acknowledged. */
  #committed = 0;
  /** The newest that was committed, and all that may be there. */
  #snapshot = positionOf(0, 0);
  #snapshots: LogPosition[] = [positionOf(0, 0)];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** What was acknowledged last. */
  get acknowledged(): State {
    return must(this.#states[this.#acknowledged], 'a state that was acknowledged');
  }

  /** Issues `count` random writes; waits for some of them. Ends early when one is refused. */
  async write(storage: Storage, count: number): Promise<void> {
    let last: Promise<StorageError | undefined> = Promise.resolve(undefined);
    for (let issued = 0; issued < count; issued++) {
      last = this.#append(storage);
      if (this.#random() < 0.4) {
        if ((await last) !== undefined) return;
        this.#commit();
      }
      if (this.#random() < 0.3) storage.rest(() => undefined);
      if (this.#random() < 0.2 && !(await this.#takeSnapshot(storage))) break;
      if (this.#random() < 0.1 && !(await this.#receiveSnapshot(storage))) break;
      if (this.#random() < 0.2) storage.compact(positionOf(this.#committed, 1).index);
    }
    await last;
  }

  /**
   * Holds the recovered state to the history, then goes on from it. Writes that share a frame go
   * to disk together, so term and vote may be ahead of the entries.
   */
  check({ recovered, image }: Opened): void {
    const { hardState, snapshot, logBase, entries } = recovered;
    expect(this.#snapshots).to.deep.include(snapshot);
    expect(snapshot.index).to.be.at.least(this.#snapshot.index);
    expect(image).to.deep.equal(snapshot.index === 0 ? undefined : imageOf(snapshot));
    expect(logBase.index).to.be.at.most(snapshot.index);
    const possible = this.#states.slice(this.#acknowledged);
    const found = JSON.stringify([logBase, plain(entries)]);
    const logs = possible.map((state) => settled(state, snapshot));
    const expected = logs.map((state) => logFrom(state, logBase));
    expect(expected, 'a log as some write left it').to.include(found);
    const hardStates = possible.map((state) => withTermOf(state.hardState, snapshot));
    expect(hardStates).to.deep.include(hardState);
    // The next start may find a segment that tells of more entries before the snapshot.
    const log = must(logs[expected.indexOf(found)], 'one of the logs');
    this.#states = [{ ...log, hardState }];
    this.#acknowledged = 0;
    this.#snapshot = snapshot;
    this.#snapshots = [snapshot];
    this.#committed = Math.max(this.#committed, snapshot.index);
  }

  #append(storage: Storage): Promise<StorageError | undefined> {
    const state = this.#last();
    const newTerm = state.hardState.term === 0 || this.#random() < 0.3;
    const term = state.hardState.term + (newTerm ? 1 : 0);
    const end = endOf(state);
    const replaced = newTerm ? Math.floor(this.#random() * 3) : 0;
    const last = Math.max(this.#committed, state.base.index, end.index - replaced);
    const kept = state.entries.slice(0, last - state.base.index);
    const entries = entriesOf(last + 1, Math.floor(this.#random() * 4), term);
    const hardState = newTerm ? hardStateOf(term, Math.floor(this.#random() * 5)) : undefined;
    return this.#issue(
      storage,
      { hardState, reset: undefined, entries },
      {
        hardState: hardState ?? state.hardState,
        base: state.base,
        entries: entries.length === 0 ? state.entries : [...kept, ...entries],
      },
    );
  }

  #issue(
    storage: Storage,
    write: Parameters<Storage['append']>[0],
    after: State,
  ): Promise<StorageError | undefined> {
    this.#states.push(after);
    const number = this.#states.length - 1;
    return new Promise((resolve) => {
      storage.append(write, (error) => {
        if (error === undefined) this.#acknowledged = number;
        resolve(error);
      });
    });
  }

  /** Some of what was acknowledged, when nothing is under way, will never be replaced. */
  #commit(): void {
    if (this.#acknowledged !== this.#states.length - 1) return;
    const { index } = endOf(this.#last());
    const more = Math.floor(this.#random() * (index - this.#committed + 1));
    this.#committed = Math.max(this.#committed, this.#committed + more);
  }

  /** Of its own state, at some committed place. False when the disk refused. */
  async #takeSnapshot(storage: Storage): Promise<boolean> {
    const { base, entries } = this.#last();
    const places = entries.filter(({ index }) => index <= this.#committed && index > base.index);
    const place = places[Math.floor(this.#random() * places.length)];
    if (place === undefined) return true;
    return this.#save(storage, positionOf(place.index, place.term));
  }

  /** From a leader: behind the end of the log, or of a term that the log does not have there. */
  async #receiveSnapshot(storage: Storage): Promise<boolean> {
    const state = this.#last();
    if (state.hardState.term === 0) return true;
    const end = endOf(state);
    const span = end.index - this.#committed + 3;
    const index = this.#committed + 1 + Math.floor(this.#random() * span);
    const term = state.hardState.term + 1;
    if (!(await this.#save(storage, positionOf(index, term)))) return false;
    this.#committed = index;
    const entries = entriesOf(index + 1, Math.floor(this.#random() * 3), term);
    const hardState = hardStateOf(term);
    const base = positionOf(index, term);
    const done = this.#issue(
      storage,
      { hardState, reset: base, entries },
      {
        hardState,
        base,
        entries,
      },
    );
    return (await done) === undefined;
  }

  async #save(storage: Storage, position: LogPosition): Promise<boolean> {
    this.#snapshots.push(position);
    try {
      await takeSnapshot(storage, position, imageOf(position));
    } catch (error) {
      expect(error).to.be.instanceOf(StorageError);
      return false;
    }
    if (position.index >= this.#snapshot.index) this.#snapshot = position;
    return true;
  }

  #last(): State {
    return must(this.#states.at(-1), 'there is a state at the start');
  }
}

function endOf({ base, entries }: State): LogPosition {
  const { index, term } = entries.at(-1) ?? base;
  return { index, term };
}

/** The log that recovery makes of a state and a snapshot. */
function settled(state: State, snapshot: LogPosition): State {
  const { base, entries } = state;
  if (base.index > snapshot.index) return state;
  const at = snapshot.index - base.index;
  const term = at === 0 ? base.term : entries[at - 1]?.term;
  return term === snapshot.term ? state : { ...state, base: snapshot, entries: [] };
}

/** The part of a log behind a later beginning; undefined when it has no such entry. */
function logFrom({ base, entries }: State, from: LogPosition): string | undefined {
  const at = from.index - base.index;
  const term = at === 0 ? base.term : entries[at - 1]?.term;
  return term === from.term ? JSON.stringify([from, plain(entries.slice(at))]) : undefined;
}

/** Recovery never has a snapshot of a later term than its own. */
function withTermOf(hardState: HardState, { term }: LogPosition): HardState {
  return term > hardState.term ? { ...hardState, term, votedFor: undefined } : hardState;
}
