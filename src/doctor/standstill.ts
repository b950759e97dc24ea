/** Whether the cluster can work, by what its servers say; where it cannot, what is missing. */
import { count } from '../base/count.js';
import {
  majorityOf,
  reportingServers,
  type ClusterLook,
  type ReportingServer,
} from './cluster-look.js';
import type { Finding } from './finding.js';
import { slowDiskMs } from './troubled-servers.js';
import { serversText } from './words.js';

/** A follower that has not answered for so long does not follow. */
const followingMsMax = 2_000;

/** What a healthy follower is never behind. */
const behindEntries = 1_000;

/** Servers that can vote, follow and lead, for all that they say of themselves. */
export function ableServers(look: ClusterLook): readonly ReportingServer[] {
  return reportingServers(look).filter(
    ({ id, report: { role, standing, storageError, diskSilentMs } }) =>
      !look.learners.includes(id) &&
      role !== 'crashed' &&
      (standing === 'member' || standing === 'founding') &&
      storageError === undefined &&
      diskSilentMs <= slowDiskMs,
  );
}

/** Who leads a majority; undefined when nobody does. */
export function workingLeader(look: ClusterLook): ReportingServer | undefined {
  return ableServers(look)
    .filter(({ report }) => report.role === 'leader')
    .toSorted((a, b) => b.report.term - a.report.term)
    .find((leader) => supporters(leader, look) >= majorityOf(look));
}

function supporters({ report }: ReportingServer, look: ClusterLook): number {
  const able = ableServers(look).map(({ id }) => id);
  // Of whom only the leader hears, nothing bad is known.
  const unseen = look.servers
    .filter(({ seen }) => seen.kind === 'silent' && seen.why !== 'refused')
    .map(({ id }) => id);
  const followers = report.followers.filter(
    ({ serverId, silentMs }) =>
      !look.learners.includes(serverId) &&
      silentMs !== undefined &&
      silentMs < followingMsMax &&
      (able.includes(serverId) || unseen.includes(serverId)),
  );
  return followers.length + 1;
}

/** `isExplained`: something else was found already. */
export function findStandstill(look: ClusterLook, isExplained: boolean): readonly Finding[] {
  const leader = workingLeader(look);
  if (leader !== undefined) return findBehind(look, leader);
  const able = ableServers(look).map(({ id }) => id);
  const needed = majorityOf(look);
  const all = look.servers.length - look.learners.length;
  const servers = look.servers.map(({ id }) => id);
  const waiting = describeWaiting(look);
  if (able.length < needed) {
    const who = able.length === 0 ? 'no server' : `only ${serversText(able)}`;
    return [
      {
        ...{ kind: 'no-majority', servers },
        problem:
          `There is no majority: ${who} of ${all} can take part, ${needed} are needed. ` + waiting,
        advice:
          'Mend what is said above, so that ' +
          `${count(needed - able.length, 'more server')} can take part.`,
      },
    ];
  }
  return [
    {
      ...{ kind: 'no-leader', servers },
      problem:
        `Nobody leads a majority, although ${able.length} of ${all} servers could take part. ` +
        waiting,
      advice: isExplained
        ? 'Mend what is said above: these servers do not reach each other.'
        : 'An election is under way, or the servers do not reach each other: look again soon.',
    },
  ];
}

function describeWaiting(look: ClusterLook): string {
  const sum = (read: (server: ReportingServer) => number): number =>
    reportingServers(look).reduce((total, server) => total + read(server), 0);
  const updates = sum(({ report }) => report.pendingUpdates);
  const reads = sum(({ report }) => report.pendingReads);
  if (updates + reads === 0) return 'Updates and reads wait until that has changed.';
  return `${count(updates, 'update')} and ${count(reads, 'read')} wait until that has changed.`;
}

function findBehind(look: ClusterLook, leader: ReportingServer): readonly Finding[] {
  return ableServers(look).flatMap(({ id, report }) => {
    const behind = leader.report.commitIndex - report.lastApplied;
    if (behind < behindEntries) return [];
    return [
      {
        ...{ kind: 'behind', servers: [id] },
        problem: `Server ${id} is ${count(behind, 'entry', 'entries')} behind the leader.`,
        advice:
          'It is catching up. If that number does not fall, its disk or its network is too slow ' +
          'for what is written.',
      },
    ];
  });
}
