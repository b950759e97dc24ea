/**
 * Elections: at most one leader per term, another one after each loss, none before a majority is
 * there, and no change while nothing forces one.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import { termOf } from '../../cluster/server-state.js';
import type { Server } from '../../wire/server.js';
import { underWatch } from './leader-watch.js';
import { replaceLeader } from './leadership.js';

const group = 'elections';

async function oneLeaderPerTerm(cluster: Cluster): Promise<void> {
  await underWatch(cluster, async (watch) => {
    for (let round = 1; round <= 3; round += 1) {
      const leader = await cluster.leader();
      const { successor } = await replaceLeader(cluster, leader);
      await watch.look(cluster);
      await cluster.restore(leader);
      await cluster.write(successor, cluster.newName('term'), [1]);
    }
  });
}

async function eachLossIsMadeGood(cluster: Cluster): Promise<void> {
  const name = cluster.newName('losses');
  let leader = await cluster.leader();
  await cluster.write(leader, name, [1]);
  const spare = cluster.servers.length - cluster.majority;
  for (let loss = 1; loss <= spare; loss += 1) {
    ({ successor: leader } = await replaceLeader(cluster, leader));
    expectInMap(await leader.fileInfoMap(), name, [loss, sampleHashes(loss)]);
    await cluster.write(leader, name, [loss + 1]);
  }
}

function expectInTime(cluster: Cluster, what: string, tookMs: number): void {
  const limitMs = cluster.timing.electionLimitMs;
  if (tookMs <= limitMs) return;
  throw new CheckFailure(`${what} within ${limitMs} ms`, `one after ${Math.round(tookMs)} ms`);
}

/** None of `servers`, fewer than a majority, may lead within `durationMs`. */
async function expectNoLeader(
  cluster: Cluster,
  servers: readonly Server[],
  durationMs: number,
): Promise<void> {
  const deadline = performance.now() + durationMs;
  while (performance.now() < deadline) {
    const [usurper]: readonly Server[] = await cluster.leadersNow(servers);
    if (usurper !== undefined) {
      const count = `${servers.length} of ${cluster.target.seats.length} servers`;
      throw new CheckFailure(`no leader among ${count}`, 'one', usurper.label);
    }
    await cluster.pause(cluster.timing.pollMs);
  }
}

async function majorityComesBack(cluster: Cluster): Promise<void> {
  const name = cluster.newName('one-by-one');
  await cluster.write(await cluster.leader(), name, [1]);
  await Promise.all(cluster.servers.map((server) => cluster.crash(server)));
  const early = cluster.servers.slice(0, cluster.majority - 1);
  for (const server of early) await cluster.restore(server);
  await expectNoLeader(cluster, early, cluster.timing.quietMs / 2);
  const majority = cluster.servers.slice(0, cluster.majority);
  for (const server of majority.slice(early.length)) await cluster.restore(server);
  const startedAt = performance.now();
  const leader = await cluster.leader(majority);
  expectInTime(cluster, 'a leader of the restored majority', performance.now() - startedAt);
  expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
  await cluster.write(leader, name, [2]);
  for (const server of cluster.others(...majority)) await cluster.restore(server);
  const file = { name, version: 2 };
  await cluster.expectApplied(cluster.servers, file, cluster.timing.catchUpLimitMs);
}

async function leadershipEndsWithACrash(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('restarted');
  await cluster.write(leader, name, [1]);
  const term = await termOf(cluster, leader);
  await cluster.crash(leader);
  await cluster.restore(leader);
  const startedAt = performance.now();
  const next = await cluster.leader();
  expectInTime(cluster, 'a leader', performance.now() - startedAt);
  const nextTerm = await termOf(cluster, next);
  if (typeof term === 'number' && !(Number(nextTerm) > term)) {
    throw new CheckFailure(`a term after ${term}`, `term ${String(nextTerm)}`, next.label);
  }
  expectInMap(await next.fileInfoMap(), name, [1, sampleHashes(1)]);
  await cluster.write(next, name, [2]);
}

async function busyLeaderStays(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const term = await termOf(cluster, leader);
  const deadline = performance.now() + cluster.timing.quietMs / 2;
  const names = Array.from({ length: 8 }, () => cluster.newName('busy'));
  await Promise.all(
    names.map(async (name) => {
      for (let version = 1; version === 1 || performance.now() < deadline; version += 1) {
        expectValue(await leader.update(sampleUpdate(name, version)), true);
      }
    }),
  );
  expectValue(await leader.isLeader(), true);
  const termAfter = await termOf(cluster, leader);
  if (termAfter === term) return;
  throw new CheckFailure(`term ${String(term)} to last`, `term ${String(termAfter)}`, leader.label);
}

export const electionChecks: readonly Check[] = [
  { group, name: 'a busy leader keeps its office and its term', needs: [], run: busyLeaderStays },
  {
    group,
    name: 'no two servers lead in one term and no term falls, over three failovers',
    needs: ['followers', 'spare-server', 'getinternalstate'],
    run: oneLeaderPerTerm,
  },
  {
    group,
    name: 'each leader lost is replaced, and loses nothing, down to a bare majority',
    needs: ['followers', 'two-spare-servers'],
    run: eachLossIsMadeGood,
  },
  {
    group,
    name: 'crashed servers come back one by one: no leader before a majority, one within 2 s of it',
    needs: ['followers'],
    run: majorityComesBack,
  },
  {
    group,
    name: 'a leader that is crashed and restored at once leads no longer in the old term',
    needs: [],
    run: leadershipEndsWithACrash,
  },
];
