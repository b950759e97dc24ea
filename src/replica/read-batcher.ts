/**
 * Lets all reads that come while a quorum round is under way share the next one. The core never
 * holds more than one read of a kind, however many callers come, hang up and come again.
 */
import type { ReadThrough } from '../raft/effects.js';
import type { Answer, HangUp, Refusal } from './outcome.js';

type Group = Map<number, Answer<undefined>>;

/**
 * Reads answered before other events get their turn: some milliseconds of work. When a majority
 * returns, all who waited for it are ready at once, and heartbeats must not wait for them.
 */
export const answersPerTurnMax = 256;

export interface ReadBatcherOptions {
  readonly through: ReadThrough;
  /** An id that no read of the core has had. */
  readonly newReadId: () => number;
  /** Begins a read in the core; its end is told by `ready` with this id, perhaps at once. */
  readonly begin: (readId: number, through: ReadThrough) => void;
  /** Calls `action` in a later turn. */
  readonly soon: (action: () => void) => void;
}

export class ReadBatcher {
  readonly #options: ReadBatcherOptions;
  #nextCaller = 0;
  #readId: number | undefined = undefined;
  #underWay: Group = new Map();
  #waiting: Group = new Map();
  /** Their read has ended well; the state they are shown may be newer, and never older. */
  #ready: Group = new Map();
  #goesOnSoon = false;

  constructor(options: ReadBatcherOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#underWay.size + this.#waiting.size + this.#ready.size;
  }

  /** Queues a caller; the read begins with the next `flush`. */
  add(answer: Answer<undefined>): HangUp {
    const caller = this.#nextCaller;
    this.#nextCaller += 1;
    this.#waiting.set(caller, answer);
    return () => {
      this.#waiting.delete(caller);
      this.#underWay.delete(caller);
      this.#ready.delete(caller);
    };
  }

  /** Begins a read for all who wait, unless one is under way. */
  flush(): void {
    if (this.#readId !== undefined || this.#waiting.size === 0) return;
    this.#underWay = this.#waiting;
    this.#waiting = new Map();
    // Known before the read begins: in a cluster of one it ends within `begin`.
    this.#readId = this.#options.newReadId();
    this.#options.begin(this.#readId, this.#options.through);
  }

  /** The core's read ended well. Returns false when the id is not this batcher's. */
  ready(readId: number): boolean {
    if (readId !== this.#readId) return false;
    const group = this.#underWay;
    this.#readId = undefined;
    this.#underWay = new Map();
    // Mostly the group itself: a Map that lives on, ever filled, keeps garbage (`TransientMap`).
    if (this.#ready.size === 0) this.#ready = group;
    else for (const [caller, answer] of group) this.#ready.set(caller, answer);
    if (!this.#goesOnSoon) this.#answerSome();
    return true;
  }

  /** Ends every read with `refusal`. */
  refuseAll(refusal: Refusal): void {
    const groups = [new Map(this.#ready), this.#underWay, this.#waiting];
    this.#ready.clear();
    this.#readId = undefined;
    this.#underWay = new Map();
    this.#waiting = new Map();
    for (const group of groups) for (const answer of group.values()) answer(refusal);
  }

  #answerSome(): void {
    let answers = 0;
    for (const [caller, answer] of this.#ready) {
      if (answers === answersPerTurnMax) {
        this.#goesOnSoon = true;
        this.#options.soon(() => {
          this.#goesOnSoon = false;
          this.#answerSome();
        });
        return;
      }
      answers += 1;
      this.#ready.delete(caller);
      answer({ kind: 'done', value: undefined });
    }
  }
}
