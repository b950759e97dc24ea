/**
 * `setleader` moves the leadership by a real election, and only where an election could; and
 * `sendheartbeat` is the leader's alone.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectThat, expectValue } from '../../cluster/expectations.js';
import type { Need } from '../../cluster/need.js';
import { termOf } from '../../cluster/server-state.js';
import type { Server } from '../../wire/server.js';
import { underWatch } from './leader-watch.js';
import { insistOn } from './leadership.js';

const group = 'setleader';

/** `setleader` tries for 2 s before it says false; an answer after that is on its way. */
function patience(cluster: Cluster): number {
  return cluster.timing.electionLimitMs + cluster.timing.callMs;
}

function setLeader(cluster: Cluster, server: Server) {
  return server.call('setleader', [], patience(cluster));
}

/** Makes `server` the leader; a failure unless it says true and then leads alone. */
async function moveTo(cluster: Cluster, server: Server): Promise<void> {
  expectValue(await setLeader(cluster, server), true);
  const leader = await cluster.leader();
  if (leader === server) return;
  throw new CheckFailure(`${server.label} to lead`, `${leader.label} to do so`);
}

/** One whose log is behind may well answer `setleader` by false. */
function expectNoneBehind(
  cluster: Cluster,
  file: { readonly name: string; readonly version: number },
): Promise<void> {
  return cluster.expectApplied(cluster.servers, file, cluster.timing.settleMs);
}

async function eachServerCanLead(cluster: Cluster): Promise<void> {
  const name = cluster.newName('moved');
  let term = await termOf(cluster, await cluster.leader());
  let version = 0;
  for (const server of cluster.others(await cluster.leader())) {
    await moveTo(cluster, server);
    version += 1;
    await cluster.write(server, name, [version]);
    expectInMap(await server.fileInfoMap(), name, [version, sampleHashes(version)]);
    await expectNoneBehind(cluster, { name, version });
    const termAfter = await termOf(cluster, server);
    if (typeof term === 'number' && !(Number(termAfter) > term)) {
      throw new CheckFailure(`a term after ${term}`, `term ${String(termAfter)}`, server.label);
    }
    term = termAfter;
  }
}

async function deposedLeaderRefuses(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('deposed');
  await cluster.write(leader, name, [1]);
  await expectNoneBehind(cluster, { name, version: 1 });
  expectValue(await setLeader(cluster, follower), true);
  const [update, read] = await Promise.all([
    leader.update(sampleUpdate(name, 2)),
    leader.fileInfoMap(),
  ]);
  expectFault(update);
  expectFault(read);
  await cluster.leader();
  expectValue(await leader.isLeader(), false);
  expectInMap(await follower.fileInfoMap(), name, [1, sampleHashes(1)]);
}

async function crashedLeaderIsNoObstacle(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('obstacle');
  await cluster.write(leader, name, [1]);
  await cluster.expectApplied(cluster.servers, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cluster.crash(leader);
  const reply = await setLeader(cluster, follower);
  expectValue(reply, true);
  expectValue(await follower.isLeader(), true);
  await cluster.write(follower, name, [2]);
}

async function noMajorityNoLeader(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const keep = cluster.others(leader, follower).slice(0, cluster.majority - 2);
  await Promise.all(cluster.others(follower, ...keep).map((server) => cluster.crash(server)));
  const reply = await setLeader(cluster, follower);
  if (reply.answer.kind !== 'fault') expectValue(reply, false);
  expectValue(await follower.isLeader(), false);
}

async function crashedServerCannotLead(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  await cluster.crash(follower);
  expectFault(await setLeader(cluster, follower), { code: 2, text: /isCrashed/ });
  expectValue(await follower.isLeader(), false);
  expectValue(await leader.isLeader(), true);
}

/** A server that slept through updates is asked to lead before anybody can have told it of them. */
/** It is told while it is alone, so that nobody can bring it up to date before it stands. */
async function logBehindLosesNothing(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('behind');
  await cluster.write(leader, name, [1]);
  await cluster.crash(follower);
  await cluster.write(leader, name, [2, 3]);
  const upToDate = cluster.others(leader, follower);
  await Promise.all([leader, ...upToDate].map((server) => cluster.crash(server)));
  await cluster.restore(follower);
  const wish = setLeader(cluster, follower);
  await Promise.all(upToDate.map((server) => cluster.restore(server)));
  expectThat(await wish, 'true or false', (value) => typeof value === 'boolean');
  const next = await cluster.leader(cluster.others(leader));
  expectInMap(await next.fileInfoMap(), name, [3, sampleHashes(3)]);
  expectValue(await next.update(sampleUpdate(name, 4)), true);
}

async function rivalsEndWithOneLeader(cluster: Cluster): Promise<void> {
  const name = cluster.newName('rivals');
  const rivals = cluster.servers.slice(0, 2);
  const oneRound = async (round: number): Promise<void> => {
    const replies = await Promise.all(rivals.map((server) => setLeader(cluster, server)));
    for (const reply of replies) {
      if (reply.answer.kind === 'fault') continue;
      expectThat(reply, 'true or false', (value) => typeof value === 'boolean');
    }
    await cluster.leader();
    await insistOn(cluster, cluster.servers, sampleUpdate(name, round));
  };
  const rounds = async (): Promise<void> => {
    await oneRound(1);
    await oneRound(2);
  };
  const tells = cluster.target.abilities.has('getinternalstate');
  await (tells ? underWatch(cluster, rounds) : rounds());
}

async function heartbeatIsTheLeaders(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('heartbeat');
  await cluster.write(leader, name, [1, 2]);
  expectValue(await leader.call('sendheartbeat', []), true);
  for (const server of cluster.others(leader)) {
    expectValue(await server.call('sendheartbeat', []), false);
  }
  await cluster.crash(follower);
  expectFault(await follower.call('sendheartbeat', []), { code: 2, text: /isCrashed/ });
}

async function heartbeatBringsUpToDate(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('round');
  await cluster.crash(follower);
  await cluster.write(leader, name, [1, 2, 3]);
  await cluster.restore(follower);
  expectValue(await leader.call('sendheartbeat', []), true);
  await cluster.expectApplied(
    cluster.servers,
    { name, version: 3 },
    cluster.timing.promptLimitMs / 2,
  );
}

/** False when its log is behind, as that of a server may be right after an answer. */
async function takesOver(cluster: Cluster, server: Server): Promise<boolean> {
  const reply = await setLeader(cluster, server);
  expectThat(reply, 'true or false', (value) => typeof value === 'boolean');
  return reply.answer.kind === 'value' && reply.answer.value === true;
}

async function nothingIsLostOnTheWay(cluster: Cluster): Promise<void> {
  const name = cluster.newName('carried');
  let version = 0;
  for (const server of [...cluster.servers, ...cluster.servers]) {
    const leader = await cluster.leader();
    version += 1;
    await cluster.write(leader, name, [version]);
    const leads = leader === server || (await takesOver(cluster, server));
    const next = leads ? server : await cluster.leader();
    expectInMap(await next.fileInfoMap(), name, [version, sampleHashes(version)]);
  }
}

function check(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  needs: readonly Need[] = [],
): Check {
  return { group, name, needs: ['followers', 'setleader', ...needs], run };
}

const heartbeats: Pick<Check, 'group'> & { readonly needs: readonly Need[] } = {
  group: 'sendheartbeat',
  needs: ['followers', 'sendheartbeat'],
};

export const transferChecks: readonly Check[] = [
  check('setleader makes any server the leader, in a new term', eachServerCanLead),
  check('a leader deposed by setleader refuses reads and updates at once', deposedLeaderRefuses),
  check('setleader takes over from a crashed leader', crashedLeaderIsNoObstacle, ['spare-server']),
  check('setleader answers false without a majority', noMajorityNoLeader),
  check('setleader on a crashed server answers fault 2', crashedServerCannotLead),
  check('setleader on a server whose log is behind loses no update', logBehindLosesNothing, [
    'spare-server',
  ]),
  check('two setleader at once end with one leader', rivalsEndWithOneLeader),
  check('a new leader shows at once what the old one answered', nothingIsLostOnTheWay),
  {
    ...heartbeats,
    name: 'sendheartbeat is true on the leader, false on others, fault 2 when crashed',
    run: heartbeatIsTheLeaders,
  },
  {
    ...heartbeats,
    name: 'once sendheartbeat says true all servers have all updates',
    needs: [...heartbeats.needs, 'spare-server'],
    run: heartbeatBringsUpToDate,
  },
];
