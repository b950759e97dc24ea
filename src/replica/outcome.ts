/**
 * How a call to a replica ends: with a value, or with one of the refusals of the contract. All of
 * them are expected outcomes, hence values; the edge (`src/rpc`) makes faults of them.
 */
import type { ServerId } from '../base/ids.js';

export type Refusal =
  /** Definitely without effect here. The leader, when known, is a hint. */
  | { readonly kind: 'notLeader'; readonly leaderId: ServerId | undefined }
  /** The crash switch is on. With `logged` the call may still take effect. */
  | { readonly kind: 'crashed'; readonly logged: boolean }
  /** Cut off after it was logged: it may or may not take effect. */
  | { readonly kind: 'outcomeUnknown'; readonly reason: string }
  /** A bounded queue is full, or else the reason; no effect, and it may be tried again. */
  | { readonly kind: 'busy'; readonly reason?: string }
  /** The disk refuses; no effect. */
  | { readonly kind: 'storage'; readonly reason: string }
  /** The process is going down; no effect. */
  | { readonly kind: 'stopping' };

export type Outcome<Value> = { readonly kind: 'done'; readonly value: Value } | Refusal;

/** Receives the outcome of a call, once, never before the call has returned. */
export type Answer<Value> = (outcome: Outcome<Value>) => void;

/** The caller hung up: its answer is wanted no longer. What was logged stays logged. */
export type HangUp = () => void;
