/**
 * A crashed leader is replaced in time, nothing that was answered is lost, and who comes back fits
 * in without disturbing the others.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import { expectQuiet } from '../../cluster/quiet.js';
import { termOf } from '../../cluster/server-state.js';
import { replaceLeader } from './leadership.js';

const group = 'failover';

async function leaderIsReplacedInTime(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const { tookMs } = await replaceLeader(cluster, leader);
  const limitMs = cluster.timing.electionLimitMs;
  if (tookMs > limitMs) {
    throw new CheckFailure(
      `a new leader within ${limitMs} ms`,
      `one after ${Math.round(tookMs)} ms`,
    );
  }
}

async function answeredUpdatesSurvive(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const names = Array.from({ length: 10 }, () => cluster.newName('survivor'));
  await Promise.all(names.map((name) => cluster.write(leader, name, [1])));
  const last = cluster.newName('last');
  await cluster.write(leader, last, [1]);
  const { successor } = await replaceLeader(cluster, leader);
  const reply = await successor.fileInfoMap();
  for (const name of [...names, last]) expectInMap(reply, name, [1, sampleHashes(1)]);
  expectValue(await successor.update(sampleUpdate(last, 1)), false);
  expectValue(await successor.update(sampleUpdate(last, 2)), true);
}

async function oldLeaderFollows(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('old-leader');
  await cluster.write(leader, name, [1]);
  const { successor } = await replaceLeader(cluster, leader);
  await cluster.write(successor, name, [2, 3, 4, 5, 6]);
  expectValue(await leader.appliedVersion(name), 1);
  const term = await termOf(cluster, successor);
  await cluster.restore(leader);
  expectValue(await leader.isLeader(), false);
  await cluster.expectApplied([leader], { name, version: 6 }, cluster.timing.catchUpLimitMs);
  await expectQuiet(cluster, successor, term);
}

async function failoversInARow(cluster: Cluster): Promise<void> {
  const name = cluster.newName('row');
  let leader = await cluster.leader();
  for (let round = 1; round <= 3; round += 1) {
    await cluster.write(leader, name, [2 * round - 1]);
    const { successor } = await replaceLeader(cluster, leader);
    await cluster.write(successor, name, [2 * round]);
    await cluster.restore(leader);
    const file = { name, version: 2 * round };
    await cluster.expectApplied(cluster.servers, file, cluster.timing.catchUpLimitMs);
    leader = await cluster.leader();
  }
  expectInMap(await leader.fileInfoMap(), name, [6, sampleHashes(6)]);
}

async function longAbsentFollowerFitsIn(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('absent');
  await cluster.write(leader, name, [1]);
  await cluster.crash(follower);
  await cluster.write(leader, name, [2, 3]);
  const { successor } = await replaceLeader(cluster, leader);
  await cluster.write(successor, name, [4, 5]);
  const term = await termOf(cluster, successor);
  await cluster.restore(follower);
  await cluster.expectApplied([follower], { name, version: 5 }, cluster.timing.catchUpLimitMs);
  await cluster.restore(leader);
  await cluster.expectApplied([leader], { name, version: 5 }, cluster.timing.catchUpLimitMs);
  await expectQuiet(cluster, successor, term);
}

/** Fit for a cluster of three: the old leader comes back before the others can elect. */
async function absentFollowerMissesElections(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('missed');
  await cluster.write(leader, name, [1]);
  await cluster.crash(follower);
  const others = cluster.others(follower);
  for (let round = 1; round <= 2; round += 1) {
    const old = await cluster.leader(others);
    await cluster.write(old, name, [2 * round]);
    await cluster.crash(old);
    await cluster.restore(old);
    await cluster.write(await cluster.leader(others), name, [2 * round + 1]);
  }
  const last = await cluster.leader(others);
  const term = await termOf(cluster, last);
  await cluster.restore(follower);
  await cluster.expectApplied([follower], { name, version: 5 }, cluster.timing.catchUpLimitMs);
  expectValue(await last.isLeader(), true);
  const termAfter = await termOf(cluster, last);
  if (termAfter === term) return;
  throw new CheckFailure(`term ${String(term)} to last`, `term ${String(termAfter)}`, last.label);
}

export const failoverChecks: readonly Check[] = [
  {
    group,
    name: 'a crashed leader is replaced within 2 s',
    needs: ['followers', 'spare-server'],
    run: leaderIsReplacedInTime,
  },
  {
    group,
    name: 'updates answered just before their leader crashed are on the next leader',
    needs: ['followers', 'spare-server'],
    run: answeredUpdatesSurvive,
  },
  {
    group,
    name: 'the old leader comes back as a follower, catches up within a second, causes no election',
    needs: ['followers', 'spare-server'],
    run: oldLeaderFollows,
  },
  {
    group,
    name: 'three failovers in a row lose nothing',
    needs: ['followers', 'spare-server'],
    run: failoversInARow,
  },
  {
    group,
    name: 'a follower that missed two elections catches up within a second, and causes none',
    needs: ['followers', 'spare-server'],
    run: absentFollowerMissesElections,
  },
  {
    group,
    name: 'a follower that was away across a change of leader catches up and does not disturb',
    needs: ['followers', 'two-spare-servers'],
    run: longAbsentFollowerFitsIn,
  },
];
