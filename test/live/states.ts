/** States of a cluster for tests: what its servers have said, one after the other. */
import type { ServerReport } from '../../src/doctor/cluster-look.js';
import { beginState, hear, type ClusterState } from '../../src/live/cluster-state.js';
import type { FeedLog } from '../../src/live/feed.js';
import { addressOf, report } from '../doctor/looks.js';

export function unheard(size: number): ClusterState {
  const servers = Array.from({ length: size }, (_, id) => ({ id, address: addressOf(id) }));
  return beginState(servers, 0);
}

/** All have been heard, and server 0 leads; what some of them say may be given. */
export function heard(
  size: number,
  changes: Readonly<Record<number, Partial<ServerReport>>> = {},
): ClusterState {
  return unheard(size).servers.reduce(
    (state, { id }) => hearReport(state, id, report(id, size, changes[id])),
    unheard(size),
  );
}

export function hearReport(
  state: ClusterState,
  id: number,
  of: ServerReport,
  nowMs = 1_000,
): ClusterState {
  return hear(state, id, { name: 'status', report: of }, nowMs);
}

export function hearLog(state: ClusterState, id: number, log: FeedLog): ClusterState {
  return hear(state, id, { name: 'log', log }, 1_000);
}
