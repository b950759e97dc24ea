/**
 * Steps that several checks share: losing a leader, and getting an update through while leaders
 * change.
 */
import { isDeepStrictEqual } from 'node:util';
import { CheckFailure } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import { isStruct } from '../../cluster/expectations.js';
import { describeAnswer } from '../../wire/answer.js';
import type { Reply, Server, Update } from '../../wire/server.js';

/** Crashes the leader and waits, patiently, for another; how long that took. */
export async function replaceLeader(
  cluster: Cluster,
  leader: Server,
): Promise<{ readonly successor: Server; readonly tookMs: number }> {
  const live = await liveServers(cluster);
  await cluster.crash(leader);
  const startedAt = performance.now();
  const successor = await cluster.leader(live.filter((server) => server !== leader));
  return { successor, tookMs: performance.now() - startedAt };
}

export async function liveServers(cluster: Cluster): Promise<readonly Server[]> {
  const replies = await Promise.all(cluster.servers.map((server) => server.isCrashed()));
  return replies
    .filter(({ answer }) => answer.kind === 'value' && answer.value === false)
    .map((reply) => reply.server);
}

export function isTrue({ answer }: Reply): boolean {
  return answer.kind === 'value' && answer.value === true;
}

/** True of an end that does not say whether the update took effect. */
export function leavesOpen({ answer }: Reply): boolean {
  if (answer.kind === 'silent' || answer.kind === 'lost') return true;
  return answer.kind === 'fault' && (answer.code === 3 || /outcome unknown/.test(answer.text));
}

/** The entry of a file in a reply of `getfileinfomap`; undefined when there is none. */
export function entryIn({ answer }: Reply, name: string): unknown {
  const map = answer.kind === 'value' && isStruct(answer.value) ? answer.value : {};
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/**
 * Makes an update on whoever of `among` leads, again and again, until it has taken effect; the
 * server that said so. Its hash list must be like no other: a `false` is no failure when the map
 * shows this very update, since an earlier try may have been cut off after it was logged.
 */
export async function insistOn(
  cluster: Cluster,
  among: readonly Server[],
  update: Update,
): Promise<Server> {
  let last: Reply | undefined;
  const tookIt = await cluster.within(cluster.timing.settleMs, async () => {
    const [leader] = await cluster.leadersNow(among);
    if (leader === undefined) return undefined;
    last = await leader.update(update, cluster.timing.promptLimitMs);
    if (isTrue(last)) return leader;
    if (last.answer.kind !== 'value') return undefined;
    const map = await leader.fileInfoMap(cluster.timing.promptLimitMs);
    const isThere = isDeepStrictEqual(entryIn(map, update.name), [update.version, update.hashes]);
    return isThere ? leader : undefined;
  });
  if (tookIt !== undefined) return tookIt;
  const seen = last === undefined ? 'no leader' : describeAnswer(last.answer);
  throw new CheckFailure(
    `version ${update.version} to be taken by a leader within ${cluster.timing.settleMs} ms`,
    seen,
    last === undefined ? undefined : `${last.server.label}, ${last.call}`,
  );
}
