/**
 * Whether the next update is likely to follow a commit at once: who is answered, and sends one
 * update after the other, calls again within a moment, and what it sends can tell followers of the
 * commit. Waiting for it in vain costs a moment of the processor, so a miss is followed by a pause,
 * each twice as long as the one before.
 */

/** So many batches in two ticks are a stream: a lone update is none. */
const streamBatchesMin = 3;
/** 320 ms: whoever sends updates, but never within a moment, is waited for three times a second. */
const pauseTicksMax = 64;

export class StreamWatch {
  /** Batches that left in the present tick, and in the one before. */
  #batches = 0;
  #batchesBefore = 0;
  /** The last pause, and what is left of it, in ticks. */
  #pauseTicks = 0;
  #pauseLeft = 0;

  get isLikely(): boolean {
    return this.#pauseLeft === 0 && this.#batches + this.#batchesBefore >= streamBatchesMin;
  }

  batchLeft(): void {
    this.#batches += 1;
  }

  /** The update that was waited for came in time. */
  came(): void {
    this.#pauseTicks = 0;
  }

  missed(): void {
    this.#pauseTicks = Math.min(pauseTicksMax, 2 * this.#pauseTicks + 1);
    this.#pauseLeft = this.#pauseTicks;
  }

  /** One unit of time went by. */
  tick(): void {
    this.#batchesBefore = this.#batches;
    this.#batches = 0;
    if (this.#pauseLeft > 0) this.#pauseLeft -= 1;
  }
}
