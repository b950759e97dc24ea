/**
 * Compares, now and then, what the servers hold: at every no-op that is applied, each freezes its
 * state, takes the checksum of its image at leisure, and reports it to the others. The leader sees
 * to it that there is a no-op after every so much time in which something was applied.
 *
 * Invariant: one image at a time; a no-op that is applied meanwhile is passed over.
 */
import { crc32c } from '../base/crc32c.js';
import type { LogIndex, ServerId } from '../base/ids.js';
import type { StateSnapshot } from '../base/state-machine.js';
import type { Entry } from '../raft/messages.js';
import type { StateAlarm } from './state-alarm.js';
import type { StateReport } from './state-report.js';
import { ticksOf } from './timing.js';

/** Bytes of the image that are looked at in one tick. */
const sliceBytesMax = 256 * 1024;

export interface StateCheckOptions {
  readonly serverId: ServerId;
  readonly stateMachine: { snapshot(): StateSnapshot };
  readonly alarm: StateAlarm;
  /** Time from one checkpoint to the next, while entries are applied. */
  readonly intervalMs: number;
  readonly sendToAll: (report: StateReport) => void;
  /** Asks the core for a no-op. */
  readonly checkpoint: () => void;
}

interface Checking {
  readonly index: LogIndex;
  readonly image: StateSnapshot;
  checksum: number;
}

export class StateCheck {
  readonly #options: StateCheckOptions;
  #checking: Checking | undefined = undefined;
  /** Commands were applied since the last no-op. */
  #hasChanged = false;
  #ticksSinceNoop = 0;

  constructor(options: StateCheckOptions) {
    this.#options = options;
  }

  /** The state machine has just applied `entry`, and nothing behind it. */
  applied(entry: Entry): void {
    if (entry.kind === 'command') {
      this.#hasChanged = true;
      return;
    }
    this.#hasChanged = false;
    this.#ticksSinceNoop = 0;
    if (this.#checking !== undefined) return;
    const image = this.#options.stateMachine.snapshot();
    this.#checking = { index: entry.index, image, checksum: crc32c(new Uint8Array()) };
  }

  tick(isLeader: boolean): void {
    if (this.#checking !== undefined) this.#goOn(this.#checking);
    this.#ticksSinceNoop += 1;
    const isDue = this.#ticksSinceNoop >= ticksOf(this.#options.intervalMs);
    if (!isLeader || !isDue || !this.#hasChanged) return;
    this.#ticksSinceNoop = 0;
    this.#options.checkpoint();
  }

  /** Gives up the image that is being looked at. */
  giveUp(): void {
    this.#checking?.image.close();
    this.#checking = undefined;
  }

  #goOn(checking: Checking): void {
    const slice = checking.image.next(sliceBytesMax);
    if (slice !== undefined) {
      checking.checksum = crc32c(slice, checking.checksum);
      return;
    }
    this.giveUp();
    const { serverId, alarm, sendToAll } = this.#options;
    const { index, checksum } = checking;
    alarm.computed(index, checksum);
    sendToAll({ type: 'stateReport', serverId, index, checksum });
  }
}
