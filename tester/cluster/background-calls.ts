/**
 * Calls that are begun now and judged later, because they are expected to wait: who has answered so
 * far, and what they all say in the end.
 */
import { describeAnswer } from '../wire/answer.js';
import { CheckFailure } from './check-outcome.js';
import type { Cluster } from './cluster.js';
import type { Reply } from '../wire/server.js';

export class BackgroundCalls {
  readonly #answered: Reply[] = [];
  readonly #replies: readonly Promise<Reply>[];

  constructor(replies: readonly Promise<Reply>[]) {
    this.#replies = replies;
    for (const reply of replies) {
      reply.then(
        (settled) => this.#answered.push(settled),
        // Only a closed scope rejects; `all` and the check's own calls report that.
        () => undefined,
      );
    }
  }

  /**
   * Watches for `durationMs` that nothing is answered; calls `meanwhile` again and again. A failure
   * at the first answer, which had no right to come.
   */
  async expectSilence(
    cluster: Cluster,
    durationMs: number,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const deadline = performance.now() + durationMs;
    while (performance.now() < deadline) {
      await meanwhile();
      this.#failIfAnswered();
      await cluster.pause(Math.min(50, durationMs));
    }
    this.#failIfAnswered();
  }

  /** All replies, in the order of the calls. Each has its own time-out. */
  all(): Promise<readonly Reply[]> {
    return Promise.all(this.#replies);
  }

  #failIfAnswered(): void {
    const [early] = this.#answered;
    if (early === undefined) return;
    const seen = `${describeAnswer(early.answer)} after ${Math.round(early.elapsedMs)} ms`;
    throw new CheckFailure(
      'no answer while a majority is missing',
      seen,
      `${early.server.label}, ${early.call}`,
    );
  }
}
