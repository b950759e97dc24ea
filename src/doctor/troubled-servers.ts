/** Servers that answer and say themselves that something is wrong: switch, disk, data, state. */
import {
  reportingServers,
  type ClusterLook,
  type ReportingServer,
  type ServerReport,
} from './cluster-look.js';
import type { Finding } from './finding.js';
import { momentText, serversText, timeText } from './words.js';

/** Longer than any election timeout by default. */
export const slowDiskMs = 1_000;

/** A folder that was made when its process started is as old as that, give or take. */
const startMs = 10_000;

export function findTroubledServers(look: ClusterLook): readonly Finding[] {
  return reportingServers(look).flatMap((server) => [
    ...crashSwitch(server, look),
    ...disk(server),
    ...standing(server, look),
    ...state(server),
  ]);
}

function crashSwitch({ id, report }: ReportingServer, { target }: ClusterLook): readonly Finding[] {
  if (report.role !== 'crashed') return [];
  return [
    {
      ...{ kind: 'crashed', servers: [id] },
      problem: `Server ${id} is crashed by its crash switch: it refuses clients and servers.`,
      advice: `npx surfraft restore ${target} ${id}`,
    },
  ];
}

function disk({ id, report }: ReportingServer): readonly Finding[] {
  const { storageError, diskSilentMs } = report;
  if (storageError !== undefined) {
    return [
      {
        ...{ kind: 'disk-fails', servers: [id] },
        problem: `The disk of server ${id} refuses: ${storageError}. The server stands aside.`,
        advice: adviceOf(storageError),
      },
    ];
  }
  if (diskSilentMs <= slowDiskMs) return [];
  return [
    {
      ...{ kind: 'disk-silent', servers: [id] },
      problem: `The disk of server ${id} has not answered a write for ${timeText(diskSilentMs)}.`,
      advice:
        'Look at the disk, and at what else writes to it. The server goes on by itself once the ' +
        'disk answers.',
    },
  ];
}

function adviceOf(storageError: string): string {
  const isFull = /\b(full|no space|ENOSPC|quota|EDQUOT)\b/i.test(storageError);
  if (isFull) return 'Make room on that disk; the server tries again and is back by itself.';
  return (
    'Look at the disk (dmesg, smartctl). The server tries again and is back by itself if the ' +
    'disk works; otherwise start it with an empty data folder on another disk: the others ' +
    'refill it.'
  );
}

function standing(server: ReportingServer, look: ClusterLook): readonly Finding[] {
  const { id, report } = server;
  if (report.role === 'crashed') return [];
  if (report.standing === 'refilling') return [lostData(server, look)];
  // Of a learner more is said elsewhere.
  if (report.standing !== 'joining' || look.learners.includes(id)) return [];
  return [
    {
      ...{ kind: 'joining', servers: [id] },
      problem: `Server ${id} is new and does not count before a majority has come to know it.`,
      advice: 'Start the other servers.',
    },
  ];
}

function lostData({ id, report }: ReportingServer, look: ClusterLook): Finding {
  const absent = look.servers
    .filter((other) => other.id !== id)
    .filter(({ id: other, seen }) => seen.kind !== 'report' || !hasMet(report, other))
    .map((other) => other.id);
  const told = `${describeLoss(report)} It neither votes nor counts until it is refilled.`;
  return {
    ...{ kind: 'data-lost', servers: [id] },
    problem: `Server ${id} has lost its data: ${told}`,
    advice:
      absent.length > 0
        ? `It waits for every other server: bring ${serversText(absent)} back, with the data of ` +
          `${absent.length === 1 ? 'that server' : 'those servers'}. ` +
          `If the old data of server ${id} still exists, stop it and put that back.`
        : "It is being refilled: wait until it has all of the leader's log.",
  };
}

function hasMet({ links }: ServerReport, other: number): boolean {
  return links.some(({ id, answeredMs }) => id === other && answeredMs !== undefined);
}

function describeLoss({ dataSinceMs, clockMs, uptimeSeconds }: ServerReport): string {
  const isFolderNew =
    dataSinceMs !== undefined &&
    clockMs !== undefined &&
    dataSinceMs > clockMs - uptimeSeconds * 1_000 - startMs;
  if (dataSinceMs === undefined)
    return 'it keeps it in memory (--ephemeral), and was started again.';
  return isFolderNew
    ? `its data folder was empty when it started, and is new since ${momentText(dataSinceMs)}.`
    : 'its folder was wiped or damaged before; its log says how.';
}

function state({ id, report }: ReportingServer): readonly Finding[] {
  const { stateMismatch } = report;
  if (stateMismatch === undefined) return [];
  const { index, servers } = stateMismatch;
  return [
    {
      ...{ kind: 'state-differs', servers: [id] },
      problem:
        `The state of server ${id} differs from that of ${serversText(servers)} ` +
        `at index ${index}.`,
      advice:
        'Make a backup, and look for damage with npx surfraft verify. The server that differs ' +
        'from all others can be refilled by them: start it with --fresh. Please report this.',
    },
  ];
}
