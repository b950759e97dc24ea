/** What `surfraft status` says of each server, and how it looks: a table, or what has changed. */
import { styleText } from 'node:util';
import { reportingServers, type ClusterLook } from '../doctor/cluster-look.js';
import { diagnose } from '../doctor/diagnose.js';
import { consequences, type FindingKind } from '../doctor/finding.js';
import { lastHeardMs } from '../doctor/silent-servers.js';
import { timeText } from '../doctor/words.js';
import { printable } from './printable.js';

/** Null for what a server that does not answer cannot say. */
export interface StatusRow {
  readonly id: number;
  readonly address: string;
  readonly role: string | null;
  readonly leads: boolean;
  readonly term: number | null;
  readonly commit: number | null;
  readonly applied: number | null;
  /** Entries that the leader knows to be committed and this server has not applied. */
  readonly lag: number | null;
  readonly files: number | null;
  readonly standing: string | null;
  readonly version: string | null;
  /** Since another server heard from it; null for those that answer, and when nobody did. */
  readonly silentMs: number | null;
  readonly trouble: readonly FindingKind[];
}

export interface StatusTold {
  readonly summary: string;
  readonly works: boolean;
  readonly leader: number | null;
  readonly servers: readonly StatusRow[];
}

export function statusOf(look: ClusterLook): StatusTold {
  const { summary, works, leaderId, findings } = diagnose(look);
  const reports = reportingServers(look);
  const commit = reports.find(({ id }) => id === leaderId)?.report.commitIndex;
  const servers = look.servers.map(({ id, address }): StatusRow => {
    const report = reports.find((each) => each.id === id)?.report;
    const trouble = findings
      .filter(({ kind, servers: about }) => about.includes(id) && !consequences.includes(kind))
      .map(({ kind }) => kind);
    return {
      ...{ id, address, leads: id === leaderId },
      role: report?.role ?? null,
      term: report?.term ?? null,
      commit: report?.commitIndex ?? null,
      applied: report?.lastApplied ?? null,
      lag:
        commit === undefined || report === undefined
          ? null
          : Math.max(0, commit - report.lastApplied),
      files: report?.files ?? null,
      standing: report?.standing ?? null,
      version: report?.version ?? null,
      silentMs: report === undefined ? (lastHeardMs(id, look) ?? null) : null,
      trouble: [...new Set(trouble)],
    };
  });
  return { summary, works, leader: leaderId ?? null, servers };
}

const head = ['', 'id', 'address', 'role', 'term', 'commit', 'applied', 'lag', 'files', ''];

/** Lines for people, the last one a sentence. */
export function statusTable(told: StatusTold, isColoured: boolean): string {
  const rows = told.servers.map((row) => [
    row.leads ? '*' : '',
    String(row.id),
    printable(row.address),
    row.role ?? '–',
    ...[row.term, row.commit, row.applied, row.lag, row.files].map((value) => String(value ?? '–')),
    describeTrouble(row),
  ]);
  const widths = head.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = rows.map((cells, at) => {
    const row = told.servers[at];
    const text = line(cells);
    if (!isColoured || row === undefined) return text;
    if (row.trouble.length > 0) return styleText('red', text);
    return row.leads ? styleText('green', text) : text;
  });
  return [line(head), ...lines, `${told.summary}.`, ''].join('\n');
}

/** `follower, crashed`, `not running, heard 12 s ago`; empty when nothing is wrong. */
function describeTrouble(row: StatusRow): string {
  const { silentMs } = row;
  return [
    ...troubleWords(row),
    ...(silentMs === null ? [] : [`heard ${timeText(silentMs)} ago`]),
  ].join(', ');
}

/** What the role does not say already. */
function troubleWords({ trouble, role }: StatusRow): readonly string[] {
  return trouble.filter((kind) => kind !== role).map((kind) => kind.replaceAll('-', ' '));
}

/** What is different now, a line each; all servers when there is nothing before. */
export function statusChanges(before: StatusTold | undefined, now: StatusTold): readonly string[] {
  const lines = now.servers.flatMap((row, at) => {
    const [was, is] = [before?.servers[at], row].map(describeStanding);
    return was === is ? [] : [`server ${row.id}: ${is ?? ''}`];
  });
  return before?.summary === now.summary ? lines : [...lines, now.summary];
}

function describeStanding(row: StatusRow | undefined): string | undefined {
  if (row === undefined) return undefined;
  const { role, leads, term } = row;
  const words = troubleWords(row);
  if (leads) return [`leads in term ${term ?? 0}`, ...words].join(', ');
  return [role ?? 'silent', ...words].join(', ');
}
