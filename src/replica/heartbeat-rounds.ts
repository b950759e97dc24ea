/**
 * `sendheartbeat`: calls that wait until every follower that can be reached has the leader's log
 * and knows its commit index. A follower that is lost on the way is not waited for.
 */
import type { LogIndex, ServerId } from '../base/ids.js';
import { Call } from './call.js';
import type { Answer, HangUp, Outcome, Refusal } from './outcome.js';

interface Round {
  readonly answer: Answer<boolean>;
  /** Replication must reach this index before the commit index is told. */
  readonly lastIndex: LogIndex;
  ticksLeft: number;
  /** First the entries travel, then one more answer shows that the commit index arrived. */
  phase: 'entries' | 'commit';
  waitingFor: Set<ServerId>;
}

export interface HeartbeatRoundsOptions {
  /** All other servers, as they are when it is asked. */
  readonly peers: () => readonly ServerId[];
  /** Ticks until a round is given up. */
  readonly deadlineTicks: number;
  readonly broadcast: () => void;
}

export class HeartbeatRounds {
  readonly #options: HeartbeatRoundsOptions;
  #rounds: Round[] = [];

  constructor(options: HeartbeatRoundsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rounds.length;
  }

  add(lastIndex: LogIndex, answer: Answer<boolean>): HangUp {
    const call = new Call(answer);
    const round: Round = {
      answer: call.answer,
      lastIndex,
      ticksLeft: this.#options.deadlineTicks,
      phase: 'entries',
      waitingFor: new Set(this.#options.peers()),
    };
    this.#rounds.push(round);
    this.#options.broadcast();
    call.moveTo(() => {
      this.#rounds = this.#rounds.filter((other) => other !== round);
    });
    return call.hangUp;
  }

  /** A follower answered; `matchIndex` is how far its log is known to agree. */
  answered(from: ServerId, matchIndex: LogIndex): void {
    for (const round of this.#rounds) {
      if (round.phase === 'commit' || matchIndex >= round.lastIndex) round.waitingFor.delete(from);
    }
    this.#advance();
  }

  lost(peer: ServerId): void {
    for (const round of this.#rounds) round.waitingFor.delete(peer);
    this.#advance();
  }

  tick(): void {
    for (const round of this.#rounds) round.ticksLeft -= 1;
    this.#advance();
    const late = this.#rounds.filter((round) => round.ticksLeft <= 0);
    this.#end(late, { kind: 'done', value: false });
  }

  /** This server leads no longer. */
  deposed(): void {
    this.#end(this.#rounds, { kind: 'done', value: false });
  }

  refuseAll(refusal: Refusal): void {
    this.#end(this.#rounds, refusal);
  }

  #advance(): void {
    this.#forgetRemoved();
    let broadcast = false;
    for (const round of this.#rounds) {
      if (round.phase === 'commit' || round.waitingFor.size > 0) continue;
      round.phase = 'commit';
      round.waitingFor = new Set(this.#options.peers());
      broadcast = true;
    }
    const complete = this.#rounds.filter((round) => round.waitingFor.size === 0);
    this.#end(complete, { kind: 'done', value: true });
    if (broadcast) this.#options.broadcast();
  }

  /** Who was removed meanwhile need not answer. */
  #forgetRemoved(): void {
    const peers = this.#options.peers();
    for (const { waitingFor } of this.#rounds) {
      for (const server of waitingFor) if (!peers.includes(server)) waitingFor.delete(server);
    }
  }

  #end(ended: readonly Round[], outcome: Outcome<boolean>): void {
    if (ended.length === 0) return;
    this.#rounds = this.#rounds.filter((round) => !ended.includes(round));
    for (const { answer } of ended) answer(outcome);
  }
}
