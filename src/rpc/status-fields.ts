/** The page `/status` as a value: what a server believes and how it is doing. */
import type { ReplicaStatus } from '../replica/replica-api.js';
import { isSelfRemoved } from './cluster-members.js';
import { internalStateFields } from './internal-state.js';
import type { MethodServices } from './method-services.js';
import { formatAddress, type ServerAddress } from './server-address.js';

export interface StatusSource {
  readonly services: MethodServices;
  /** The version of this program. */
  readonly version: string;
  readonly connectionCount: () => number;
  readonly pendingCallCount: () => number;
}

/** Its members, as docs/api.md has them. */
export function statusFields({
  services,
  version,
  connectionCount,
  pendingCallCount,
}: StatusSource): Readonly<Record<string, unknown>> {
  const status = services.replica.status();
  const formats = services.formats();
  return {
    ...Object.fromEntries(internalStateFields(status)),
    peers: services.members.all.map(placeOf),
    ...memberFields(status),
    votedFor: status.votedFor ?? null,
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
    format: formats.newest,
    formatInUse: formats.inUse,
  };
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
