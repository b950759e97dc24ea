/**
 * The calls of the crash tester that are about leadership: `setleader`, which waits until this
 * server leads, and `sendheartbeat`, which waits for a full round of replication.
 */
import type { LogIndex, ServerId } from '../base/ids.js';
import { HeartbeatRounds } from './heartbeat-rounds.js';
import { LeaderWish } from './leader-wish.js';
import { leadershipCallsMax } from './limits.js';
import type { Answer, HangUp, Refusal } from './outcome.js';
import { leadershipCallTicks } from './timing.js';

export interface LeadershipCallsOptions {
  /** All other servers, as they are when it is asked. */
  readonly peers: () => readonly ServerId[];
  /** Ticks between two attempts to be elected. */
  readonly retryTicks: number;
  readonly campaign: () => void;
  readonly broadcast: () => void;
}

export class LeadershipCalls {
  readonly #wish: LeaderWish;
  readonly #rounds: HeartbeatRounds;

  constructor({ peers, retryTicks, campaign, broadcast }: LeadershipCallsOptions) {
    const deadlineTicks = leadershipCallTicks;
    this.#wish = new LeaderWish({ deadlineTicks, retryTicks, campaign });
    this.#rounds = new HeartbeatRounds({ peers, deadlineTicks, broadcast });
  }

  /** Whether one more call would go beyond the limit. */
  get isFull(): boolean {
    return this.#wish.size + this.#rounds.size >= leadershipCallsMax;
  }

  setLeader(answer: Answer<boolean>): HangUp {
    return this.#wish.add(answer);
  }

  sendHeartbeat(lastIndex: LogIndex, answer: Answer<boolean>): HangUp {
    return this.#rounds.add(lastIndex, answer);
  }

  /** A follower answered; `matchIndex` is how far its log is known to agree. */
  answered(from: ServerId, matchIndex: LogIndex): void {
    this.#rounds.answered(from, matchIndex);
  }

  lost(peer: ServerId): void {
    this.#rounds.lost(peer);
  }

  tick(): void {
    this.#wish.tick();
    this.#rounds.tick();
  }

  elected(): void {
    this.#wish.fulfilled();
  }

  deposed(): void {
    this.#rounds.deposed();
  }

  refuseAll(refusal: Refusal): void {
    this.#wish.refuseAll(refusal);
    this.#rounds.refuseAll(refusal);
  }
}
