/**
 * One caller on its way through the queues of a replica. It hears nothing once it has hung up, also
 * when that happens while the queue that it waits in is being answered.
 */
import type { Answer, HangUp } from './outcome.js';

export class Call<Result> {
  readonly answer: Answer<Result>;
  #hungUp = false;
  #forward: HangUp | undefined = undefined;

  constructor(answer: Answer<Result>) {
    this.answer = (outcome) => {
      if (!this.#hungUp) answer(outcome);
    };
  }

  readonly hangUp: HangUp = () => {
    this.#hungUp = true;
    this.#forward?.();
  };

  /** The call waits elsewhere now; hanging up is forwarded there. */
  moveTo(hangUp: HangUp): void {
    this.#forward = hangUp;
    if (this.#hungUp) hangUp();
  }
}
