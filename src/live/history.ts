/**
 * The moments that the page has seen, to be looked at again: a state each time that something has
 * changed that a picture shows. Bounded: of too many the oldest go.
 */
import type { ClusterState, ServerState } from './cluster-state.js';
import { viewServers, type Condition } from './server-view.js';

interface Moment {
  readonly atMs: number;
  readonly state: ClusterState;
}

/** A server was in one condition from here to there. */
export interface ConditionSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly condition: Condition;
}

const momentsMax = 4_000;
/** Moments closer together count as one. */
const pauseMs = 100;

export class History {
  #moments: Moment[] = [];

  get beginMs(): number | undefined {
    return this.#moments[0]?.atMs;
  }

  record(state: ClusterState, nowMs: number): void {
    const last = this.#moments.at(-1);
    if (last !== undefined && looksAlike(last.state, state)) return;
    if (last !== undefined && nowMs - last.atMs < pauseMs && hasSameConditions(last.state, state)) {
      this.#moments[this.#moments.length - 1] = { atMs: last.atMs, state };
      return;
    }
    this.#moments.push({ atMs: nowMs, state });
    if (this.#moments.length > momentsMax) this.#moments.splice(0, momentsMax / 10);
  }

  /** The cluster as it was then; undefined before the first moment. */
  at(atMs: number): ClusterState | undefined {
    return this.#moments.findLast((moment) => moment.atMs <= atMs)?.state;
  }

  /** In which condition a server was all along. */
  spans(id: number, nowMs: number): readonly ConditionSpan[] {
    const spans: ConditionSpan[] = [];
    for (const [position, { atMs, state }] of this.#moments.entries()) {
      const toMs = this.#moments[position + 1]?.atMs ?? nowMs;
      const condition = viewServers(state).find((view) => view.id === id)?.condition;
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

function looksAlike(a: ClusterState, b: ClusterState): boolean {
  return a === b || signature(a) === signature(b);
}

function hasSameConditions(a: ClusterState, b: ClusterState): boolean {
  const conditions = (state: ClusterState): string =>
    viewServers(state)
      .map(({ condition }) => condition)
      .join();
  return conditions(a) === conditions(b);
}

function signature({ servers }: ClusterState): string {
  return JSON.stringify(servers.map(signatureOf));
}

function signatureOf({ id, contact, report }: ServerState): unknown {
  if (report === undefined) return [id, contact];
  const { role, term, votedFor, commitIndex, lastApplied, lastLogIndex, durableIndex } = report;
  return [
    ...[id, contact, role, term, votedFor, commitIndex, lastApplied, lastLogIndex, durableIndex],
    ...[report.standing, report.storageError, report.unreachable, report.pendingUpdates > 0],
  ];
}
