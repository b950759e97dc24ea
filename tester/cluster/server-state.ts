/**
 * What `getinternalstate` tells about one server, for checks that can use it but do not depend on
 * it.
 */
import { CheckFailure } from './check-outcome.js';
import { describeAnswer } from '../wire/answer.js';
import type { Cluster } from './cluster.js';
import { isStruct } from './expectations.js';
import type { Server } from '../wire/server.js';

export async function stateOf(server: Server): Promise<Readonly<Record<string, unknown>>> {
  const { answer, call } = await server.internalState();
  if (answer.kind === 'value' && isStruct(answer.value)) return answer.value;
  throw new CheckFailure('a struct', describeAnswer(answer), `${server.label}, ${call}`);
}

/** The server's term, undefined when this cluster does not tell. */
export async function termOf(cluster: Cluster, server: Server): Promise<unknown> {
  if (!cluster.target.abilities.has('getinternalstate')) return undefined;
  return (await stateOf(server))['term'];
}
