/**
 * What the others have answered to this server's `Join` since its process started: who knows it
 * under which incarnation, and where the leader's log ended.
 */
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type { JoinResponse } from './messages.js';

/** What the leader of `term` held when it answered. */
export interface LeaderEnd {
  readonly term: Term;
  readonly leaderId: ServerId;
  readonly lastLogIndex: LogIndex;
}

export class JoinAnswers {
  /** Ticks since `Join` was sent last; undefined before the first time. */
  ticksSinceAsked: number | undefined = undefined;
  /** By the server that answered. What it says of that never changes. */
  readonly #knownAs = new Map<ServerId, string>();
  #leaderEnd: LeaderEnd | undefined = undefined;

  add(from: ServerId, response: JoinResponse): void {
    this.#knownAs.set(from, response.knownIncarnation);
    if (!response.leading) return;
    // The first answer of a term is the one that is the soonest reached, and as good as any.
    if (this.#leaderEnd !== undefined && this.#leaderEnd.term >= response.term) return;
    const { term, lastLogIndex } = response;
    this.#leaderEnd = { term, leaderId: from, lastLogIndex };
  }

  has(peer: ServerId): boolean {
    return this.#knownAs.has(peer);
  }

  /** A server that knows this one under another incarnation than `incarnation`. */
  findOther(incarnation: string): ServerId | undefined {
    for (const [peer, known] of this.#knownAs) if (known !== incarnation) return peer;
    return undefined;
  }

  /** Where the leader of `term` said that its log ends; undefined when it has not. */
  leaderEndIn(term: Term): LeaderEnd | undefined {
    return this.#leaderEnd?.term === term ? this.#leaderEnd : undefined;
  }
}
