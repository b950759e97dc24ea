/** Calls of peers that the core has not answered yet, each under a number of its own. */
import type { ServerId } from '../base/ids.js';
import type { PeerOutcome } from './replica-api.js';

export interface PeerCall {
  readonly from: ServerId;
  readonly answer: (outcome: PeerOutcome) => void;
}

/** Bounded by the peers' own windows; what is beyond is closed without an answer. */
export const peerCallsMax = 1_000;

export class PeerCalls {
  readonly #open = new Map<number, PeerCall>();
  #nextId = 1;

  get isFull(): boolean {
    return this.#open.size >= peerCallsMax;
  }

  open(call: PeerCall): number {
    const callId = this.#nextId;
    this.#nextId += 1;
    this.#open.set(callId, call);
    return callId;
  }

  /** The call, which is answered now; undefined when it was ended before. */
  take(callId: number): PeerCall | undefined {
    const call = this.#open.get(callId);
    this.#open.delete(callId);
    return call;
  }

  endAll(outcome: PeerOutcome): void {
    const calls = [...this.#open.values()];
    this.#open.clear();
    for (const call of calls) call.answer(outcome);
  }
}
