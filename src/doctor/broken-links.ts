/**
 * Servers that run and do not reach each other: cut off on purpose, refused for want of the secret,
 * or kept apart by the network.
 */
import {
  reportingServers,
  type ClusterLook,
  type ReportingServer,
  type ServerReport,
} from './cluster-look.js';
import type { Finding } from './finding.js';
import { slowDiskMs } from './troubled-servers.js';
import { listText, serversText } from './words.js';

interface BrokenLink {
  readonly from: number;
  readonly to: number;
  readonly failure: string;
}

export function findBrokenLinks(look: ClusterLook): readonly Finding[] {
  // Other configurations are told as such, and refuse each other until they are the same.
  const links = brokenLinks(look).filter(({ failure }) => !failure.includes(' of another cluster'));
  const refused = links.filter(({ failure }) => failure.startsWith('fault 6:'));
  const others = links.filter((link) => !refused.includes(link));
  return [
    ...findPartition(look),
    ...findOtherSecrets(refused),
    ...others.map((link) => broken(link, look)),
  ];
}

function findPartition(look: ClusterLook): readonly Finding[] {
  const cut = reportingServers(look).filter(({ report }) => report.unreachable.length > 0);
  if (cut.length === 0) return [];
  const how = listText([...describeCuts(cut), ...describeWays(cut)]);
  return [
    {
      ...{ kind: 'partition', servers: cut.map(({ id }) => id) },
      problem: `Servers are cut off from each other on purpose: ${how}.`,
      advice: `npx surfraft heal ${look.target}`,
    },
  ];
}

/** Those in both directions, at whichever side they were set; servers with the same ones in one. */
function describeCuts(cut: readonly ReportingServer[]): readonly string[] {
  const pairs = cut
    .filter(({ report }) => report.unreachableDirection === 'both')
    .flatMap(({ id, report }) => report.unreachable.map((other) => [id, other] as const));
  const cutFrom = (id: number): readonly number[] =>
    sorted(pairs.filter((pair) => pair.includes(id)).map(([a, b]) => (a === id ? b : a)));
  const ids = sorted(pairs.flat());
  const told = new Set<string>();
  return ids.flatMap((id) => {
    const others = cutFrom(id);
    const same = ids.filter((each) => String(cutFrom(each)) === String(others));
    if (told.has(String([same, others]))) return [];
    told.add(String([same, others])).add(String([others, same]));
    return [`${serversText(same)} and ${serversText(others)} do not reach each other`];
  });
}

/** Each once, in order. */
function sorted(ids: readonly number[]): readonly number[] {
  return [...new Set(ids)].toSorted((a, b) => a - b);
}

/** Those in one direction. */
function describeWays(cut: readonly ReportingServer[]): readonly string[] {
  return cut.flatMap(({ id, report }) => {
    const others = serversText(sorted(report.unreachable));
    if (report.unreachableDirection === 'both') return [];
    return report.unreachableDirection === 'send'
      ? [`what server ${id} sends does not get to ${others}`]
      : [`server ${id} does not hear ${others}`];
  });
}

/** Calls that fail now, to servers that answer whoever looks and have no trouble of their own. */
function brokenLinks(look: ClusterLook): readonly BrokenLink[] {
  const servers = reportingServers(look);
  return servers
    .filter(({ report }) => callsOthers(report))
    .flatMap(({ id: from, report }) =>
      report.links.flatMap(({ id: to, failure }) => {
        const other = servers.find(({ id }) => id === to);
        const isExplained =
          other === undefined || isTroubled(other.report) || isCut(report, from, other);
        return failure === undefined || isExplained || isElsewhere(report, other)
          ? []
          : [{ from, to, failure }];
      }),
    );
}

/** Followers call nobody: what failed in the last election is history. */
function callsOthers({ role, leaderId }: ServerReport): boolean {
  return role === 'leader' || (role !== 'crashed' && leaderId === undefined);
}

function isTroubled({ role, storageError, diskSilentMs }: ServerReport): boolean {
  return role === 'crashed' || storageError !== undefined || diskSilentMs > slowDiskMs;
}

function isCut(report: ServerReport, from: number, other: ReportingServer): boolean {
  return report.unreachable.includes(other.id) || other.report.unreachable.includes(from);
}

/** The one looks for the other at another address: their configurations differ. */
function isElsewhere({ peers }: ServerReport, { id, address }: ReportingServer): boolean {
  const known = peers.find((peer) => peer.id === id)?.address;
  return known !== undefined && known.toLowerCase() !== address.toLowerCase();
}

/** One finding for each server without which nobody would be refused. */
function findOtherSecrets(links: readonly BrokenLink[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (let left = links; left.length > 0;) {
    const odd = oddServer(left);
    const own = left.filter((link) => isEnd(link, odd));
    const others = sorted(own.flatMap(({ from, to }) => [from, to])).filter((id) => id !== odd);
    findings.push({
      ...{ kind: 'secret-differs', servers: [odd] },
      problem:
        `Server ${odd} and ${serversText(others)} refuse each other's calls: ` +
        `server ${odd} has another secret or certificate (${own[0]?.failure ?? ''}).`,
      advice: `Start server ${odd} with the --secret-file and --tls-* of the others.`,
    });
    left = left.filter((link) => !isEnd(link, odd));
  }
  return findings;
}

function isEnd({ from, to }: BrokenLink, id: number): boolean {
  return from === id || to === id;
}

/** The one at most of the ends; of several, who is refused by a server that is followed. */
function oddServer(links: readonly BrokenLink[]): number {
  const times = (id: number): number => links.filter((link) => isEnd(link, id)).length;
  const [first] = links
    .flatMap(({ from, to }) => [to, from])
    .toSorted((a, b) => times(b) - times(a));
  return first ?? 0;
}

function broken({ from, to, failure }: BrokenLink, look: ClusterLook): Finding {
  const address = look.servers.find(({ id }) => id === to)?.address ?? '';
  return {
    ...{ kind: 'link-broken', servers: [from, to].toSorted((a, b) => a - b) },
    problem:
      `Server ${from} cannot reach server ${to} (${address}), which answers here: ` + `${failure}.`,
    advice:
      'Look at the network and the firewalls between their machines, and whether that address ' +
      'means the same there.',
  };
}
