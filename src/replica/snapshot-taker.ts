/**
 * Takes this server's own snapshots: freezes the state at the applied position and writes its image
 * aside, a slice in each turn, while updates go on. Never two at once; what fails, or is cut short
 * by the crash switch, is given up and tried again later, and the snapshot before it stays.
 */
import type { LogIndex, ServerId } from '../base/ids.js';
import type { StateSnapshot } from '../base/state-machine.js';
import { encodedEntryBytes } from '../raft/entry-codec.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import { StorageError, type SnapshotWriter, type Storage } from '../storage/storage.js';
import { giveUpSnapshot } from './give-up-snapshot.js';
import { nextTurn } from './next-turn.js';
import type { ReplicaObserver } from './observer.js';
import type { ReplicaMeter } from './replica-meter.js';
import { RetryPause } from './retry-pause.js';
import type { RunningTasks } from './running-tasks.js';
import {
  dueBytes,
  firstEarlyBytes,
  firstTakeStepBytes,
  takeStepBytes,
  type SnapshotLimits,
} from './snapshot-limits.js';
import type { Timer } from './timer.js';

export interface SnapshotTakerOptions {
  readonly serverId: ServerId;
  readonly stateMachine: { snapshot(): StateSnapshot };
  readonly storage: Pick<Storage, 'createSnapshot'>;
  readonly timer: Timer;
  readonly limits: SnapshotLimits;
  readonly observer: ReplicaObserver;
  readonly meter?: Pick<ReplicaMeter, 'now' | 'snapshotTaken'> | undefined;
  readonly tasks: RunningTasks;
  /** The last entry that the state machine has seen. */
  readonly position: () => LogPosition;
  /** The configuration in force at this place of the log, encoded. */
  readonly configurationAt: (index: LogIndex) => Uint8Array;
  /** The snapshot is durable, and the newest that this server has taken. */
  readonly onTaken: (position: LogPosition) => void;
}

interface Taking {
  readonly position: LogPosition;
  /** `appliedBytes` at that position. */
  readonly appliedBytes: number;
  /** By the meter's clock. */
  readonly beganMs: number;
  readonly image: StateSnapshot;
  readonly writer: SnapshotWriter;
  isGivenUp: boolean;
}

export class SnapshotTaker {
  readonly #options: SnapshotTakerOptions;
  readonly #pause = new RetryPause({ firstMs: 1_000, longestMs: 60_000 });
  /** Bytes of all entries that were applied in this process. */
  #appliedBytes = 0;
  /** What that was at the newest snapshot. */
  #newestAtBytes = 0;
  #imageBytes = 0;
  /** By so many logged bytes the next one is taken before it is due. */
  #earlyBytes: number;
  #isDemanded = false;
  #taking: Taking | undefined = undefined;

  constructor(options: SnapshotTakerOptions) {
    this.#options = options;
    this.#earlyBytes = firstEarlyBytes(options.limits, options.serverId);
  }

  get appliedBytes(): number {
    return this.#appliedBytes;
  }

  /** `appliedBytes` as it was at the newest snapshot. */
  get newestAtBytes(): number {
    return this.#newestAtBytes;
  }

  applied(entry: Entry): void {
    this.#appliedBytes += encodedEntryBytes(entry);
  }

  /** Takes one as soon as may be: the newest turned out to be damaged. */
  demand(): void {
    this.#isDemanded = true;
  }

  /** The state, and the newest snapshot with it, came from the leader. */
  installed(imageBytes: number): void {
    this.#newestAtBytes = this.#appliedBytes;
    this.#imageBytes = imageBytes;
    this.#earlyBytes = 0;
    this.giveUp();
  }

  tick(): void {
    this.#pause.tick();
    if (this.#taking !== undefined || !this.#pause.isOver) return;
    const bytes = this.#appliedBytes - this.#newestAtBytes;
    const due = dueBytes(this.#options.limits, this.#imageBytes) - this.#earlyBytes;
    const isDue = bytes > 0 && bytes >= due;
    if (isDue || this.#isDemanded) this.#begin();
  }

  /** Gives up what is under way; the memory that the image takes is free at once. */
  giveUp(): void {
    if (this.#taking === undefined) return;
    this.#taking.isGivenUp = true;
    this.#taking.image.close();
  }

  #begin(): void {
    const { stateMachine, storage, position, configurationAt, tasks, meter } = this.#options;
    const at = position();
    const taking: Taking = {
      position: at,
      appliedBytes: this.#appliedBytes,
      beganMs: meter?.now() ?? 0,
      image: stateMachine.snapshot(),
      writer: storage.createSnapshot(at, configurationAt(at.index)),
      isGivenUp: false,
    };
    this.#isDemanded = false;
    this.#taking = taking;
    tasks.start(() => this.#take(taking));
  }

  async #take(taking: Taking): Promise<void> {
    const { observer } = this.#options;
    try {
      const imageBytes = await this.#write(taking);
      if (taking.isGivenUp) await giveUpSnapshot(taking.writer, observer);
      else {
        await taking.writer.commit();
        this.#committed(taking, imageBytes);
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      observer({ type: 'snapshotFailed', reason: error.message });
      this.#pause.failed();
      await giveUpSnapshot(taking.writer, observer);
    }
    taking.image.close();
    this.#taking = undefined;
  }

  /** Resolves with the size of the image, or of what was written before it was given up. */
  async #write(taking: Taking): Promise<number> {
    let bytes = 0;
    let stepBytes = firstTakeStepBytes;
    while (!taking.isGivenUp) {
      const slice = taking.image.next(stepBytes);
      if (slice === undefined) break;
      bytes += slice.length;
      stepBytes = Math.min(2 * stepBytes, takeStepBytes);
      await taking.writer.write(slice);
      await nextTurn(this.#options.timer);
    }
    return bytes;
  }

  /** Whoever gave it up in the meantime must not hear of it: the next one says it. */
  #committed(taking: Taking, imageBytes: number): void {
    if (taking.isGivenUp) return;
    const { observer, meter, onTaken } = this.#options;
    const { position, appliedBytes, beganMs } = taking;
    this.#newestAtBytes = appliedBytes;
    this.#imageBytes = imageBytes;
    this.#earlyBytes = 0;
    this.#pause.succeeded();
    meter?.snapshotTaken(meter.now() - beganMs);
    observer({ type: 'snapshotTaken', position, imageBytes });
    onTaken(position);
  }
}
