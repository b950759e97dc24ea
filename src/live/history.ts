/**
 * The moments that the page has seen, to be looked at again: a state each time that something has
 * changed that a picture shows. Bounded: of too many the oldest go.
 */
import type { ClusterState, ServerState } from './cluster-state.js';
import { viewServers, type Condition } from './server-view.js';

interface Moment {
  readonly atMs: number;
  readonly state: ClusterState;
  /** Of each server, by its id. */
  readonly conditions: ReadonlyMap<number, Condition>;
  /** What a picture shows of the state, and nothing else. */
  readonly signature: string;
}

/** A server was in one condition from here to there. */
export interface ConditionSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly condition: Condition;
}

const momentsMax = 4_000;
/** Moments closer together count as one, unless a server's condition has changed. */
const pauseMs = 100;
/** A page on a busy machine hears within this time what a server has become. */
const lateMsMax = 5_000;

export class History {
  #moments: Moment[] = [];

  get beginMs(): number | undefined {
    return this.#moments[0]?.atMs;
  }

  record(state: ClusterState, nowMs: number): void {
    const moment = momentOf(state, nowMs);
    const last = this.#moments.at(-1);
    if (last?.signature === moment.signature) return;
    if (last !== undefined && nowMs - last.atMs < pauseMs && hasSameConditions(last, moment)) {
      this.#moments[this.#moments.length - 1] = { ...moment, atMs: last.atMs };
      return;
    }
    this.#moments.push(moment);
    if (this.#moments.length > momentsMax) this.#moments.splice(0, momentsMax / 10);
  }

  /** The cluster as it was then; before the first moment, as it was at that. */
  at(atMs: number): ClusterState | undefined {
    return (this.#moments.findLast((moment) => moment.atMs <= atMs) ?? this.#moments[0])?.state;
  }

  /** When the page first knew, soon after `atMs`, that a server was in this condition. */
  knownMs(id: number, condition: Condition, atMs: number): number | undefined {
    return this.#moments.find(
      (moment) =>
        moment.atMs >= atMs &&
        moment.atMs <= atMs + lateMsMax &&
        moment.conditions.get(id) === condition,
    )?.atMs;
  }

  /** In which condition a server was all along. */
  spans(id: number, nowMs: number): readonly ConditionSpan[] {
    const spans: ConditionSpan[] = [];
    for (const [position, { atMs, conditions }] of this.#moments.entries()) {
      const toMs = this.#moments[position + 1]?.atMs ?? nowMs;
      const condition = conditions.get(id);
      if (condition === undefined) continue;
      const last = spans.at(-1);
      if (last?.condition === condition && last.toMs === atMs) {
        spans[spans.length - 1] = { ...last, toMs };
      } else {
        spans.push({ fromMs: atMs, toMs, condition });
      }
    }
    return spans;
  }
}

function momentOf(state: ClusterState, atMs: number): Moment {
  const conditions = new Map(viewServers(state).map(({ condition, id }) => [id, condition]));
  const signature = JSON.stringify([[...conditions], state.servers.map(signatureOf)]);
  return { atMs, state, conditions, signature };
}

function hasSameConditions(a: Moment, b: Moment): boolean {
  return JSON.stringify([...a.conditions]) === JSON.stringify([...b.conditions]);
}

function signatureOf({ id, report }: ServerState): unknown {
  if (report === undefined) return id;
  const { term, votedFor, commitIndex, lastApplied, lastLogIndex, durableIndex } = report;
  return [
    ...[id, term, votedFor, commitIndex, lastApplied, lastLogIndex, durableIndex],
    ...[report.storageError, report.unreachable, report.pendingUpdates > 0],
  ];
}
