/** Takes back what was done to servers on purpose: the crash switch, the artificial partition. */
import type { ClientFailure } from '../client/client-errors.js';
import { reportingServers } from '../doctor/cluster-look.js';
import { serversText } from '../doctor/words.js';
import {
  callServer,
  lookAtCluster,
  type ChosenCluster,
  type ChosenServer,
} from './chosen-cluster.js';
import { StartError } from './start-error.js';

export interface HealedServer {
  readonly id: number;
  /** Whether its crash switch was on. */
  readonly wasCrashed: boolean;
  /** From whom it was cut off. */
  readonly wasCutFrom: readonly number[];
  /** Why it could not be healed; null when it was. */
  readonly error: string | null;
}

export interface Healed {
  /** Whether all of them were. */
  readonly ok: boolean;
  readonly healed: readonly HealedServer[];
}

/** `restore` on each of them: it also clears the partition that was set there. */
export async function healServers(
  cluster: ChosenCluster,
  servers: readonly ChosenServer[],
): Promise<Healed> {
  const before = reportingServers(await lookAtCluster(cluster));
  const healed = await Promise.all(
    servers.map(async (server): Promise<HealedServer> => {
      const report = before.find(({ id }) => id === server.id)?.report;
      return {
        id: server.id,
        wasCrashed: report?.role === 'crashed',
        wasCutFrom: report?.unreachable.toSorted((a, b) => a - b) ?? [],
        error: await restore(cluster, server),
      };
    }),
  );
  const ok = healed.every(({ error }) => error === null);
  if (!ok) process.exitCode = 1;
  return { ok, healed };
}

async function restore(cluster: ChosenCluster, server: ChosenServer): Promise<string | null> {
  try {
    await callServer(cluster, server, 'restore');
    return null;
  } catch (error) {
    const isExpected =
      error instanceof StartError || 'isWithoutEffect' in (error as Partial<ClientFailure>);
    if (!isExpected) throw error;
    return (error as Error).message;
  }
}

/** Lines of what was done; failures are told apart, on stderr. */
export function printHealed({ healed }: Healed): void {
  const whole: number[] = [];
  for (const { id, wasCrashed, wasCutFrom, error } of healed) {
    if (error !== null) {
      process.stderr.write(`server ${id} was not healed: ${error}\n`);
      continue;
    }
    const done = [
      ...(wasCrashed ? ['its crash switch is released'] : []),
      ...(wasCutFrom.length > 0 ? [`it is no longer cut off from ${serversText(wasCutFrom)}`] : []),
    ];
    if (done.length === 0) whole.push(id);
    else process.stdout.write(`server ${id}: ${done.join(', and ')}\n`);
  }
  if (whole.length > 0) process.stdout.write(`${serversText(whole)}: nothing to heal\n`);
}
