/**
 * What was answered is on the followers at once, and all servers hold the same map.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeValue } from '../../wire/answer.js';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectValue, isStruct } from '../../cluster/expectations.js';
import { stateOf } from '../../cluster/server-state.js';
import type { Server } from '../../wire/server.js';

const group = 'replication';

const updateCount = 15;

/** Milliseconds from the answer of an update until every follower shows it. */
async function visibilityDelay(cluster: Cluster, name: string, version: number): Promise<number> {
  const leader = await cluster.leader();
  const followers = cluster.others(leader);
  expectValue(await leader.update(sampleUpdate(name, version)), true);
  const answeredAt = performance.now();
  await cluster.expectApplied(followers, { name, version }, cluster.timing.settleMs);
  return performance.now() - answeredAt;
}

/**
 * What is left of a delay on a busy machine is the asking itself, so that round trips are measured
 * beside the updates. A delay takes two of them and a pause when the first look came too early.
 */
async function followersShowItAtOnce(cluster: Cluster): Promise<void> {
  const name = cluster.newName('at-once');
  const delays: number[] = [];
  const roundTrips: number[] = [];
  for (let version = 1; version <= updateCount; version += 1) {
    delays.push(await visibilityDelay(cluster, name, version));
    const pings = await Promise.all(cluster.servers.map((server) => server.ping()));
    roundTrips.push(Math.max(...pings.map((ping) => ping.elapsedMs)));
  }
  const limitMs = Math.max(cluster.timing.visibleMedianMs, 5 * medianOf(roundTrips));
  const delayMs = medianOf(delays);
  if (delayMs <= limitMs) return;
  throw new CheckFailure(
    `half of ${updateCount} updates on all followers within ${Math.round(limitMs)} ms`,
    `half of them within ${Math.round(delayMs)} ms`,
  );
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

async function followersConverge(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const names = Array.from({ length: 20 }, () => cluster.newName('converge'));
  await Promise.all(names.map((name) => cluster.write(leader, name, [1, 2])));
  for (const name of names) {
    await cluster.expectApplied(
      cluster.servers,
      { name, version: 2 },
      cluster.timing.catchUpLimitMs,
    );
  }
}

async function mapsAreEqual(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('equal');
  await cluster.write(leader, name, [1, 2]);
  await cluster.expectApplied(cluster.servers, { name, version: 2 }, cluster.timing.catchUpLimitMs);
  for (const server of cluster.others(leader)) {
    let difference = '';
    // Somebody else may write meanwhile: one look at which both are equal is enough.
    const isEqual = await cluster.within(cluster.timing.catchUpLimitMs, async () => {
      const [expected, seen] = await Promise.all([leader, server].map((each) => mapOf(each)));
      if (isDeepStrictEqual(seen, expected)) return true;
      difference = differenceOf(seen, expected);
      return undefined;
    });
    if (isEqual === true) continue;
    throw new CheckFailure(`the map of ${leader.label}`, difference, server.label);
  }
}

async function mapOf(server: Server): Promise<unknown> {
  return (await stateOf(server))['metaMap'];
}

function differenceOf(seen: unknown, expected: unknown): string {
  if (!isStruct(seen) || !isStruct(expected)) return describeValue(seen);
  const names = new Set([...Object.keys(seen), ...Object.keys(expected)]);
  for (const name of names) {
    if (isDeepStrictEqual(seen[name], expected[name])) continue;
    const entries = `${describeValue(seen[name])} instead of ${describeValue(expected[name])}`;
    return `${describeValue(name)}: ${entries}`;
  }
  return 'the same files in another form';
}

export const replicationChecks: readonly Check[] = [
  {
    group,
    name: 'all followers show every answered update',
    needs: ['followers'],
    run: followersConverge,
  },
  {
    group,
    name: 'followers show an update within one round trip of its answer',
    needs: ['followers'],
    run: followersShowItAtOnce,
  },
  {
    group,
    name: 'the maps of all servers are equal',
    needs: ['followers', 'getinternalstate'],
    run: mapsAreEqual,
  },
];
