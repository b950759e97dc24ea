/** What a judgement over a run says about one promise of the contract. */
import type { Operation } from './operation.js';

export interface Finding {
  /** The promise, as a sentence: "reads and updates of each file are linearizable". */
  readonly promise: string;
  readonly verdict: Verdict;
}

export type Verdict =
  | { readonly kind: 'held' }
  /** Nothing is proven: time ran out, or the servers do not tell what is needed. */
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'violated';
      /** What was expected and what was seen, in words for people. */
      readonly expected: string;
      readonly seen: string;
      /** The fewest operations that contradict each other; empty where none is at fault. */
      readonly evidence: readonly Operation[];
    };
