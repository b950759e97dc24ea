/** Reads single figures out of the text that a server gives to Prometheus. */

/** The value of a metric without labels; undefined when it is not there. */
function readMetric(text: string, name: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** What the bench wants to know of a server now and then. */
export interface ServerFigures {
  /** Since the figures were asked for last: asking begins it anew. */
  readonly longestPauseMs: number;
  readonly leaderChanges: number;
  readonly term: number;
  readonly residentBytes: number;
}

export function readServerFigures(text: string): ServerFigures {
  const figure = (name: string): number => {
    const value = readMetric(text, name);
    if (value === undefined) throw new Error(`/metrics has no ${name}`);
    return value;
  };
  return {
    longestPauseMs: figure('nodejs_eventloop_lag_max_seconds') * 1000,
    leaderChanges: figure('surfraft_server_leader_changes_seen_total'),
    term: figure('surfraft_raft_term'),
    residentBytes: figure('process_resident_memory_bytes'),
  };
}
