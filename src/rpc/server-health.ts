/**
 * What keeps a server from being alive or ready, in words for whoever watches it. `/livez` speaks
 * of what a restart or a person must mend, `/readyz` of what keeps this server from serving now.
 */
import { unreachable } from '../base/assert.js';
import { findMember } from '../raft/configuration.js';
import type { ReplicaStatus } from '../replica/replica-api.js';
import { describeRemoval, isSelfRemoved } from './cluster-members.js';

/** A disk that is silent for longer has hung. */
const deadDiskMs = 10_000;

/** Longer than any election timeout by default: the server cannot keep up with its cluster. */
const slowDiskMs = 1_000;

/** Why the server is not alive, or undefined when it is. The crash switch is no illness. */
export function findIllness({ storageError, diskSilentMs }: ReplicaStatus): string | undefined {
  if (storageError !== undefined) return `storage: ${storageError}`;
  return diskSilentMs > deadDiskMs ? silentDisk(diskSilentMs) : undefined;
}

/** Why the server is not ready, or undefined when it leads or knows the leader. */
export function findHindrance(status: ReplicaStatus): string | undefined {
  const { role, leaderId, storageError, diskSilentMs } = status;
  if (role === 'crashed') return 'crashed by the crash switch';
  if (storageError !== undefined) return `storage: ${storageError}`;
  if (diskSilentMs > slowDiskMs) return silentDisk(diskSilentMs);
  if (isSelfRemoved(status)) return `${describeRemoval(status.serverId)}: end it`;
  const wait = describeWait(status);
  if (wait !== undefined) return wait;
  if (role !== 'leader' && leaderId === undefined) return 'no leader is known';
  return undefined;
}

function silentDisk(silentMs: number): string {
  return `storage: the disk has not answered for ${(silentMs / 1000).toFixed(1)} s`;
}

/** What a server waits for that does not count yet; undefined for one that does. */
function describeWait(status: ReplicaStatus): string | undefined {
  const { serverId, standing, configuration, awaitedJoins } = status;
  switch (standing) {
    case 'founding':
    case 'member':
      return undefined;
    case 'joining':
      return findMember(configuration, serverId)?.voter === true
        ? 'joining: waits until a majority of the servers has come to know it'
        : 'joining: waits until it is added, has the log, and all servers have come to know it' +
            (awaitedJoins.length === 0 ? '' : ` (not yet: ${awaitedJoins.join(', ')})`);
    case 'refilling':
      return (
        'refilling: waits until every other server has answered, ' +
        "and until it has all of the leader's log"
      );
    default:
      return unreachable(standing);
  }
}
