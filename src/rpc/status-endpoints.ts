/**
 * What people and machines may `GET`: the state as JSON, the two health checks, the metrics and a
 * page. They answer whatever state the server is in, and change nothing.
 */
import type { ReplicaStatus } from '../replica/replica-api.js';
import { isSelfRemoved } from './cluster-members.js';
import { internalStateFields } from './internal-state.js';
import type { MethodServices } from './method-services.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import { findHindrance, findIllness } from './server-health.js';
import type { ServerMetrics } from './server-metrics.js';
import { statusPage } from './status-page.js';

/** A whole answer; the HTTP side adds the length and, for HEAD, leaves out the body. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a server answers to `GET` and `HEAD`. */
export interface Pages {
  /** The page at `path`, or undefined when there is none. */
  get(path: string): Page | Promise<Page> | undefined;
}

/** What every page may tell of the port that it is asked at. */
export interface PortFacts {
  readonly metrics: ServerMetrics;
  /** The version of this program. */
  readonly version: string;
  readonly connectionCount: () => number;
  readonly pendingCallCount: () => number;
}

export interface StatusEndpointsOptions extends PortFacts {
  readonly services: MethodServices;
}

/** Answers are of the moment they are given in. */
const fresh = { 'Cache-Control': 'no-store' };

export class StatusEndpoints implements Pages {
  readonly #options: StatusEndpointsOptions;

  constructor(options: StatusEndpointsOptions) {
    this.#options = options;
  }

  get(path: string): Page | Promise<Page> | undefined {
    switch (path) {
      case '/':
        return this.#overview();
      case '/status':
        return jsonPage(this.#statusFields());
      case '/livez':
        return healthPage(findIllness(this.#options.services.replica.status()), '');
      case '/readyz':
        return healthPage(findHindrance(this.#options.services.replica.status()), 'not ready: ');
      case '/metrics':
        return metricsPage(this.#options.metrics);
      default:
        return undefined;
    }
  }

  #statusFields(): Readonly<Record<string, unknown>> {
    const { services, version, connectionCount, pendingCallCount } = this.#options;
    const status = services.replica.status();
    return {
      ...Object.fromEntries(internalStateFields(status)),
      peers: services.members.all.map(placeOf),
      ...memberFields(status),
      standing: status.standing,
      awaitedJoins: status.awaitedJoins,
      durableIndex: status.durableIndex,
      snapshotIndex: status.snapshotIndex,
      followers: status.followers.map((follower) => ({
        ...follower,
        silentMs: follower.silentMs ?? null,
      })),
      unreachable: status.unreachable,
      unreachableDirection: status.unreachableDirection,
      links: status.contacts.map(({ serverId, answeredMs, heardMs, failure }) => ({
        id: serverId,
        answeredMs: answeredMs ?? null,
        heardMs: heardMs ?? null,
        failure: failure ?? null,
      })),
      storageError: status.storageError ?? null,
      diskSilentMs: status.diskSilentMs,
      stateMismatch: status.stateMismatch ?? null,
      pendingUpdates: status.pendingUpdates,
      pendingReads: status.pendingReads,
      pendingCalls: pendingCallCount(),
      connections: connectionCount(),
      files: services.files.size,
      uptimeSeconds: Math.floor(process.uptime()),
      version,
      clockMs: services.nowMs(),
      configDigest: services.configDigest,
      file: services.members.inFile.map(placeOf),
      dataSinceMs: services.dataSinceMs === undefined ? null : Math.round(services.dataSinceMs),
    };
  }

  #overview(): Page {
    const { services, version } = this.#options;
    return {
      status: 200,
      headers: {
        ...fresh,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      },
      body: statusPage({
        status: services.replica.status(),
        servers: services.members.all,
        fileCount: services.files.size,
        version,
      }),
    };
  }
}

function placeOf(server: ServerAddress): { readonly id: number; readonly address: string } {
  return { id: server.id, address: formatAddress(server) };
}

/** Who belongs to the cluster by this server's log, and whether this server was removed. */
function memberFields(status: ReplicaStatus): Readonly<Record<string, unknown>> {
  const { configuration, isConfigurationCommitted } = status;
  return {
    members: configuration.members,
    nextId: configuration.nextId,
    membersCommitted: isConfigurationCommitted,
    removed: isSelfRemoved(status),
  };
}

/** What Prometheus reads. */
export async function metricsPage(metrics: ServerMetrics): Promise<Page> {
  const body = await metrics.text();
  return { status: 200, headers: { ...fresh, 'Content-Type': metrics.contentType }, body };
}

/** A value as JSON, for people, too. */
export function jsonPage(value: unknown): Page {
  return {
    status: 200,
    headers: { ...fresh, 'Content-Type': 'application/json' },
    body: `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

/** 200, or 503 with what is wrong in one line. */
export function healthPage(mistake: string | undefined, prefix: string): Page {
  if (mistake === undefined) return plainPage(200, 'ok');
  return plainPage(503, `${prefix}${mistake.replaceAll(/\s+/g, ' ')}`);
}

/** A line of text. */
export function plainPage(status: number, text: string): Page {
  return {
    status,
    headers: { ...fresh, 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${text}\n`,
  };
}
