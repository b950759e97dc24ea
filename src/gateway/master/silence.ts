/**
 * Notices that somebody who is to speak is silent for too long. Whoever is not listened to cannot
 * be silent: while held, no time passes.
 */
export class SilenceWatch {
  readonly #maxMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  /** Changes whenever something is heard, or the watch is held. */
  #signs = 0;

  /** `onSilence` may be called again when nothing stops the watch. */
  constructor(maxMs: number, onSilence: () => void) {
    this.#maxMs = maxMs;
    this.#onSilence = onSilence;
    this.heard();
  }

  heard(): void {
    this.#signs += 1;
    if (this.#isHeld) return;
    if (this.#timer === undefined) this.#timer = setTimeout(this.#onTime, this.#maxMs);
    else this.#timer.refresh();
  }

  /** Until `release`, or for good. */
  hold(): void {
    this.#signs += 1;
    this.#isHeld = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  release(): void {
    this.#isHeld = false;
    this.heard();
  }

  readonly #onTime = (): void => {
    const signs = this.#signs;
    // What came in while this process was busy is heard before it counts as silence.
    setImmediate(() => {
      if (signs === this.#signs) this.#onSilence();
    });
  };
}
