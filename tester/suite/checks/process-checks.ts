/**
 * Servers that join one by one, and processes that end without warning: what was answered is on
 * disk, what was voted as well, and a server that slept does not speak for the cluster it left.
 */
import { type Check } from '../check.js';
import { BackgroundCalls } from '../../cluster/background-calls.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import type { Need } from '../../cluster/need.js';
import { termOf } from '../../cluster/server-state.js';
import type { Reply, Server } from '../../wire/server.js';
import { entryIn, insistOn } from './leadership.js';
import { LeaderWatch } from './leader-watch.js';

const group = 'processes';

function killAll(cluster: Cluster): Promise<unknown> {
  return Promise.all(cluster.servers.map((server) => cluster.killProcess(server)));
}

function startAll(cluster: Cluster, servers: readonly Server[]): Promise<unknown> {
  return Promise.all(servers.map((server) => cluster.startProcess(server)));
}

async function expectNoLeader(cluster: Cluster, among: readonly Server[]): Promise<void> {
  const [usurper]: readonly Server[] = await cluster.leadersNow(among);
  if (usurper === undefined) return;
  const count = `${among.length} of ${cluster.target.seats.length} servers`;
  throw new CheckFailure(`no leader among ${count}`, 'one', usurper.label);
}

async function serversJoinOneByOne(cluster: Cluster): Promise<void> {
  const name = cluster.newName('joining');
  await cluster.write(await cluster.leader(), name, [1]);
  await killAll(cluster);
  const minority = cluster.servers.slice(0, cluster.majority - 1);
  await startAll(cluster, minority);
  const deadline = performance.now() + cluster.timing.quietMs;
  while (performance.now() < deadline) {
    await expectNoLeader(cluster, minority);
    for (const server of minority) {
      await new BackgroundCalls([server.fileInfoMap(cluster.timing.pollMs)]).all().then(noValue);
    }
    await cluster.pause(cluster.timing.pollMs);
  }
  const majority = cluster.servers.slice(0, cluster.majority);
  await startAll(cluster, majority.slice(minority.length));
  const leader = await cluster.leader(majority);
  expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
  await cluster.write(leader, name, [2]);
  const late = cluster.others(...majority);
  await startAll(cluster, late);
  await cluster.expectApplied(late, { name, version: 2 }, cluster.timing.settleMs);
  await cluster.write(await cluster.leader(), name, [3]);
}

/** A minority may refuse or wait, but must not show a map. */
function noValue(replies: readonly Reply[]): void {
  for (const reply of replies) {
    if (reply.answer.kind !== 'value') continue;
    throw new CheckFailure('no map from a minority', 'one', `${reply.server.label}, ${reply.call}`);
  }
}

/** Updates of several clients go on until the leader is killed; nothing answered may be missing. */
async function killedLeaderLosesNothing(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const answered = new Map<string, number>();
  const names = Array.from({ length: 8 }, () => cluster.newName('killed'));
  const client = async (name: string): Promise<void> => {
    for (let version = 1; version <= 1_000; version += 1) {
      const { answer } = await leader.update(sampleUpdate(name, version));
      if (answer.kind !== 'value') return;
      answered.set(name, version);
    }
  };
  const killing = async (): Promise<void> => {
    await cluster.within(cluster.timing.settleMs, () =>
      Promise.resolve(answered.size === names.length ? true : undefined),
    );
    await cluster.killProcess(leader);
  };
  await Promise.all([killing(), ...names.map(client)]);
  const next = await cluster.leader(cluster.others(leader));
  await expectAnswered(next, answered);
  await cluster.startProcess(leader);
  for (const [name, version] of answered) {
    await expectAtLeast(cluster, leader, { name, version });
  }
}

/** The map holds each file at the version answered last, or at the one that was under way. */
async function expectAnswered(
  leader: Server,
  answered: ReadonlyMap<string, number>,
): Promise<void> {
  const reply = await leader.fileInfoMap();
  for (const [name, version] of answered) {
    const entry = entryIn(reply, name);
    const shown = Array.isArray(entry) ? Number(entry[0]) : 0;
    const isKept = shown === version || shown === version + 1;
    if (!isKept) expectInMap(reply, name, [version, sampleHashes(version)]);
  }
}

async function expectAtLeast(
  cluster: Cluster,
  server: Server,
  file: { readonly name: string; readonly version: number },
): Promise<void> {
  const isThere = ({ answer }: Reply): boolean =>
    answer.kind === 'value' && Number(answer.value) >= file.version;
  const { settleMs } = cluster.timing;
  const reply = await cluster.ask(settleMs, () => server.appliedVersion(file.name), isThere);
  if (!isThere(reply)) expectValue(reply, file.version);
}

async function killOfAllLosesNothing(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const names = Array.from({ length: 10 }, () => cluster.newName('dark'));
  await Promise.all(names.map((name) => cluster.write(leader, name, [1, 2])));
  const last = cluster.newName('last');
  await cluster.write(leader, last, [1]);
  await killAll(cluster);
  await startAll(cluster, cluster.servers);
  const next = await cluster.leader();
  const map = await next.fileInfoMap();
  for (const name of names) expectInMap(map, name, [2, sampleHashes(2)]);
  expectInMap(map, last, [1, sampleHashes(1)]);
  expectValue(await next.update(sampleUpdate(last, 1)), false);
  expectValue(await next.update(sampleUpdate(last, 2)), true);
}

async function restartedServerIsNotCrashed(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('switched');
  await cluster.write(leader, name, [1]);
  const server = cluster.others(leader)[0] ?? leader;
  await cluster.crash(server);
  await cluster.killProcess(server);
  await cluster.startProcess(server);
  expectValue(await server.isCrashed(), false);
  await cluster.expectApplied([server], { name, version: 1 }, cluster.timing.settleMs);
}

/** The calls wait in the ports of the sleeper; it must not answer them from what it knew then. */
async function sleeperDoesNotSpeak(cluster: Cluster): Promise<void> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const name = cluster.newName('asleep');
  await cluster.write(old, name, [1]);
  await cluster.expectApplied(others, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  cluster.pauseProcess(old);
  await insistOn(cluster, others, sampleUpdate(name, 2));
  const { settleMs } = cluster.timing;
  const reads = [1, 2, 3].map(() => old.fileInfoMap(settleMs));
  const refusal = old.update(sampleUpdate(name, 3), settleMs);
  await cluster.pause(cluster.timing.pollMs);
  cluster.resumeProcess(old);
  for (const reply of await Promise.all(reads)) {
    if (reply.answer.kind === 'value') expectInMap(reply, name, [2, sampleHashes(2)]);
  }
  const { answer } = await refusal;
  if (answer.kind === 'value') expectValue(await refusal, true);
  await cluster.expectApplied([old], { name, version: 2 }, settleMs);
}

/** Waits until all of `servers` are beyond `term`; that they never get there is no fault. */
async function awaitTermAfter(cluster: Cluster, servers: readonly Server[], term: unknown) {
  await cluster.within(cluster.timing.promptLimitMs, async () => {
    const terms = await Promise.all(servers.map((server) => termOf(cluster, server)));
    return terms.every((each) => Number(each) > Number(term)) ? true : undefined;
  });
}

/**
 * Two candidates that cannot hear each other stand for the same term, one after the other, and the
 * only voters they share are killed and started in between. The first is put to sleep before it
 * can count the votes, so that it has told nobody of its term when the second one stands; it counts
 * them when it wakes. Who forgets its vote has elected both.
 */
async function votesOutliveProcesses(cluster: Cluster): Promise<void> {
  const watch = new LeaderWatch();
  for (let round = 1; round <= 2; round += 1) {
    const leader = await cluster.leader();
    const [first, second] = cluster.others(leader);
    if (first === undefined || second === undefined) return;
    const voters = [leader, ...cluster.others(leader, first, second)].slice(
      0,
      cluster.majority - 1,
    );
    const rest = cluster.others(first, second, ...voters);
    await Promise.all(rest.map((server) => cluster.crash(server)));
    await cluster.cutOff(first, [second, ...rest]);
    await cluster.cutOff(second, [first, ...rest]);
    await standOneByOne(cluster, { first, second, voters, watch });
    await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
    await cluster.leader();
  }
}

async function standOneByOne(
  cluster: Cluster,
  roles: {
    readonly first: Server;
    readonly second: Server;
    readonly voters: readonly Server[];
    readonly watch: LeaderWatch;
  },
): Promise<void> {
  const { first, second, voters, watch } = roles;
  const { settleMs, pollMs, quietMs } = cluster.timing;
  const term = await termOf(cluster, first);
  for (const voter of voters) cluster.pauseProcess(voter);
  const standings = [first.call('setleader', [], settleMs)];
  // The requests for votes are in the ports of the voters when the candidate falls asleep.
  await cluster.pause(3 * pollMs);
  cluster.pauseProcess(first);
  cluster.pauseProcess(second);
  for (const voter of voters) cluster.resumeProcess(voter);
  await awaitTermAfter(cluster, voters, term);
  await cluster.pause(3 * pollMs);
  await Promise.all(voters.map((server) => cluster.killProcess(server)));
  await startAll(cluster, voters);
  standings.push(second.call('setleader', [], settleMs));
  cluster.resumeProcess(second);
  await awaitTermAfter(cluster, [second], term);
  await cluster.pause(3 * pollMs);
  cluster.resumeProcess(first);
  const deadline = performance.now() + quietMs / 5;
  while (performance.now() < deadline) await watch.lookAtLeaders(cluster);
  await Promise.all(standings);
  await watch.lookAtLeaders(cluster);
}

function check(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  needs: readonly Need[] = [],
): Check {
  return { group, name, needs: ['own-servers', ...needs], run };
}

export const processChecks: readonly Check[] = [
  check(
    'servers that join one by one: no leader and no answers before a majority, then all catch up',
    serversJoinOneByOne,
    ['followers'],
  ),
  check('a leader killed while it answers loses nothing it answered', killedLeaderLosesNothing, [
    'spare-server',
  ]),
  check('when all servers are killed nothing that was answered is lost', killOfAllLosesNothing),
  check('a crashed server that is started again is not crashed', restartedServerIsNotCrashed),
  check('a leader that slept answers by a fault or with the newest', sleeperDoesNotSpeak, [
    'spare-server',
  ]),
  check('a vote outlives its server: no two leaders in one term', votesOutliveProcesses, [
    'spare-server',
    'getinternalstate',
    'setleader',
    'makeserverunreachablefrom',
  ]),
];
