/**
 * Calls in the background that share a name: which of them have ended, and how.
 */
import { ScopeClosed } from '../wire/call-scope.js';
import type { EndedCall } from './ended-call.js';

export class BegunCalls {
  readonly #descriptions: string[] = [];
  readonly #ended = new Map<number, EndedCall>();
  /** A bug of the tester, kept for those who ask. */
  #bug: Error | undefined;

  get count(): number {
    return this.#descriptions.length;
  }

  /** In the order in which the calls were begun. A bug of the tester comes out here. */
  get ended(): readonly EndedCall[] {
    if (this.#bug !== undefined) throw this.#bug;
    return [...this.#ended].toSorted(([one], [other]) => one - other).map(([, call]) => call);
  }

  /** What still waits, in words. */
  get waiting(): readonly string[] {
    return this.#descriptions.filter((_, index) => !this.#ended.has(index));
  }

  add(description: string, call: Promise<EndedCall>): void {
    const index = this.#descriptions.push(description) - 1;
    call.then(
      (ended) => this.#ended.set(index, ended),
      (error: unknown) => {
        // The end of the check cuts off its calls; nobody asks for them any more.
        if (error instanceof ScopeClosed) return;
        this.#bug = error instanceof Error ? error : new Error(String(error));
      },
    );
  }
}
