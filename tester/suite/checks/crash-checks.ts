/**
 * The crash switch: a crashed server says so, refuses clients and stands still, and comes back with
 * what it had.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { type Need } from '../../cluster/need.js';
import { describeAnswer, describeValue } from '../../wire/answer.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectThat, expectValue } from '../../cluster/expectations.js';
import type { Reply } from '../../wire/server.js';
import { stateOf, termOf } from '../../cluster/server-state.js';
import { replaceLeader } from './leadership.js';

const group = 'crash';

async function crashIsTold(cluster: Cluster): Promise<void> {
  for (const server of cluster.servers) {
    await cluster.crash(server);
    const replies = await Promise.all(cluster.servers.map((each) => each.isCrashed()));
    for (const reply of replies) expectValue(reply, reply.server === server);
    await cluster.restore(server);
    expectValue(await server.isCrashed(), false);
  }
}

async function crashedLeaderLeadsNot(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  await cluster.crash(leader);
  expectValue(await leader.isLeader(), false);
}

async function crashedServersRefuse(
  cluster: Cluster,
  judge: (reply: Reply) => void,
): Promise<void> {
  const leader = await cluster.leader();
  const [follower] = cluster.others(leader);
  for (const server of follower === undefined ? [leader] : [follower, leader]) {
    await cluster.crash(server);
    judge(await server.update(sampleUpdate(cluster.newName('crashed'), 1)));
    judge(await server.fileInfoMap());
    if (cluster.target.abilities.has('getfileinfo')) {
      judge(await server.call('getfileinfo', ['any']));
    }
    await cluster.restore(server);
  }
}

async function pingAnswers(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  await cluster.crash(leader);
  expectValue(await leader.ping(), true);
}

async function switchIsIdempotent(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('twice');
  await cluster.write(leader, name, [1]);
  const server = cluster.others(leader)[0] ?? leader;
  await cluster.expectApplied([server], { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cluster.crash(server);
  await cluster.crash(server);
  expectValue(await server.isCrashed(), true);
  expectValue(await server.appliedVersion(name), 1);
  await cluster.restore(server);
  await cluster.restore(server);
  expectValue(await server.isCrashed(), false);
  await cluster.expectApplied([server], { name, version: 1 }, cluster.timing.catchUpLimitMs);
}

async function restoreOfLiveServerIsHarmless(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const server of cluster.servers) await cluster.restore(server);
  const stillLeading = await leader.isLeader();
  expectValue(stillLeading, true);
  await cluster.write(leader, cluster.newName('live'), [1]);
}

async function crashedServerIsFrozen(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('frozen');
  await cluster.write(leader, name, [1]);
  const file = (version: number) => ({ name, version });
  await cluster.expectApplied([follower], file(1), cluster.timing.catchUpLimitMs);
  await cluster.crash(follower);
  await cluster.write(leader, name, [2, 3, 4]);
  const deadline = performance.now() + cluster.timing.quietMs / 3;
  while (performance.now() < deadline) {
    expectValue(await follower.appliedVersion(name), 1);
    await cluster.pause(cluster.timing.pollMs);
  }
  await cluster.restore(follower);
  await cluster.expectApplied([follower], file(4), cluster.timing.catchUpLimitMs);
}

async function minorityCostsNothing(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const spare = cluster.servers.length - cluster.majority;
  const victims = cluster.others(leader).slice(0, spare);
  await Promise.all(victims.map((server) => cluster.crash(server)));
  const name = cluster.newName('minority');
  for (let version = 1; version <= 10; version += 1) {
    const reply = await leader.update(sampleUpdate(name, version));
    expectValue(reply, true);
    if (reply.elapsedMs > cluster.timing.promptLimitMs) {
      const expected = `an answer within ${cluster.timing.promptLimitMs} ms`;
      const seen = `one after ${Math.round(reply.elapsedMs)} ms`;
      throw new CheckFailure(expected, seen, `${leader.label}, ${reply.call}`);
    }
  }
  expectInMap(await leader.fileInfoMap(), name, [10, sampleHashes(10)]);
}

/** No server can refill it: those that could are crashed. */
async function stateIsItsOwn(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('own');
  await cluster.write(leader, name, [1, 2]);
  const file = { name, version: 2 };
  await cluster.expectApplied(cluster.servers, file, cluster.timing.catchUpLimitMs);
  await Promise.all(cluster.servers.map((server) => cluster.crash(server)));
  for (const server of cluster.servers) {
    expectValue(await server.appliedVersion(name), 2);
    await cluster.restore(server);
    expectValue(await server.appliedVersion(name), 2);
    await cluster.crash(server);
  }
}

async function allComeBack(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('all');
  await cluster.write(leader, name, [1, 2, 3]);
  await Promise.all(cluster.servers.map((server) => cluster.crash(server)));
  const stillLeading = await cluster.leadersNow();
  const [undead] = stillLeading;
  if (undead !== undefined) {
    throw new CheckFailure('no leader among crashed servers', 'one', undead.label);
  }
  await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
  const next = await cluster.leader();
  expectInMap(await next.fileInfoMap(), name, [3, sampleHashes(3)]);
  expectValue(await next.update(sampleUpdate(name, 4)), true);
}

async function stateIsTold(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const reply = await leader.internalState();
  expectThat(reply, 'status "leader" and isLeader true', (value) => {
    const state = value as Record<string, unknown>;
    return state['status'] === 'leader' && state['isLeader'] === true;
  });
  await cluster.crash(follower);
  const { status } = await stateOf(follower);
  if (status === 'crashed') return;
  throw new CheckFailure('status "crashed"', describeAnswer({ kind: 'value', value: status }));
}

/** What a crashed server keeps as it was, of all that it tells of itself. */
const frozenFields = ['term', 'commitIndex', 'lastApplied', 'lastLogIndex', 'metaMap'] as const;

async function crashedLeaderStandsStill(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('still');
  await cluster.write(leader, name, [1]);
  const { successor } = await replaceLeader(cluster, leader);
  const before = await stateOf(leader);
  await cluster.write(successor, name, [2, 3]);
  await cluster.pause(cluster.timing.quietMs / 5);
  const after = await stateOf(leader);
  const moved = frozenFields.find((field) => !isDeepStrictEqual(before[field], after[field]));
  if (moved === undefined) return;
  const expected = `${moved} to stay ${describeValue(before[moved])}`;
  throw new CheckFailure(expected, describeValue(after[moved]), leader.label);
}

async function flappingDisturbsNobody(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const term = await termOf(cluster, leader);
  const name = cluster.newName('flapping');
  for (let version = 1; version <= 8; version += 1) {
    await cluster.crash(follower);
    await cluster.write(leader, name, [version]);
    await cluster.restore(follower);
    await cluster.pause(cluster.timing.pollMs);
  }
  await cluster.expectApplied([follower], { name, version: 8 }, cluster.timing.catchUpLimitMs);
  expectValue(await leader.isLeader(), true);
  const termAfter = await termOf(cluster, leader);
  if (termAfter === term) return;
  throw new CheckFailure(`term ${String(term)} to last`, `term ${String(termAfter)}`, leader.label);
}

function check(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  needs: readonly Need[] = [],
): Check {
  return { group, name, needs, run };
}

export const crashChecks: readonly Check[] = [
  check('iscrashed is true from crash to restore, on that server only', crashIsTold),
  check('isleader is false on a crashed leader', crashedLeaderLeadsNot),
  check('ping answers true on a crashed server', pingAnswers),
  check('a crashed server answers client calls by a fault', (cluster) =>
    crashedServersRefuse(cluster, (reply) => expectFault(reply)),
  ),
  check('the fault of a crashed server is 2 and says "isCrashed"', (cluster) =>
    crashedServersRefuse(cluster, (reply) => expectFault(reply, { code: 2, text: /isCrashed/ })),
  ),
  check('a second crash and a second restore change nothing', switchIsIdempotent),
  check('restore of a live server keeps its role', restoreOfLiveServerIsHarmless),
  check(
    'a crashed follower stands still while the cluster goes on, then catches up within a second',
    crashedServerIsFrozen,
    ['followers', 'spare-server'],
  ),
  check('a crashed minority costs neither answers nor time', minorityCostsNothing, [
    'spare-server',
  ]),
  check('a restored server has its own state, also when no other could refill it', stateIsItsOwn),
  check('when all servers were crashed, the restored cluster has all answered updates', (cluster) =>
    allComeBack(cluster),
  ),
  check(
    'a crashed leader keeps term, log and map as they were while the others go on',
    crashedLeaderStandsStill,
    ['followers', 'spare-server', 'getinternalstate'],
  ),
  check(
    'a follower that crashes and comes back again and again disturbs nobody',
    (cluster) => flappingDisturbsNobody(cluster),
    ['followers', 'spare-server'],
  ),
  check('getinternalstate tells leader and crashed apart', stateIsTold, [
    'followers',
    'getinternalstate',
  ]),
];
