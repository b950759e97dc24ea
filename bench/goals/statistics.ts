/** Medians and quantiles; a noisy machine makes means worthless. */
import { assert, must } from '../../src/base/assert.js';

/** Of at least one value; the mean of the two in the middle when they are even in number. */
export function median(values: readonly number[]): number {
  assert(values.length > 0, 'a median is of something');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = must(sorted[Math.floor(sorted.length / 2)], 'the middle is inside');
  const lower = must(sorted[Math.floor((sorted.length - 1) / 2)], 'the middle is inside');
  return (upper + lower) / 2;
}

/** The value that `share` of the ascending values lie below; 0 when there is none. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}

/**
 * Ours divided by theirs, the median over the rounds. Each round is a pair of its own, since what
 * disturbs the machine in one disturbs both.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  assert(ours.length === theirs.length, 'both took part in each round');
  return median(ours.map((value, round) => value / must(theirs[round], 'both took part')));
}
