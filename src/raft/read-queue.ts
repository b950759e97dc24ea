/**
 * Linearizable reads without a log entry (ReadIndex: thesis, section 6.4). A read may be answered
 * once a majority has confirmed, after the read began, that this server still leads, and the state
 * machine has applied everything that the read must reflect.
 *
 * Confirmation comes in numbered rounds that all waiting reads share: every AppendEntries carries
 * the newest round, every answer returns the round of its request.
 */
import type { LogIndex } from '../base/ids.js';

interface PendingRead {
  readonly readId: number;
  readonly index: LogIndex;
  /** The first round whose requests leave after the read began. */
  readonly round: number;
}

export class ReadQueue {
  /** The round that AppendEntries carry now. */
  #round = 0;
  #confirmedRound = 0;
  /** In order of arrival, and so in order of round. */
  #pending: PendingRead[] = [];

  get round(): number {
    return this.#round;
  }

  /** Adds a read that must reflect the log through `index`. */
  add(readId: number, index: LogIndex): void {
    this.#pending.push({ readId, index, round: this.#round + 1 });
  }

  /** Whether reads wait for a round that has not begun. */
  get wantsRound(): boolean {
    const last = this.#pending.at(-1);
    return last !== undefined && last.round > this.#round;
  }

  /** Whether a round is under way that the majority has not confirmed. */
  get roundOpen(): boolean {
    return this.#confirmedRound < this.#round;
  }

  /** Begins the next round. Every AppendEntries made from now on carries it. */
  beginRound(): void {
    this.#round += 1;
  }

  /** A majority has answered requests of `round` or later. */
  confirm(round: number): void {
    if (round > this.#confirmedRound) this.#confirmedRound = round;
  }

  /** Takes out the reads that may be answered now that `lastApplied` is applied. */
  takeReady(lastApplied: LogIndex): readonly number[] {
    const isReady = (read: PendingRead): boolean =>
      read.round <= this.#confirmedRound && read.index <= lastApplied;
    if (!this.#pending.some(isReady)) return [];
    const ready = this.#pending.filter(isReady).map((read) => read.readId);
    this.#pending = this.#pending.filter((read) => !isReady(read));
    return ready;
  }

  /** Takes out all reads: they have no answer here. */
  takeAll(): readonly number[] {
    const all = this.#pending.map((read) => read.readId);
    this.#pending = [];
    return all;
  }
}
