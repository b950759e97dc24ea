/**
 * What happens in a run, for those who show it. A reporter only writes; it never decides.
 */
import { count } from '../../src/base/count.js';
import type { Check } from '../suite/check.js';
import type { CheckFailure } from '../cluster/check-outcome.js';
import type { Target } from '../cluster/target.js';

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly failure: CheckFailure }
  | { readonly kind: 'skipped'; readonly why: string };

export interface CheckResult {
  readonly check: Check;
  readonly verdict: Verdict;
  /** What the check disturbed was healed within this time, too. */
  readonly durationMs: number;
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** The user ended the run before all checks were made. */
  readonly interrupted: boolean;
  /** What could not be restored at the end. */
  readonly unrestored: string | undefined;
}

export interface Reporter {
  begin(target: Target): void;
  /** What is being done now, in a line; replaces the one before. An empty one only ends it. */
  progress(text: string): void;
  finished(result: CheckResult): void;
  end(summary: Summary): void;
}

/** Where a reporter writes. */
export interface Sink {
  write(text: string): void;
  /** Its width when it is a terminal: a person looks, so colours and a progress line help. */
  readonly columns: number | undefined;
}

/** `N passed, N failed`, and the skipped ones if there are any. */
export function summaryLine(summary: Summary): string {
  const counts = `${summary.passed} passed, ${summary.failed} failed`;
  return summary.skipped === 0 ? counts : `${counts}, ${summary.skipped} skipped`;
}

/** The lines that explain a failure. */
export function failureLines(failure: CheckFailure): readonly string[] {
  const lines = [`expected ${failure.expected}`, `saw ${failure.seen}`];
  return failure.where === undefined ? lines : [...lines, `on ${failure.where}`];
}

/** One line that says who is judged. */
export function targetLine(target: Target): string {
  const { seats, reachable } = target;
  const servers = count(seats.length, 'server');
  const silent = seats.length - reachable.length;
  return silent === 0 ? servers : `${servers}, ${silent} of them cannot be reached`;
}
