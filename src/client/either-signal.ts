/**
 * One signal of two, for as long as an operation lasts. Node's own `AbortSignal.any` is not told
 * when that is over: what listens to a signal that lives long piles up there.
 */
import { setMaxListeners } from 'node:events';

export class EitherSignal {
  /** Fires when one of the two does. */
  readonly signal: AbortSignal;
  readonly #release: () => void;

  /** Left out, the second one never fires. */
  constructor(first: AbortSignal, second: AbortSignal | undefined) {
    if (second === undefined) {
      this.signal = first;
      this.#release = () => undefined;
      return;
    }
    const both = [first, second];
    const either = new AbortController();
    setMaxListeners(0, either.signal);
    const fire = (): void => {
      either.abort();
    };
    if (both.some(({ aborted }) => aborted)) fire();
    for (const signal of both) signal.addEventListener('abort', fire);
    this.signal = either.signal;
    this.#release = () => {
      for (const signal of both) signal.removeEventListener('abort', fire);
    };
  }

  /** To be called when the operation is over. */
  release(): void {
    this.#release();
  }
}
