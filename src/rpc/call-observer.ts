/**
 * What the dispatcher tells about calls, for the metrics.
 */
import type { Method, MethodOutcome } from './method.js';

/** How a call ended; `hungUp` means that its caller was gone before the answer. */
export type CallEnd = MethodOutcome | { readonly kind: 'hungUp' };

export interface CallObserver {
  /** A call begins; the returned function is called once, when it ends. */
  begin(method: Method): (end: CallEnd) => void;
  /** A call of a method that does not exist. */
  unknownMethod(): void;
}
