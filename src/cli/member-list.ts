/** Who belongs to a cluster, how far each is and for whom it waits: once, or until it counts. */
import { setTimeout as wait } from 'node:timers/promises';
import { reportingServers, type ClusterLook } from '../doctor/cluster-look.js';
import { membersIn, whatFor } from '../doctor/members.js';
import { lookAtCluster, type ChosenCluster } from './chosen-cluster.js';
import { StartError } from './start-error.js';

export interface ListedMember {
  readonly id: number;
  readonly address: string;
  readonly role: 'voter' | 'learner';
  readonly leads: boolean;
  readonly answers: boolean;
  /** How far its log is that of the leader, and how many entries it lacks; null if unknown. */
  readonly matchIndex: number | null;
  readonly lag: number | null;
  /** Servers that have to come to know it before it counts. */
  readonly waitsFor: readonly number[];
  /** Why it does not count; null for one that does. */
  readonly why: string | null;
}

export interface ListedMembers {
  readonly members: readonly ListedMember[];
  /** Whether the newest change is known to be committed. */
  readonly committed: boolean;
  /** Servers that were removed, and run all the same. */
  readonly removed: readonly number[];
}

const pauseMs = 300;

export async function listMembers(cluster: ChosenCluster): Promise<ListedMembers> {
  const look = await lookAtCluster(cluster);
  const listed = toList(look);
  if (listed !== undefined) return listed;
  const isSilent = reportingServers(look).length === 0;
  throw new StartError(
    isSilent
      ? `no server of ${cluster.target} answers; npx surfraft doctor ${cluster.target} says more`
      : `the servers of ${cluster.target} are older than this program, and do not tell`,
  );
}

function toList(look: ClusterLook): ListedMembers | undefined {
  const reports = reportingServers(look);
  const members = membersIn(reports.map(({ report }) => report));
  if (members === undefined) return undefined;
  const [leader] = reports
    .filter(({ report }) => report.role === 'leader')
    .toSorted((a, b) => b.report.term - a.report.term);
  return {
    members: members.map(({ id, address, voter }): ListedMember => {
      const report = reports.find((each) => each.id === id)?.report;
      const follower = leader?.report.followers.find(({ serverId }) => serverId === id);
      const leads = leader?.id === id;
      const matchIndex = leads ? leader.report.lastLogIndex : (follower?.matchIndex ?? null);
      const last = leader?.report.lastLogIndex;
      return {
        ...{ id, address, role: voter ? 'voter' : 'learner', leads },
        answers: report !== undefined,
        matchIndex,
        lag: matchIndex === null || last === undefined ? null : Math.max(0, last - matchIndex),
        waitsFor: report?.awaitedJoins ?? [],
        why: voter ? null : whatFor(id, report, look),
      };
    }),
    committed: leader?.report.membersCommitted ?? false,
    removed: look.others
      .filter(({ id, seen }) => seen.kind === 'report' && seen.report.serverId === id)
      .map(({ id }) => id),
  };
}

export function printMembers({ members, committed, removed }: ListedMembers): void {
  const lines = members.map(({ id, address, role, leads, answers, lag, why }) => {
    const words = [
      leads ? 'leads' : role,
      ...(answers || why !== null ? [] : ['does not answer']),
      ...(lag === null || lag === 0 ? [] : [`lacks ${lag} entries`]),
      ...(why === null ? [] : [why]),
    ];
    return `server ${id} at ${address}: ${words.join('; ')}`;
  });
  const late = [
    ...(committed ? [] : ['the newest change is not known to be committed']),
    ...removed.map((id) => `server ${id} was removed, and still runs: end it`),
  ];
  process.stdout.write([...lines, ...late].map((line) => `${line}\n`).join(''));
}

/** Tells on standard error what the server waits for, each time that this is something else. */
export async function waitForVoter(cluster: ChosenCluster, id: number): Promise<void> {
  let told = '';
  for (;;) {
    const found = toList(await lookAtCluster(cluster))?.members.find((each) => each.id === id);
    if (found?.role === 'voter') return;
    const why = found?.why ?? 'no server that answers knows it';
    if (why !== told) process.stderr.write(`server ${id} does not count yet: ${why}\n`);
    told = why;
    await wait(pauseMs);
  }
}
