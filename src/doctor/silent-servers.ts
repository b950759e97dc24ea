/** Servers that told nothing of themselves: why that may be, and who heard from them last. */
import { unreachable } from '../base/assert.js';
import { reportingServers, type ClusterLook, type ServerLook } from './cluster-look.js';
import type { Finding } from './finding.js';
import { timeText } from './words.js';

/** A server that others hear so often is not silent: only who looks does not reach it. */
const heardNowMs = 2_000;

export function findSilentServers(look: ClusterLook): readonly Finding[] {
  return look.servers.flatMap((server) => findSilence(server, look));
}

function findSilence(server: ServerLook, look: ClusterLook): readonly Finding[] {
  const { id, address, seen } = server;
  const about = { servers: [id] };
  switch (seen.kind) {
    case 'report': {
      const { serverId } = seen.report;
      if (serverId === id) return [];
      return [
        {
          ...{ ...about, kind: 'wrong-server' },
          problem: `At the address of server ${id} (${address}) server ${serverId} answers.`,
          advice:
            `Compare the configuration of whoever runs there with this one; ` +
            `then start server ${id} at its address.`,
        },
      ];
    }
    case 'stranger':
      return [
        {
          ...{ ...about, kind: 'stranger' },
          problem:
            `Another program answers at the address of server ${id} (${address}): ` +
            `${seen.reason}. ${lastHeard(id, look)}`,
          advice:
            `End that program, or give server ${id} another port in the configuration of every ` +
            `server; then start server ${id}.`,
        },
      ];
    case 'refusing':
      return [
        {
          ...{ ...about, kind: 'tls' },
          problem:
            `At the address of server ${id} (${address}) the connection breaks: ` +
            `${seen.reason}. ${lastHeard(id, look)}`,
          advice:
            'Give --tls-ca, and --tls-cert and --tls-key where clients need them, as the servers ' +
            'were started; none of them where they speak plain HTTP.',
        },
      ];
    case 'silent':
      return [{ ...about, ...describeSilence(server, seen, look) }];
    default:
      return unreachable(seen);
  }
}

function describeSilence(
  { id, address }: ServerLook,
  { why, reason }: Extract<ServerLook['seen'], { readonly kind: 'silent' }>,
  look: ClusterLook,
): Omit<Finding, 'servers'> {
  const since = lastHeard(id, look);
  switch (why) {
    case 'refused':
      return {
        kind: 'not-running',
        problem: `Server ${id} does not run: nothing listens at ${address}. ${since}`,
        advice: `Start server ${id} again. The end of its log says why it ended.`,
      };
    case 'mute':
      return {
        kind: 'hanging',
        problem: `Server ${id} hangs: ${address} takes connections and answers nothing. ${since}`,
        advice:
          'See whether its process is stopped (state T in ps; kill -CONT lets it go on), or its ' +
          'machine is out of memory or time; otherwise end it with kill -9, and start it again.',
      };
    case 'unknownHost':
      return {
        kind: 'unknown-host',
        problem: `The host of server ${id} (${address}) has no address: ${reason}. ${since}`,
        advice: 'Correct the name in the configuration, or the name service.',
      };
    case 'unreachable':
      return {
        kind: 'unreachable',
        problem: `Server ${id} (${address}) cannot be reached from here: ${reason}. ${since}`,
        advice: isHeardNow(id, look)
          ? 'The other servers reach it: look at the network between here and there.'
          : 'See whether its machine runs, and what the network and firewalls do.',
      };
    default:
      return unreachable(why);
  }
}

/** When any other server last heard from this one, as a sentence. */
function lastHeard(id: number, look: ClusterLook): string {
  const [latest] = contactsWith(id, look);
  if (latest !== undefined) {
    return `Server ${latest.by} last heard from it ${timeText(latest.ms)} ago.`;
  }
  const isAsked = reportingServers(look).some(({ report }) => report.links.length > 0);
  return isAsked ? 'No server that answers has heard from it since its own start.' : '';
}

/** Milliseconds since any other server heard from this one; undefined if none did. */
export function lastHeardMs(id: number, look: ClusterLook): number | undefined {
  return contactsWith(id, look)[0]?.ms;
}

function isHeardNow(id: number, look: ClusterLook): boolean {
  return (lastHeardMs(id, look) ?? Infinity) < heardNowMs;
}

interface Contact {
  readonly by: number;
  readonly ms: number;
}

/** The latest first. A crashed server's time stands still. */
function contactsWith(id: number, look: ClusterLook): readonly Contact[] {
  return reportingServers(look)
    .filter(({ report }) => report.role !== 'crashed')
    .flatMap(({ id: by, report }) =>
      report.links
        .filter((link) => link.id === id)
        .flatMap(({ answeredMs, heardMs }) => [answeredMs, heardMs])
        .filter((ms) => ms !== undefined)
        .map((ms) => ({ by, ms })),
    )
    .toSorted((a, b) => a.ms - b.ms);
}
