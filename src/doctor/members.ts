/**
 * Who belongs to the cluster by its servers' logs, and where that and configuration files differ: a
 * change of members leaves the files to people (docs/decisions/0023-members.md).
 */
import { count } from '../base/count.js';
import {
  reportingServers,
  type ClusterLook,
  type MemberReport,
  type ServerAddress,
  type ServerLook,
  type ServerReport,
} from './cluster-look.js';
import type { Finding } from './finding.js';
import { listText, serversText } from './words.js';

/** Of the server that knows most; undefined when none that answers tells of members. */
export function membersIn(reports: readonly ServerReport[]): readonly MemberReport[] | undefined {
  const rank = ({ role }: ServerReport): number => (role === 'leader' ? 1 : 0);
  const [newest] = reports
    .filter(({ members, removed }) => members !== undefined && !removed)
    .toSorted((a, b) => b.term - a.term || rank(b) - rank(a) || b.lastLogIndex - a.lastLogIndex);
  return newest?.members;
}

export function findMemberTroubles(look: ClusterLook): readonly Finding[] {
  const members = membersIn(reportingServers(look).map(({ report }) => report));
  if (members === undefined) return [];
  return [
    ...findStaleFile(look, members),
    ...findStaleServers(look, members),
    ...members.filter(({ voter }) => !voter).map((learner) => waitingLearner(learner, look)),
    ...look.others.flatMap((other) => findRemoved(other)),
  ];
}

/** The file that was named. */
function findStaleFile(
  { config, target }: ClusterLook,
  members: readonly MemberReport[],
): readonly Finding[] {
  if (config === undefined) return [];
  const { missing, surplus, wrong } = compare(config.servers, members);
  const about = [...missing, ...surplus, ...wrong].map(({ id }) => id);
  if (about.length === 0) return [];
  const lines = [
    ...missing.map(({ id, address }) => `the line "metadata${id}: ${address} joined" and M`),
    ...surplus.map(({ id }) => `the word removed behind the address of metadata${id}`),
    ...wrong.map(({ id, address }) => `the address ${address} of metadata${id}`),
  ];
  return [
    {
      ...{ kind: 'file-stale', servers: about },
      problem: `${target} and the cluster differ: ${describe({ missing, surplus, wrong })}.`,
      advice: `Mend ${listText(lines)}, and copy the file to every server.`,
    },
  ];
}

/** The files with which servers were started. */
function findStaleServers(look: ClusterLook, members: readonly MemberReport[]): readonly Finding[] {
  const idsOf = new Map<string, number[]>();
  for (const { id, report } of reportingServers(look)) {
    const text = report.file === undefined ? '' : describe(compare(report.file, members));
    if (text !== '') idsOf.set(text, [...(idsOf.get(text) ?? []), id]);
  }
  return [...idsOf].map(([text, servers]) => {
    const who = serversText(servers);
    const were = servers.length === 1 ? 'was' : 'were';
    return {
      ...{ kind: 'file-stale', servers },
      problem: `${capital(who)} ${were} started with a file that is not up to date: ${text}.`,
      advice:
        `Give ${who} the new file, and start one after another again at a quiet moment. Files ` +
        'are safe meanwhile; where the servers keep blocks, copies go by the file.',
    };
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface Differences {
  /** Members that the file lacks. */
  readonly missing: readonly ServerAddress[];
  /** Servers of the file that are no members. */
  readonly surplus: readonly ServerAddress[];
  /** Members for which it has another address. */
  readonly wrong: readonly ServerAddress[];
}

function compare(file: readonly ServerAddress[], members: readonly ServerAddress[]): Differences {
  const lacks = (list: readonly ServerAddress[]) => (server: ServerAddress) =>
    !list.some(({ id }) => id === server.id);
  return {
    missing: members.filter(lacks(file)),
    surplus: file.filter(lacks(members)),
    wrong: members.filter(({ id, address }) => {
      const written = file.find((server) => server.id === id)?.address;
      return written !== undefined && written.toLowerCase() !== address.toLowerCase();
    }),
  };
}

function describe({ missing, surplus, wrong }: Differences): string {
  const ids = (servers: readonly ServerAddress[]): string =>
    serversText(servers.map(({ id }) => id));
  const words = [
    ...(missing.length > 0 ? [`the file lacks ${ids(missing)}`] : []),
    ...(surplus.length > 0 ? [`it has ${ids(surplus)}, no member`] : []),
    ...(wrong.length > 0 ? [`it has another address of ${ids(wrong)}`] : []),
  ];
  return listText(words);
}

function waitingLearner({ id }: MemberReport, look: ClusterLook): Finding {
  const report = reportingServers(look).find((server) => server.id === id)?.report;
  return {
    ...{ kind: 'learner', servers: [id] },
    problem: `Server ${id} was added, and does not count yet: ${whatFor(id, report, look)}.`,
    advice: adviceFor(id, report, look),
  };
}

/** What a learner waits for, in words that end a sentence. */
export function whatFor(id: number, report: ServerReport | undefined, look: ClusterLook): string {
  if (report === undefined) return 'it does not answer';
  if (report.awaitedJoins.length > 0) {
    return `it waits for ${serversText(report.awaitedJoins)}, which must come to know it`;
  }
  const leader = reportingServers(look).find((server) => server.report.role === 'leader')?.report;
  const matched = leader?.followers.find(({ serverId }) => serverId === id)?.matchIndex ?? 0;
  const behind = Math.max(0, (leader?.lastLogIndex ?? 0) - matched);
  return `it catches up, and lacks ${count(behind, 'entry', 'entries')}`;
}

function adviceFor(id: number, report: ServerReport | undefined, look: ClusterLook): string {
  if (report === undefined) return `Start it: ./run-server.sh CONFIG ${id}, with the new file.`;
  if (report.awaitedJoins.length > 0) {
    return (
      `Bring ${serversText(report.awaitedJoins)} back, or remove what does not come back: ` +
      `npx surfraft member remove ${look.target} ID`
    );
  }
  return 'Wait. If that number does not fall, its disk or its network is too slow.';
}

function findRemoved({ id, address, seen }: ServerLook): readonly Finding[] {
  if (seen.kind !== 'report' || seen.report.serverId !== id || !seen.report.removed) return [];
  return [
    {
      ...{ kind: 'removed', servers: [id] },
      problem: `Server ${id} (${address}) was removed from the cluster, and still runs.`,
      advice: 'End it: it does no harm, and no good. Its data folder can be deleted.',
    },
  ];
}
