/**
 * Of a history that cannot be linearized, the fewest answers that contradict each other: without
 * any one of them the rest could be true. What is left out is an answer, never what was asked: an
 * update whose answer is not looked at may still have taken effect.
 */
import type { Answer } from './answer.js';
import { checkLinearizability, type DeadEnd } from './check-linearizability.js';

export interface Evidence {
  /** In the order in which their operations began. */
  readonly answers: readonly Answer[];
  readonly deadEnd: DeadEnd;
}

/** The beginning of a history, up to the first answer with which it cannot be linearized. */
export interface FailingPrefix extends Evidence {
  readonly history: readonly Answer[];
  /** Position of that answer. */
  readonly endedAt: number;
}

/**
 * `history` cannot be linearized, as `deadEnd` says. When time is up, the shortest beginning found
 * so far: it fails, too.
 */
export function failingPrefix(
  history: readonly Answer[],
  deadEnd: DeadEnd,
  isTimeUp: () => boolean,
): FailingPrefix {
  const all = history.filter(({ kind }) => kind !== 'open');
  const ends = all.map(({ operation }) => operation.endedAt).sort((a, b) => a - b);
  let best: FailingPrefix = { history, answers: all, deadEnd, endedAt: Infinity };
  // Whatever begins with a beginning that fails, fails: so halving finds the shortest one.
  let from = 0;
  let to = ends.length - 1;
  while (from <= to) {
    const middle = Math.floor((from + to) / 2);
    const endedAt = ends[middle] ?? Infinity;
    const begun = history.filter(({ operation }) => operation.beganAt < endedAt);
    const answers = all.filter(({ operation }) => operation.endedAt <= endedAt);
    const verdict = checkLinearizability(withOnly(begun, new Set(answers)), isTimeUp);
    if (verdict.kind === 'unknown') return best;
    if (verdict.kind === 'impossible') {
      best = { history: begun, answers, deadEnd: verdict.deadEnd, endedAt };
      to = middle - 1;
    } else {
      from = middle + 1;
    }
  }
  return best;
}

/**
 * Leaves out as many answers of a failing history as it can, those that are worth least first, and
 * keeps the one it cannot leave out; then goes on behind that one. More answers never make a
 * history linearizable. So halving finds how many can be left out, and what could not be left out
 * once never can. When time is up, the fewest found so far.
 */
export function minimalEvidence(prefix: FailingPrefix, isTimeUp: () => boolean): Evidence {
  const needed: Answer[] = [];
  let { deadEnd } = prefix;
  let rest: readonly Answer[] = [...prefix.answers].sort(byWorth);
  for (;;) {
    // Invariant: what is needed fails without the first `fewest` of the rest, not without `most`.
    let fewest = 0;
    let most = rest.length + 1;
    while (most - fewest > 1) {
      // Twice as many each time until it fails no longer: a needed answer is known at first sight.
      const isBounded = most <= rest.length;
      const middle = Math.floor((fewest + most) / 2);
      const leftOut = isBounded ? middle : Math.min(2 * fewest + 1, rest.length);
      const kept = new Set([...needed, ...rest.slice(leftOut)]);
      const verdict = checkLinearizability(withOnly(prefix.history, kept), isTimeUp);
      if (verdict.kind === 'unknown') return inOrder([...needed, ...rest.slice(fewest)], deadEnd);
      if (verdict.kind === 'impossible') {
        fewest = leftOut;
        deadEnd = verdict.deadEnd;
      } else {
        most = leftOut;
      }
    }
    const last = rest[fewest];
    if (last === undefined) return inOrder(needed, deadEnd);
    needed.push(last);
    rest = rest.slice(fewest + 1);
  }
}

/** The history without the answers that are not in `kept`. */
function withOnly(history: readonly Answer[], kept: ReadonlySet<Answer>): readonly Answer[] {
  return history
    .filter((answer) => answer.kind !== 'seen' || kept.has(answer))
    .map((answer) => (kept.has(answer) ? answer : { ...answer, kind: 'open' }));
}

/**
 * What is left out first comes first: what tells people least (that nothing happened), then what
 * is longest ago.
 */
function byWorth(a: Answer, b: Answer): number {
  const tellsMuch = ({ kind }: Answer): number => (kind === 'written' || kind === 'seen' ? 1 : 0);
  return tellsMuch(a) - tellsMuch(b) || a.operation.endedAt - b.operation.endedAt;
}

function inOrder(answers: readonly Answer[], deadEnd: DeadEnd): Evidence {
  const ordered = [...answers].sort((a, b) => a.operation.beganAt - b.operation.beganAt);
  return { answers: ordered, deadEnd };
}
