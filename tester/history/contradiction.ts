/** Answers for one file that cannot all be true. */
import type { Answer } from './answer.js';

export interface Contradiction {
  /** What would have been right, in words that follow "expected". */
  readonly expected: string;
  /** In the order in which their operations began. */
  readonly evidence: readonly Answer[];
}

/** Takes the evidence in any order. */
export function contradiction(expected: string, evidence: readonly Answer[]): Contradiction {
  const ordered = [...evidence].sort((a, b) => a.operation.beganAt - b.operation.beganAt);
  return { expected, evidence: ordered };
}
