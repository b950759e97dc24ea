/**
 * Whether the answers for one file can be put into one order, each between the begin and the end
 * of its operation, in which every answer follows from those before it.
 *
 * This is the search of Wing and Gong (1993) with Lowe's order of work (2017): what has begun
 * before anything pending ended may come next. In general that search branches and must remember
 * where it has been. For this file model every branch is forced or no better than another one:
 *
 * 1. An answer that does not change the file (a read, an update answered false) comes next as soon
 *    as it fits. Any order that has it later stays an order when it is moved to here: the file is
 *    the same for all others, and what waits for its end waits no longer.
 * 2. When nothing fits, the pending answer that ends first needs another version, and a file never
 *    goes back. So it must go on to the next version now, or there is no order.
 * 3. Only one update makes a version. One that was answered true has no other place. Without one,
 *    the hash that reads saw at this version decides. Among those left, none of which has an end
 *    or an answer to keep, the one that began first can do whatever another one can. The others
 *    never take effect: their version has passed.
 *
 * So there is nothing to go back to and nothing to remember: the time is that of one walk, and the
 * memory that of the answers.
 */
import type { Answer } from './answer.js';

export type Linearizability =
  | { readonly kind: 'linearizable' }
  | { readonly kind: 'impossible'; readonly deadEnd: DeadEnd }
  /** Time was up. */
  | { readonly kind: 'unknown' };

/** Where no order can go on. */
export interface DeadEnd {
  /** The version that the file has reached. */
  readonly version: number;
  /** The answer that fits neither here nor further on. */
  readonly stuck: Answer;
  /** The file has left what `stuck` needs behind, or cannot reach it in time. */
  readonly cause: 'passed' | 'unreachable';
}

/** How much is done between two looks at the time: some microseconds each. */
const stepsPerLook = 1_000;

/**
 * `history` is that of one file, in the order of begins. `isTimeUp` is asked at the beginning and
 * every 1,000 steps, each of them one look at one pending answer.
 */
export function checkLinearizability(
  history: readonly Answer[],
  isTimeUp: () => boolean,
): Linearizability {
  return new LinearizationWalk(history, isTimeUp).run();
}

class LinearizationWalk {
  /** What must find a place, in the order of begins; `#next` is the first not yet pending. */
  readonly #answers: readonly Answer[];
  #next = 0;
  readonly #writers: ReadonlyMap<number, Answer>;
  readonly #isTimeUp: () => boolean;
  #steps = 0;
  #nextLook = 0;

  /** Invariant: all of them have begun before any of them ended, and none has its place yet. */
  #pending: readonly Answer[] = [];
  #version = 0;
  #hash = '';

  constructor(history: readonly Answer[], isTimeUp: () => boolean) {
    this.#answers = history.filter(({ kind }) => kind !== 'open' && kind !== 'failed');
    this.#writers = writersByVersion(history);
    this.#isTimeUp = isTimeUp;
  }

  run(): Linearizability {
    for (;;) {
      if (this.#mustStop()) return { kind: 'unknown' };
      this.#admit();
      const passed = this.#pending.find((answer) => this.#isPassed(answer));
      if (passed !== undefined) return this.#deadEnd(passed, 'passed');
      const waiting = this.#pending.filter((answer) => !this.#fits(answer));
      const hasPlaced = waiting.length < this.#pending.length;
      this.#pending = waiting;
      if (hasPlaced) continue;
      const first = firstToEnd(waiting);
      if (first === undefined) return { kind: 'linearizable' };
      const writer = this.#writers.get(this.#version + 1);
      if (writer === undefined || writer.operation.beganAt > first.operation.endedAt) {
        return this.#deadEnd(first, 'unreachable');
      }
      this.#write(writer);
    }
  }

  /** Makes pending what has begun before anything pending ended. */
  #admit(): void {
    const admitted = [...this.#pending];
    let firstEnd = firstToEnd(admitted)?.operation.endedAt ?? Infinity;
    for (;;) {
      const answer = this.#answers[this.#next];
      if (answer === undefined || answer.operation.beganAt > firstEnd) break;
      admitted.push(answer);
      firstEnd = Math.min(firstEnd, answer.operation.endedAt);
      this.#next += 1;
    }
    this.#steps += admitted.length + 1;
    this.#pending = admitted;
  }

  /** It needs a file that this one will never be again. */
  #isPassed({ kind, version, hash }: Answer): boolean {
    if (kind === 'written') return version <= this.#version;
    if (kind === 'denied') return false;
    return version < this.#version || (version === this.#version && hash !== this.#hash);
  }

  /** Not being passed, it has its place here: it follows from the file and leaves it as it is. */
  #fits({ kind, version }: Answer): boolean {
    if (kind === 'written') return false;
    if (kind === 'denied') return version !== this.#version + 1;
    return version === this.#version;
  }

  #write(writer: Answer): void {
    this.#version = writer.version;
    this.#hash = writer.hash;
    this.#pending = this.#pending.filter((answer) => answer !== writer);
  }

  #deadEnd(stuck: Answer, cause: DeadEnd['cause']): Linearizability {
    return { kind: 'impossible', deadEnd: { version: this.#version, stuck, cause } };
  }

  #mustStop(): boolean {
    if (this.#steps < this.#nextLook) return false;
    this.#nextLook = this.#steps + stepsPerLook;
    return this.#isTimeUp();
  }
}

/** The update that makes each version, by rule 3 above. */
function writersByVersion(history: readonly Answer[]): ReadonlyMap<number, Answer> {
  const seenHashes = new Map<number, string>();
  for (const { kind, version, hash } of history) {
    if (kind === 'seen') seenHashes.set(version, hash);
  }
  const writers = new Map<number, Answer>();
  for (const answer of history) {
    const { kind, version, hash } = answer;
    if (kind !== 'written' && kind !== 'open') continue;
    const other = writers.get(version);
    // The history is in the order of begins: the first of each kind is the one that began first.
    if (kind === 'written') {
      if (other?.kind !== 'written') writers.set(version, answer);
    } else if (other === undefined && (seenHashes.get(version) ?? hash) === hash) {
      writers.set(version, answer);
    }
  }
  return writers;
}

function firstToEnd(answers: readonly Answer[]): Answer | undefined {
  let first = answers[0];
  for (const answer of answers) {
    if (first === undefined || answer.operation.endedAt < first.operation.endedAt) first = answer;
  }
  return first;
}
