/**
 * When what clients asked for goes to the core: soon after it came, in one batch with all else that
 * came in the same turn, and at once when a commit makes room for it. Never within a step: the core
 * may be about to lose its leadership.
 */
import type { ClientCalls } from './client-calls.js';
import type { CoreLoop } from './core-loop.js';
import { StreamWatch } from './stream-watch.js';
import type { Timer } from './timer.js';

export interface FlushScheduleOptions {
  readonly timer: Pick<Timer, 'soon' | 'afterMoment'>;
  readonly loop: () => Pick<CoreLoop, 'isStepping' | 'take'>;
  /** Whether this server takes calls of leaders now. */
  readonly leads: () => boolean;
  readonly calls: () => Pick<ClientCalls<unknown, unknown>, 'flush' | 'areUnderWay'>;
}

/**
 * While more is on its way, followers are told of a commit with the next batch, or when the last
 * one is committed. After so many ticks they are told all the same: by then a round trip has
 * gone by, which the contract allows (section 4).
 */
const untoldTicksMax = 2;

/** A moment: whoever was just answered, and waits for nothing else, has called again by then. */
const momentMs = 0.3;

export class FlushSchedule {
  readonly #options: FlushScheduleOptions;
  #isScheduled = false;
  /** A commit was made since what waits was proposed last. */
  #commitAdvanced = false;
  /** Followers may not have been told yet how far the log is committed. */
  #pushWanted = false;
  #pushScheduled = false;
  /** Ticks since there was a commit to tell, or a batch that told them of all there was. */
  #untoldTicks = 0;
  readonly #stream = new StreamWatch();
  /** Ends the wait for an update that is likely to come at once; undefined: there is none. */
  #stopWaiting: (() => void) | undefined;

  constructor(options: FlushScheduleOptions) {
    this.#options = options;
  }

  /** Asks for a `flush` after the present turn. */
  soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.timer.soon(this.#flushScheduled);
  }

  flush(): void {
    const { leads, loop, calls } = this.#options;
    if (!leads()) return;
    if (loop().isStepping) this.soon();
    else if (calls().flush()) this.#batchLeft();
  }

  /** One unit of time went by. */
  tick(): void {
    this.#untoldTicks += 1;
    this.#stream.tick();
    this.tellCommit();
  }

  commitAdvanced(): void {
    this.#commitAdvanced = true;
  }

  /**
   * The core has taken all events. After a commit, what waits is proposed: its AppendEntries tell
   * followers of the commit, which saves a call to each and its answer.
   */
  shareCommit(): void {
    if (!this.#commitAdvanced) return;
    this.#commitAdvanced = false;
    if (!this.#pushWanted) this.#untoldTicks = 0;
    this.#pushWanted = true;
    this.flush();
  }

  /**
   * The core is at rest, and callers were answered. Followers that were not told of the commit by
   * then, and will not be in a moment, are told as the last thing of this turn: a lone caller's
   * answer need not wait for that.
   */
  tellCommit(): void {
    if (!this.#pushWanted || this.#pushScheduled || this.#isToldInAMoment()) return;
    this.#pushScheduled = true;
    this.#options.timer.soon(this.#pushCommit);
  }

  /** Whether something that tells of the commit is on its way, or likely to come at once. */
  #isToldInAMoment(): boolean {
    if (this.#untoldTicks >= untoldTicksMax) return false;
    if (this.#stopWaiting !== undefined || this.#options.calls().areUnderWay) return true;
    if (!this.#stream.isLikely) return false;
    this.#stopWaiting = this.#options.timer.afterMoment(momentMs, this.#momentOver);
    return true;
  }

  /** Followers are told with it of what was committed. */
  #batchLeft(): void {
    this.#untoldTicks = 0;
    this.#stream.batchLeft();
    if (this.#stopWaiting === undefined) return;
    this.#stopWaiting();
    this.#stopWaiting = undefined;
    this.#stream.came();
  }

  readonly #momentOver = (): void => {
    this.#stopWaiting = undefined;
    this.#stream.missed();
    this.#pushCommit();
  };

  readonly #pushCommit = (): void => {
    this.#pushWanted = false;
    this.#pushScheduled = false;
    this.#options.loop().take({ type: 'pushCommit' });
  };

  readonly #flushScheduled = (): void => {
    this.#isScheduled = false;
    this.flush();
  };
}
