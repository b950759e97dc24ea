/**
 * Writes down what concurrent clients ask and are told, in the one order in which it happened.
 * Pure: whoever asks brings the milliseconds; positions and ids are handed out here.
 */
import { assert } from '../../src/base/assert.js';
import type { Operation, Outcome, Question } from './operation.js';

/** What is known of an operation when it begins. */
export interface OperationBegin {
  readonly client: number;
  /** Id of the server that is asked. */
  readonly server: number;
  readonly question: Question;
  /** Milliseconds since the run began. */
  readonly atMs: number;
}

/** An operation that has begun and not ended: the handle that ends it. */
export interface OpenOperation extends OperationBegin {
  readonly beganAt: number;
}

export class HistoryRecorder {
  /** Operations that a recorder takes, open ones included: it bounds the memory of a long run. */
  static readonly operationsMax = 500_000;

  readonly #ended: Operation[] = [];
  readonly #open = new Set<OpenOperation>();
  /** Invariant: each position is given to one begin or one end, in the order they are told. */
  #nextPosition = 0;

  /** Those that have ended, in the order of their ends: the id of each is its place here. */
  get operations(): readonly Operation[] {
    return this.#ended;
  }

  /** No operation can begin any more: `operationsMax` is reached. */
  get isFull(): boolean {
    return this.#ended.length + this.#open.size >= HistoryRecorder.operationsMax;
  }

  /** To be called just before the call is sent. The recorder must not be full. */
  begin(begin: OperationBegin): OpenOperation {
    assert(!this.isFull, 'an operation begins in a recorder that is full');
    const open = { ...begin, beganAt: this.#nextPosition };
    this.#nextPosition += 1;
    this.#open.add(open);
    return open;
  }

  /** To be called just after the answer arrived, once for each operation. */
  end(open: OpenOperation, outcome: Outcome, atMs: number): Operation {
    assert(this.#open.delete(open), 'an operation ends that is not open');
    const { atMs: beganMs, ...begin } = open;
    const id = this.#ended.length;
    const operation = {
      id,
      ...begin,
      outcome,
      endedAt: this.#nextPosition,
      beganMs,
      endedMs: atMs,
    };
    this.#nextPosition += 1;
    this.#ended.push(operation);
    return operation;
  }

  /** Ends whatever is still open: nobody waits for its answer, so its outcome is unknown. */
  closeAll(why: string, atMs: number): void {
    for (const open of [...this.#open]) this.end(open, { kind: 'unknown', why }, atMs);
  }
}
