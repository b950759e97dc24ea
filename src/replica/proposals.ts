/**
 * Commands on their way into the log. They are collected while a write is under way, so that all
 * that waits shares the next entry batch, disk write and AppendEntries.
 *
 * A command passes two stations: `waiting` until the leader's tail is open (only for the moment
 * between an election and the end of the backlog), then `admitted`. An admitted command stands in
 * the tail already and must be logged in this order, also when its caller hangs up.
 */
import type { Call } from './call.js';
import type { Refusal } from './outcome.js';

interface Waiting<Command, Result> {
  readonly command: Command;
  readonly payload: Uint8Array;
  readonly call: Call<Result>;
}

interface Admitted<Result> {
  readonly payload: Uint8Array;
  readonly call: Call<Result>;
}

export class Proposals<Command, Result> {
  readonly #waiting = new Set<Waiting<Command, Result>>();
  #waitingBytes = 0;
  #admitted: Admitted<Result>[] = [];

  get size(): number {
    return this.#waiting.size + this.#admitted.length;
  }

  /** Payloads of the commands that wait for the tail. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Commands that are still to be logged. */
  get admitted(): number {
    return this.#admitted.length;
  }

  wait(command: Command, payload: Uint8Array, call: Call<Result>): void {
    const waiting = { command, payload, call };
    this.#waiting.add(waiting);
    this.#waitingBytes += payload.length;
    call.moveTo(() => {
      if (this.#waiting.delete(waiting)) this.#waitingBytes -= payload.length;
    });
  }

  takeWaiting(): readonly Waiting<Command, Result>[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#waitingBytes = 0;
    return waiting;
  }

  admit(payload: Uint8Array, call: Call<Result>): void {
    this.#admitted.push({ payload, call });
  }

  /** The oldest commands, of at most `bytesMax` together, but at least one when there is one. */
  takeAdmitted(bytesMax: number): readonly Admitted<Result>[] {
    let bytes = 0;
    const tooFar = this.#admitted.findIndex(({ payload }, at) => {
      bytes += payload.length;
      return at > 0 && bytes > bytesMax;
    });
    return this.#admitted.splice(0, tooFar < 0 ? this.#admitted.length : tooFar);
  }

  /** Their callers wait no longer; they stand in the tail and are still to be logged. */
  tellAdmitted(refusal: Refusal): void {
    for (const { call } of [...this.#admitted]) {
      call.answer(refusal);
      call.hangUp();
    }
  }

  refuseWaiting(refusal: Refusal): void {
    for (const { call } of this.takeWaiting()) call.answer(refusal);
  }

  /** None of them is in the log: each is refused without effect. */
  refuseAll(refusal: Refusal): void {
    const waiting = this.takeWaiting();
    const admitted = this.takeAdmitted(Infinity);
    for (const { call } of waiting) call.answer(refusal);
    for (const { call } of admitted) call.answer(refusal);
  }
}
