/**
 * Calls that change the members of the cluster, each answered by the fate of its entry: like an
 * update, but the entry is the core's own.
 */
import type { LogIndex, Term } from '../base/ids.js';
import { decodeConfiguration, type Configuration } from '../raft/configuration.js';
import type { MemberChange, RaftEvent } from '../raft/effects.js';
import type { Entry, LogPosition } from '../raft/messages.js';
import type { Raft } from '../raft/raft.js';
import { answerSoon } from './answer-soon.js';
import { Call } from './call.js';
import type { Answer, HangUp, Refusal } from './outcome.js';
import { PendingUpdates } from './pending-updates.js';
import type { Timer } from './timer.js';

/** What became of a change of the members. */
export type MemberOutcome =
  /** It is committed; this is who belongs to the cluster now. */
  | { readonly kind: 'changed'; readonly configuration: Configuration }
  /** It was not begun, and why not, in words. */
  | { readonly kind: 'notNow'; readonly reason: string };

export interface MemberCallsOptions {
  readonly raft: Pick<Raft, 'obstacleTo' | 'configurationIndex' | 'term'>;
  readonly timer: Timer;
  readonly take: (event: RaftEvent) => void;
}

export class MemberCalls {
  readonly #options: MemberCallsOptions;
  readonly #pending = new PendingUpdates<Configuration>();

  constructor(options: MemberCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Only while this server leads. */
  change(change: MemberChange, answer: Answer<MemberOutcome>): HangUp {
    const { raft, timer, take } = this.#options;
    const reason = raft.obstacleTo(change);
    if (reason !== undefined) {
      const value: MemberOutcome = { kind: 'notNow', reason };
      return answerSoon(timer, answer, { kind: 'done', value });
    }
    const call = new Call<Configuration>((outcome) => {
      if (outcome.kind !== 'done') answer(outcome);
      else answer({ kind: 'done', value: { kind: 'changed', configuration: outcome.value } });
    });
    const term: Term = raft.term;
    take({ type: 'changeMembers', change });
    const index: LogIndex = raft.configurationIndex;
    call.moveTo(this.#pending.add(index, term, call.answer));
    return call.hangUp;
  }

  /** An entry was applied; `replaced` is for callers whose entry it displaced. */
  settle(entry: Entry, replaced: Refusal): void {
    if (this.#pending.size === 0) return;
    const isOne = entry.kind === 'configuration';
    this.#pending.settle(entry, isOne ? decodeConfiguration(entry.payload) : undefined, replaced);
  }

  /** The state through `position` came as a snapshot: the entries up to there were not applied. */
  skipped(position: LogPosition, replaced: Refusal): void {
    const reason = 'the state came as a snapshot, without the fate of each change';
    this.#pending.skip(position, { replaced, unknown: { kind: 'outcomeUnknown', reason } });
  }

  refuseAll(refusal: Refusal): void {
    this.#pending.refuseAll(refusal);
  }
}
