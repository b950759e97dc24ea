/**
 * Which servers run a program from before members could be changed, or are to leave a way back to
 * one open (`--format-max`): it could not read the entry that changes them. Servers that do not
 * answer are left out, or no dead one could be replaced; such a program that comes back later says
 * that a newer one is needed, and ends.
 */
import type { ServerId } from '../base/ids.js';
import { lookAtServer } from '../client/look-at-server.js';
import type { ServerProof } from '../client/rpc-connection.js';
import type { ServerReport } from '../doctor/cluster-look.js';
import type { ServerAddress } from '../rpc/server-address.js';
import { newestFormat } from '../state/formats.js';

const silenceMs = 1_000;

export async function findOlder(
  peers: readonly ServerAddress[],
  proof: ServerProof,
): Promise<readonly ServerId[]> {
  const looks = await Promise.all(
    peers.map(async (peer) => ({ id: peer.id, seen: await lookAtServer(peer, proof, silenceMs) })),
  );
  return looks
    .filter(({ seen }) => seen.kind === 'report' && isOlder(seen.report))
    .map(({ id }) => id);
}

function isOlder({ members, format = 1 }: ServerReport): boolean {
  return members === undefined || format < newestFormat;
}
