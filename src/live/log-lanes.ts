/**
 * The ends of all logs side by side: a lane for each server, the same index in the same column, and
 * of each entry whether it is committed and applied there.
 */
import type { ClusterState, ServerState } from './cluster-state.js';
import type { FeedEntry } from './feed.js';

/** `cut`: the log begins behind it, what it held is in a snapshot. */
export type LaneCell =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'cut' }
  | {
      readonly kind: 'entry';
      readonly entry: FeedEntry;
      readonly isDurable: boolean;
      readonly isCommitted: boolean;
      readonly isApplied: boolean;
    };

export interface LogLane {
  readonly id: number;
  /** A cell for each index of `LogLanes`. */
  readonly cells: readonly LaneCell[];
}

export interface LogLanes {
  readonly indexes: readonly number[];
  readonly lanes: readonly LogLane[];
}

/** The last `columns` indexes that any server has. */
export function logLanes({ servers }: ClusterState, columns: number): LogLanes {
  const lastIndex = Math.max(0, ...servers.map(({ log }) => log?.lastIndex ?? 0));
  const first = Math.max(1, lastIndex - columns + 1);
  const count = Math.max(0, lastIndex - first + 1);
  const indexes = Array.from({ length: count }, (_, position) => first + position);
  return { indexes, lanes: servers.map((server) => laneOf(server, indexes)) };
}

function laneOf(server: ServerState, indexes: readonly number[]): LogLane {
  const { id, log, report } = server;
  const entries = new Map(log?.entries.map((entry) => [entry.index, entry]));
  const cells = indexes.map((index): LaneCell => {
    const entry = entries.get(index);
    if (entry !== undefined) {
      return {
        ...{ kind: 'entry', entry },
        isDurable: index <= (report?.durableIndex ?? 0),
        isCommitted: index <= (report?.commitIndex ?? 0),
        isApplied: index <= (report?.lastApplied ?? 0),
      };
    }
    return { kind: log !== undefined && index < log.firstIndex ? 'cut' : 'nothing' };
  });
  return { id, cells };
}

/** An entry in words, for those who point at it. */
export function describeCell(cell: LaneCell): string {
  if (cell.kind === 'nothing') return 'not here';
  if (cell.kind === 'cut') return 'in the snapshot';
  const { entry, isApplied, isCommitted, isDurable } = cell;
  const state = isApplied
    ? 'committed and applied'
    : isCommitted
      ? 'committed'
      : isDurable
        ? 'on disk, not known to be committed'
        : 'not on disk yet';
  return `entry ${entry.index}, term ${entry.term}: ${describeEntry(entry)}; ${state}`;
}

function describeEntry({ kind, name = '', version = 0 }: FeedEntry): string {
  switch (kind) {
    case 'noop':
      return 'start of a term, or a checkpoint';
    case 'file':
      return `${name}, version ${version}`;
    case 'deletion':
      return `${name} deleted, version ${version}`;
    case 'forgetting':
      return 'old versions forgotten';
    case 'site':
      return 'something of the site';
  }
}
