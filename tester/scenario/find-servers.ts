/**
 * Finds the servers that an expression stands for, at the moment when a step needs them.
 */
import { unreachable } from '../../src/base/assert.js';
import { CheckSkipped } from '../cluster/check-outcome.js';
import type { Server } from '../wire/server.js';
import type { Count, Who } from './scenario.js';
import type { Scene } from './stage.js';

/** In the order of the ids, unless chance or a list orders them. Waits where a leader is meant. */
export async function findServers(who: Who, scene: Scene): Promise<readonly Server[]> {
  const { cluster } = scene.stage;
  switch (who.kind) {
    case 'all':
      return cluster.servers;
    case 'leader':
      return [await cluster.leader(scene.stage.present())];
    case 'followers':
      return cluster.others(await cluster.leader(scene.stage.present()));
    case 'id': {
      const server = cluster.servers.find(({ seat }) => seat.id === who.id);
      if (server === undefined) throw new CheckSkipped(`there is no server ${who.id}`);
      return [server];
    }
    case 'name':
      return scene.stage.named(who.name);
    case 'some':
      return pick(await findServers(who.of, scene), who, scene);
    case 'but': {
      const without = await findServers(who.without, scene);
      return (await findServers(who.of, scene)).filter((server) => !without.includes(server));
    }
    case 'union': {
      const parts: Server[] = [];
      for (const part of who.parts) parts.push(...(await findServers(part, scene)));
      return [...new Set(parts)];
    }
    default:
      return unreachable(who);
  }
}

function pick(
  from: readonly Server[],
  { count, random }: { readonly count: Count; readonly random: boolean },
  scene: Scene,
): readonly Server[] {
  const wanted = countOf(count, scene);
  if (wanted > from.length) {
    throw new CheckSkipped(`needs ${wanted} servers where this cluster has ${from.length}`);
  }
  return (random ? shuffle(from, scene.random) : from).slice(0, wanted);
}

function countOf(count: Count, { stage: { cluster } }: Scene): number {
  if (typeof count === 'number') return count;
  return count === 'majority' ? cluster.majority : cluster.target.seats.length - cluster.majority;
}

function shuffle(servers: readonly Server[], random: () => number): readonly Server[] {
  return servers
    .map((server) => ({ server, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ server }) => server);
}
