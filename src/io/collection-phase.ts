/**
 * Servers of a cluster log the same bytes, and so V8 would collect all of their garbage at the same
 * moment. It looks at the whole heap each time that what buffers hold outside of it has grown by a
 * fixed step, and a buffer that holds nothing moves where the first of these steps ends.
 */
import type { ServerId } from '../base/ids.js';
import { phaseOf } from '../base/phase.js';

/** V8's `kExternalAllocationSoftLimit`. */
const stepBytes = 64 * 1024 * 1024;

/** Never freed. Only their length counts: nothing is written to them, so they take no memory. */
const unused: ArrayBuffer[] = [];

/** Of a process that serves as this server. */
export function shiftCollections(serverId: ServerId): void {
  unused.push(new ArrayBuffer(Math.floor(phaseOf(serverId) * stepBytes)));
}
