/**
 * What the dispatcher tells about calls, for the metrics.
 */
import type { Method, MethodOutcome } from './method.js';

/** How a call ended; `hungUp` means that its caller was gone before the answer. */
export type CallEnd = MethodOutcome | { readonly kind: 'hungUp' };

export interface CallObserver {
  /** A call begins. What this returns is to be handed to `ended`, once, when the call ends. */
  began(method: Method): number;
  ended(method: Method, end: CallEnd, began: number): void;
  /** A call of a method that does not exist. */
  unknownMethod(): void;
}
