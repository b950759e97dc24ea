/**
 * What the `system.` methods may ask of the table that they are themselves a part of.
 */
import type { HangUp } from '../replica/outcome.js';
import type { Caller, Method, MethodOutcome } from './method.js';
import type { XmlCall } from './xml-value.js';

export interface Introspection {
  fullNames(): readonly string[];
  /** Throws the fault -32601 for an unknown name. */
  find(name: string): Method;
  /** Runs a call like any other one: with its checks, limits and counters. */
  dispatch(call: XmlCall, caller: Caller, reply: (outcome: MethodOutcome) => void): HangUp;
}
