/** What should be the same on all servers and is not: configurations and clocks. */
import {
  reportingServers,
  type ClusterLook,
  type ReportingServer,
  type ServerAddress,
} from './cluster-look.js';
import type { Finding } from './finding.js';
import { listText, momentText, timeText } from './words.js';

/** Clocks that are kept by a time service differ by less. */
const clockOffMs = 1_000;

export function findDifferingServers(look: ClusterLook): readonly Finding[] {
  return [...findOtherConfigs(look), ...findWrongClocks(look)];
}

function findOtherConfigs(look: ClusterLook): readonly Finding[] {
  const servers = reportingServers(look).filter(({ report }) => report.configDigest !== undefined);
  const common = mostCommon(servers.map(({ report }) => report.configDigest));
  const { config } = look;
  if (config !== undefined && common !== undefined && !isUsed(config.digest, servers)) {
    return [otherFile(look, servers, common)];
  }
  const right = config?.digest ?? common;
  const reference = servers.find(({ report }) => report.configDigest === right);
  if (reference === undefined) return [];
  return servers
    .filter(({ report }) => report.configDigest !== right)
    .map(({ id, report }) => {
      const how = listText(differences(report.peers, reference.report.peers));
      return {
        ...{ kind: 'config-differs', servers: [id] },
        problem: `Server ${id} was started with another configuration than the others: ${how}.`,
        advice: `Give server ${id} the configuration of the others, and start it again.`,
      };
    });
}

function isUsed(digest: string, servers: readonly ReportingServer[]): boolean {
  return servers.some(({ report }) => report.configDigest === digest);
}

/** Nobody runs with the configuration that was named. */
function otherFile(
  { servers: named, target }: ClusterLook,
  servers: readonly ReportingServer[],
  digest: string,
): Finding {
  const typical = servers.find(({ report }) => report.configDigest === digest);
  const how = listText(differences(typical?.report.peers ?? [], named));
  return {
    ...{ kind: 'config-differs', servers: servers.map(({ id }) => id) },
    problem: `The servers were started with another configuration than ${target}: there ${how}.`,
    advice: `Use the file that the servers use, or start all servers again with ${target}.`,
  };
}

/** In which words `peers` differ from `others`. */
function differences(
  peers: readonly ServerAddress[],
  others: readonly ServerAddress[],
): readonly string[] {
  const words: string[] = [];
  if (peers.length !== others.length) words.push(`M is ${peers.length} and not ${others.length}`);
  for (const { id, address } of peers) {
    const other = others.find((each) => each.id === id)?.address;
    if (other === undefined || other.toLowerCase() === address.toLowerCase()) continue;
    words.push(`server ${id} is at ${address} and not at ${other}`);
  }
  return words.length > 0
    ? words
    : ['its founders, its block stores, or the number of copies, are others'];
}

/** The clock of whoever looks has a voice, too: two clocks alone would not tell which is wrong. */
function findWrongClocks(look: ClusterLook): readonly Finding[] {
  const servers = reportingServers(look).flatMap(({ id, report, clockAheadMs }) =>
    clockAheadMs === undefined || report.clockMs === undefined
      ? []
      : [{ id, clockMs: report.clockMs, aheadMs: clockAheadMs }],
  );
  const right = median([0, ...servers.map(({ aheadMs }) => aheadMs)]);
  return servers
    .filter(({ aheadMs }) => Math.abs(aheadMs - right) > clockOffMs)
    .map(({ id, clockMs, aheadMs }) => {
      const off = timeText(Math.abs(aheadMs - right));
      const way = aheadMs > right ? 'ahead of' : 'behind';
      return {
        ...{ kind: 'clock-differs', servers: [id] },
        problem:
          `The clock of server ${id} is ${off} ${way} the others': ` +
          `it says ${momentText(clockMs)}.`,
        advice:
          'Set it right, and let a time service (chrony, systemd-timesyncd) keep it. Consensus ' +
          'does not need clocks; the times of versions, posts and sessions do.',
      };
    });
}

/** Of two in the middle, the one that is nearer to the clock of whoever looks. */
function median(values: readonly number[]): number {
  const inOrder = values.toSorted((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  const [low = 0, high = 0] = [inOrder[Math.floor(middle)], inOrder[Math.ceil(middle)]];
  return Math.abs(low) < Math.abs(high) ? low : high;
}

function mostCommon(words: readonly (string | undefined)[]): string | undefined {
  const times = (word: string | undefined): number => words.filter((each) => each === word).length;
  return words.toSorted((a, b) => times(b) - times(a))[0];
}
