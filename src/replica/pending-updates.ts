/**
 * Callers whose command is in the log, each waiting for the real fate of its entry: it is known
 * only when an entry is applied at its index, or one of a later term before it: terms never fall
 * along a log. That it was cut from this server's log proves nothing, another server may still
 * bring it back and commit it.
 */
import { asTerm, type LogIndex, type Term } from '../base/ids.js';
import { TransientMap } from '../base/transient-map.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { Answer, HangUp, Refusal } from './outcome.js';

interface Waiter<Result> {
  readonly term: Term;
  readonly answer: Answer<Result>;
}

export class PendingUpdates<Result> {
  /** Several waiters at an index: entries of different terms can be tried at one index. */
  readonly #waiters = new TransientMap<LogIndex, Waiter<Result>[]>();
  #size = 0;
  /** Term of the newest entry that was applied. */
  #appliedTerm = asTerm(0);

  get size(): number {
    return this.#size;
  }

  add(index: LogIndex, term: Term, answer: Answer<Result>): HangUp {
    const waiter: Waiter<Result> = { term, answer };
    const others = this.#waiters.get(index);
    if (others === undefined) this.#waiters.set(index, [waiter]);
    else others.push(waiter);
    this.#size += 1;
    return () => {
      this.#remove(index, waiter);
    };
  }

  /** The entry was applied: `done` for its own caller, `replaced` for those it displaced. */
  settle(entry: Entry, result: Result | undefined, replaced: Refusal): void {
    if (entry.term > this.#appliedTerm) {
      this.#appliedTerm = entry.term;
      this.#refuseEarlierTerms(replaced);
    }
    const waiters = this.#waiters.get(entry.index);
    if (waiters === undefined) return;
    this.#waiters.delete(entry.index);
    this.#size -= waiters.length;
    for (const { term, answer } of waiters) {
      if (term === entry.term && result !== undefined) answer({ kind: 'done', value: result });
      else answer(replaced);
    }
  }

  /**
   * The state through `position` is there, but not from entries that were applied here. Whose entry
   * may be among those it consists of learns nothing; whose cannot be, was replaced: terms never
   * fall along a log.
   */
  skip(
    { index: last, term: lastTerm }: LogPosition,
    refusals: { readonly replaced: Refusal; readonly unknown: Refusal },
  ): void {
    if (lastTerm > this.#appliedTerm) this.#appliedTerm = lastTerm;
    const skipped = this.#waiters.entries().filter(([index]) => index <= last);
    for (const [index, waiters] of skipped) {
      this.#waiters.delete(index);
      this.#size -= waiters.length;
    }
    for (const [index, waiters] of skipped) {
      for (const { term, answer } of waiters) {
        const isReplaced = term > lastTerm || (index === last && term !== lastTerm);
        answer(isReplaced ? refusals.replaced : refusals.unknown);
      }
    }
    this.#refuseEarlierTerms(refusals.replaced);
  }

  refuseAll(refusal: Refusal): void {
    const all = this.#waiters.entries().flatMap(([, waiters]) => waiters);
    this.#waiters.clear();
    this.#size = 0;
    for (const { answer } of all) answer(refusal);
  }

  /** All who wait are behind the applied entry, where no earlier term than its can follow. */
  #refuseEarlierTerms(replaced: Refusal): void {
    const late = this.#waiters
      .entries()
      .flatMap(([index, waiters]) =>
        waiters.filter(({ term }) => term < this.#appliedTerm).map((waiter) => ({ index, waiter })),
      );
    for (const { index, waiter } of late) this.#remove(index, waiter);
    for (const { waiter } of late) waiter.answer(replaced);
  }

  #remove(index: LogIndex, waiter: Waiter<Result>): void {
    const waiters = this.#waiters.get(index);
    const at = waiters?.indexOf(waiter) ?? -1;
    if (waiters === undefined || at < 0) return;
    waiters.splice(at, 1);
    this.#size -= 1;
    if (waiters.length === 0) this.#waiters.delete(index);
  }
}
