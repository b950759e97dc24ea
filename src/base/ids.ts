/**
 * Branded numbers for the three things that Raft counts, so that a term can never be handed to a
 * function that wants an index. Each `as…` function asserts the range that the rest relies on.
 */
import { assert } from './assert.js';

declare const termBrand: unique symbol;
declare const logIndexBrand: unique symbol;
declare const serverIdBrand: unique symbol;

/** Election term, 0 before the first election. Never decreases on a server (paper, section 5.1). */
export type Term = number & { readonly [termBrand]: true };

/** Position in the log. The first entry has index 1; 0 means "before the first entry". */
export type LogIndex = number & { readonly [logIndexBrand]: true };

/** Number of a server in the configuration: 0 … M−1. */
export type ServerId = number & { readonly [serverIdBrand]: true };

export function asTerm(value: number): Term {
  assert(Number.isSafeInteger(value) && value >= 0, () => `a term is an integer ≥ 0, not ${value}`);
  return value as Term;
}

export function asLogIndex(value: number): LogIndex {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `a log index is an integer ≥ 0, not ${value}`,
  );
  return value as LogIndex;
}

export function asServerId(value: number): ServerId {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `a server id is an integer ≥ 0, not ${value}`,
  );
  return value as ServerId;
}
