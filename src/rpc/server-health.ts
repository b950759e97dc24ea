/**
 * What keeps a server from being alive or ready, in words for whoever watches it. `/livez` speaks
 * of what a restart or a person must mend, `/readyz` of what keeps this server from serving now.
 */
import { unreachable } from '../base/assert.js';
import type { Standing } from '../raft/effects.js';
import type { ReplicaStatus } from '../replica/replica-api.js';

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
  const { role, leaderId, standing, storageError, diskSilentMs } = status;
  if (role === 'crashed') return 'crashed by the crash switch';
  if (storageError !== undefined) return `storage: ${storageError}`;
  if (diskSilentMs > slowDiskMs) return silentDisk(diskSilentMs);
  const wait = describeWait(standing);
  if (wait !== undefined) return wait;
  if (role !== 'leader' && leaderId === undefined) return 'no leader is known';
  return undefined;
}

function silentDisk(silentMs: number): string {
  return `storage: the disk has not answered for ${(silentMs / 1000).toFixed(1)} s`;
}

/** What a server waits for that does not count yet; undefined for one that does. */
function describeWait(standing: Standing): string | undefined {
  switch (standing) {
    case 'founding':
    case 'member':
      return undefined;
    case 'joining':
      return 'joining: waits until a majority of the servers has come to know it';
    case 'refilling':
      return (
        'refilling: waits until every other server has answered, ' +
        "and until it has all of the leader's log"
      );
    default:
      return unreachable(standing);
  }
}
