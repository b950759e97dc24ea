/**
 * Answers of the cluster that may be half a second old, and that outlast its troubles: while it
 * elects a leader, or has lost its majority, what it said last is still the answer, for a minute.
 * All who ask for the same wait for one question.
 */
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { SourceUnavailable } from './file-source.js';
import { RecentMap } from '../base/recent-map.js';

/** An answer is as old as its question. */
const freshMs = 500;
/** So long somebody waits for a new answer where there is an old one. */
const patienceMs = 300;
/** And so long where there is none: elections are over by then. */
const firstAnswerMsMax = 6_000;
/** From the first question that was not answered in time. */
const outlastingMs = 60_000;
/** Questions without an answer; without a majority they stay. */
const openQuestionsMax = 2_000;
/** With so many, no answer is sought that has to be young: the others have their room. */
const openYoungMax = 1_000;

interface Answered<T> {
  readonly value: T;
  readonly askedMs: number;
}

interface Question<T> {
  readonly askedMs: number;
  readonly answer: Promise<T>;
}

export interface LastingAnswersOptions<T> {
  /** Rejects when the cluster cannot answer. */
  readonly ask: (key: string) => Promise<T>;
  /** What remembering an answer takes, and how much may be remembered. */
  readonly weigh: (value: T) => number;
  readonly weightMax: number;
  /** Monotonous milliseconds. */
  readonly nowMs: () => number;
}

export class LastingAnswers<T extends object | string> {
  readonly #options: LastingAnswersOptions<T>;
  readonly #answered: RecentMap<string, Answered<T>>;
  /** The newest of those that are open, by what they ask for. */
  readonly #questions = new Map<string, Question<T>>();
  /** Those that are asked at the end of this turn. */
  readonly #coming = new Map<string, Promise<Question<T>>>();
  #openQuestions = 0;
  /** When the first of the questions was asked that have had no answer since the last one had. */
  #troubleSinceMs: number | undefined;

  constructor(options: LastingAnswersOptions<T>) {
    this.#options = options;
    this.#answered = new RecentMap(options.weightMax, ({ value }) => options.weigh(value));
  }

  /**
   * What is answered was asked for less than `maxAgeMs` ago: after a moment that somebody knows
   * of, or, with 0, after this call. Then nothing older is an answer, whatever the trouble. Rejects
   * with `SourceUnavailable`.
   */
  async get(key: string, maxAgeMs = Infinity): Promise<T> {
    const nowMs = this.#options.nowMs();
    const isYoung = ({ askedMs }: { readonly askedMs: number }): boolean =>
      nowMs - askedMs < maxAgeMs;
    const answered = this.#answered.get(key);
    const last = answered !== undefined && isYoung(answered) ? answered : undefined;
    if (last !== undefined && nowMs - last.askedMs < freshMs) return last.value;
    const open = this.#questions.get(key);
    const question =
      open !== undefined && isYoung(open) ? open : await this.#begin(key, maxAgeMs < Infinity);
    const waitMs = last === undefined ? firstAnswerMsMax : patienceMs;
    const late = question.askedMs + waitMs - nowMs;
    const outcome = await within(Math.max(0, late), question.answer);
    if (outcome.kind === 'value') return outcome.value;
    this.#troubleSinceMs ??= question.askedMs;
    if (last !== undefined && !this.#isTooLong()) return last.value;
    const reason = outcome.kind === 'error' ? outcome.error.message : 'it does not answer';
    throw new SourceUnavailable(`the cluster cannot be asked: ${reason}`);
  }

  #isTooLong(): boolean {
    if (this.#troubleSinceMs === undefined) return false;
    return this.#options.nowMs() - this.#troubleSinceMs >= outlastingMs;
  }

  /**
   * `isForAll`: asked at the end of this turn of the event loop, for all who ask in it: so it is
   * young enough for each of them, and many who want the newest cost one question.
   */
  #begin(key: string, isForAll: boolean): Question<T> | Promise<Question<T>> {
    if (!isForAll) return this.#ask(key);
    const coming =
      this.#coming.get(key) ??
      endOfTurn().then(() => {
        this.#coming.delete(key);
        return this.#ask(key, openYoungMax);
      });
    this.#coming.set(key, coming);
    return coming;
  }

  /** In the place of an older question for the same, if there is one. */
  #ask(key: string, openMax = openQuestionsMax): Question<T> {
    if (this.#openQuestions >= openMax) {
      throw new SourceUnavailable('too many questions to the cluster are open');
    }
    const askedMs = this.#options.nowMs();
    const answer = this.#answer(key, askedMs);
    const question = { askedMs, answer };
    this.#questions.set(key, question);
    const close = (): void => {
      if (this.#questions.get(key) === question) this.#questions.delete(key);
    };
    // Whoever waits hears of a failure; there may be nobody.
    answer.then(close, close);
    return question;
  }

  async #answer(key: string, askedMs: number): Promise<T> {
    this.#openQuestions += 1;
    try {
      const value = await this.#options.ask(key);
      // A question that was asked later may have been answered sooner.
      const known = this.#answered.get(key);
      if (known === undefined || known.askedMs <= askedMs) {
        this.#answered.set(key, { value, askedMs });
      }
      this.#troubleSinceMs = undefined;
      return value;
    } finally {
      this.#openQuestions -= 1;
    }
  }
}

type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'late' };

async function within<T>(ms: number, answer: Promise<T>): Promise<Outcome<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome<T>>((resolve) => {
    timer = setTimeout(resolve, ms, { kind: 'late' });
  });
  const outcome = answer.then(
    (value): Outcome<T> => ({ kind: 'value', value }),
    (error: unknown): Outcome<T> => {
      // Only what the clients throw: what the cluster, or the network, refused.
      if (error instanceof Error && ('isWithoutEffect' in error || isUnavailable(error))) {
        return { kind: 'error', error };
      }
      throw error;
    },
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isUnavailable(error: Error): boolean {
  return error instanceof SourceUnavailable;
}
