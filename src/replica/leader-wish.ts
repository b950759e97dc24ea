/**
 * `setleader`: calls that wait until this server leads. The first attempt is made at once; where
 * it fails (a voter was a moment ahead, two candidates met) a few more follow, then the answer is
 * no.
 */
import { Call } from './call.js';
import type { Answer, HangUp, Refusal } from './outcome.js';

/** How many elections the newest wish may start before it only waits for its deadline. */
const attemptsMax = 3;

interface Wish {
  readonly answer: Answer<boolean>;
  ticksLeft: number;
}

export interface LeaderWishOptions {
  readonly campaign: () => void;
  /** Ticks until a wish is refused. */
  readonly deadlineTicks: number;
  /** Ticks between two attempts. */
  readonly retryTicks: number;
}

export class LeaderWish {
  readonly #options: LeaderWishOptions;
  #wishes: Wish[] = [];
  #attempts = 0;
  #ticksSinceAttempt = 0;

  constructor(options: LeaderWishOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#wishes.length;
  }

  /** Ends in `done(true)` or `done(false)`, or by `refuseAll`. */
  add(answer: Answer<boolean>): HangUp {
    const call = new Call(answer);
    const wish: Wish = { answer: call.answer, ticksLeft: this.#options.deadlineTicks };
    this.#wishes.push(wish);
    // Who comes while another waits shares the attempt under way, and brings further ones.
    this.#attempts = 0;
    if (this.#wishes.length === 1) this.#attempt();
    call.moveTo(() => {
      this.#wishes = this.#wishes.filter((other) => other !== wish);
    });
    return call.hangUp;
  }

  tick(): void {
    if (this.#wishes.length === 0) return;
    for (const wish of this.#wishes) wish.ticksLeft -= 1;
    const late = this.#wishes.filter((wish) => wish.ticksLeft <= 0);
    this.#wishes = this.#wishes.filter((wish) => wish.ticksLeft > 0);
    for (const { answer } of late) answer({ kind: 'done', value: false });
    this.#ticksSinceAttempt += 1;
    const mayRetry = this.#attempts < attemptsMax && this.#wishes.length > 0;
    if (mayRetry && this.#ticksSinceAttempt >= this.#options.retryTicks) this.#attempt();
  }

  fulfilled(): void {
    const wishes = this.#wishes;
    this.#wishes = [];
    for (const { answer } of wishes) answer({ kind: 'done', value: true });
  }

  refuseAll(refusal: Refusal): void {
    const wishes = this.#wishes;
    this.#wishes = [];
    for (const { answer } of wishes) answer(refusal);
  }

  #attempt(): void {
    this.#attempts += 1;
    this.#ticksSinceAttempt = 0;
    this.#options.campaign();
  }
}
