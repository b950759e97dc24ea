/**
 * The page at `/`: where the live page begins, and, for readers without scripts, one server's
 * beliefs in a table.
 */
import { escapeHtml } from '../base/escape-html.js';
import type { ReplicaStatus } from '../replica/replica-api.js';
import type { PageFiles } from './live/page-files.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import { findIllness } from './server-health.js';

export interface StatusPageFacts {
  readonly status: ReplicaStatus;
  readonly servers: readonly ServerAddress[];
  readonly fileCount: number;
  readonly version: string;
  readonly scheme: 'http' | 'https';
  /** Of the live page; undefined: the table is all there is. */
  readonly files: PageFiles | undefined;
}

/** The whole page. Everything that comes from outside this file is escaped. */
export function statusPage(facts: StatusPageFacts): string {
  const { files, status } = facts;
  const title = `Server ${status.serverId}: ${status.role}`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(files === undefined ? title : 'SurfRaft: live cluster')}</title>`,
    ...(files === undefined ? [`<style>${style}</style>`] : loaded(files)),
    '</head>',
    '<body>',
    ...(files === undefined ? tables(title, facts) : livePage(title, facts)),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function loaded({ icon, modules, script, style: stylePath }: PageFiles): readonly string[] {
  return [
    `<link rel="icon" type="image/svg+xml" href="${escapeHtml(icon)}">`,
    `<link rel="stylesheet" href="${escapeHtml(stylePath)}">`,
    ...modules.map((path) => `<link rel="modulepreload" href="${escapeHtml(path)}">`),
    `<script type="module" src="${escapeHtml(script)}"></script>`,
  ];
}

/** What the script finds: who the servers are, and which of them this is. */
function livePage(title: string, facts: StatusPageFacts): readonly string[] {
  const { scheme, servers, status, version } = facts;
  const list = servers.map((server) => ({ id: server.id, address: formatAddress(server) }));
  const about = JSON.stringify({ servers: list, self: status.serverId, scheme, version });
  return [
    `<div id="live" data-cluster="${escapeHtml(about)}"></div>`,
    '<noscript><main>',
    ...tables(title, facts),
    '</main></noscript>',
  ];
}

function tables(title: string, facts: StatusPageFacts): readonly string[] {
  return [
    `<h1>${escapeHtml(title)}</h1>`,
    factTable(facts),
    '<h2>Servers</h2>',
    serverTable(facts),
    '<p><a href="/status">status as JSON</a> · <a href="/metrics">metrics</a> · ' +
      `SurfRaft ${escapeHtml(facts.version)}</p>`,
  ];
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;' +
  'color:#1b1f24;background:#fff}table{border-collapse:collapse;width:100%}' +
  'th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d5d9de}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#15181c}' +
  'th,td{border-color:#343a41}a{color:#8ab8ff}}';

function factTable({ status, fileCount }: StatusPageFacts): string {
  const facts: readonly (readonly [string, string | number])[] = [
    ['Role', status.role],
    ['Standing', status.standing],
    ['Term', status.term],
    ['Leader', status.leaderId === undefined ? 'not known' : `server ${status.leaderId}`],
    ['Committed up to', status.commitIndex],
    ['Applied up to', status.lastApplied],
    ['Log', `${status.firstLogIndex} to ${status.lastLogIndex}`],
    ['On disk up to', status.durableIndex],
    ['Snapshot up to', status.snapshotIndex === 0 ? 'none' : status.snapshotIndex],
    ['Pending updates', status.pendingUpdates],
    ['Pending reads', status.pendingReads],
    ['Files', fileCount],
    ['Unreachable on purpose', status.unreachable.join(', ') || 'none'],
    ['Disk', findIllness(status) ?? 'fine'],
    ['State compared with others', describeMismatch(status)],
  ];
  return table(facts.map(([name, value]) => `<tr><th scope="row">${name}</th>${cell(value)}</tr>`));
}

function describeMismatch({ stateMismatch }: ReplicaStatus): string {
  if (stateMismatch === undefined) return 'no difference found';
  const { index, servers } = stateMismatch;
  return `differs at index ${index} from server ${servers.join(', ')}`;
}

function serverTable({ scheme, status, servers }: StatusPageFacts): string {
  const rows = servers.map((server) => {
    const follower = status.followers.find((each) => each.serverId === server.id);
    const address = escapeHtml(formatAddress(server));
    const link = `<td><a href="${scheme}://${address}/">${address}</a></td>`;
    const isSelf = server.id === status.serverId;
    const replicated = isSelf ? status.lastLogIndex : (follower?.matchIndex ?? '');
    return `<tr>${cell(server.id)}${link}${cell(replicated)}${cell(remark(server, status))}</tr>`;
  });
  const head = ['Server', 'Address', 'Log equal up to', '']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  return table([`<tr>${head}</tr>`, ...rows]);
}

function remark(server: ServerAddress, status: ReplicaStatus): string {
  const words: string[] = [];
  if (server.id === status.serverId) words.push('this server');
  if (server.id === status.leaderId) words.push('leader');
  return words.join(', ');
}

function table(rows: readonly string[]): string {
  return ['<table>', ...rows, '</table>'].join('\n');
}

function cell(value: string | number): string {
  return `<td>${escapeHtml(String(value))}</td>`;
}
