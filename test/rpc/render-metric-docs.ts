/** The table of docs/api.md that lists what `/metrics` serves, made from what it serves. */

export interface ServedMetric {
  readonly name: string;
  readonly kind: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** What etcd calls the same thing, or what comes nearest to it (docs/decisions/0021-metrics.md). */
const etcdNames: Readonly<Record<string, string>> = {
  surfraft_disk_wal_fsync_duration_seconds: 'the same',
  surfraft_disk_wal_write_bytes_total: 'the same',
  surfraft_network_peer_round_trip_time_seconds: 'the same; `To` is `peer`',
  surfraft_network_peer_sent_bytes_total: 'the same; `To` is `peer`',
  surfraft_network_peer_sent_failures_total: 'the same; `To` is `peer`',
  surfraft_server_apply_duration_seconds: 'the same, for a turn and not for a request',
  surfraft_server_has_leader: 'the same',
  surfraft_server_heartbeat_send_failures_total: 'the same, with `peer`',
  surfraft_server_is_leader: 'the same',
  surfraft_server_leader_changes_seen_total: 'the same',
  surfraft_server_proposals_applied_total: 'the same',
  surfraft_server_proposals_committed_total: 'the same',
  surfraft_server_proposals_failed_total: 'the same',
  surfraft_server_proposals_pending: 'the same',
  surfraft_server_read_indexes_failed_total: 'the same',
  surfraft_server_slow_apply_total: 'the same',
  surfraft_server_version: 'the same',
};

/** Those with the prefix `surfraft_`, in the order of their names. */
export function parseMetrics(text: string): readonly ServedMetric[] {
  const helps = [...text.matchAll(/^# HELP (surfraft_\w+) (.*)$/gm)];
  return helps
    .map(([, name = '', help = '']) => {
      const kind = new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(text)?.[1] ?? 'none';
      const lines = text.matchAll(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'gm'));
      const labels = [...lines].flatMap(([, all = '']) =>
        [...all.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      );
      const own = [...new Set(labels)].filter((label) => label !== 'le').sort();
      return { name, kind, help, labels: own };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The rows of the table, with its head. */
export function renderMetricDocs(metrics: readonly ServedMetric[]): string {
  const rows = metrics.map(({ name, kind, help, labels }) => {
    const labelled = labels.map((label) => `\`${label}\``).join(', ');
    return [`\`${name}\``, kind, labelled, help, etcdNames[name] ?? ''];
  });
  const table = [['metric', 'kind', 'labels', 'what it says', 'in etcd, as `etcd_…`'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((at) =>
    Math.max(...table.map((row) => (row[at] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The names of etcd's that the table mentions. */
export const namesOfEtcd = Object.keys(etcdNames);
