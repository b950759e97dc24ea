/**
 * Without a majority nothing is answered early, everything else goes on, and the waiting calls end
 * the right way: by the right answer when a majority is back, by a fault when their server crashes.
 */
import { BackgroundCalls } from '../../cluster/background-calls.js';
import { describeAnswer } from '../../wire/answer.js';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectThat, expectValue } from '../../cluster/expectations.js';
import type { Reply, Server } from '../../wire/server.js';
import { isTrue, leavesOpen } from './leadership.js';
import { Tenure } from './tenure.js';

const group = 'blocking';

/** How long a call may wait that is begun without a majority. */
function patience(cluster: Cluster): number {
  return cluster.timing.holdMs + cluster.timing.settleMs;
}

async function updatesWait(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const tenure = await Tenure.of(cluster, leader);
  const base = cluster.newName('base');
  await cluster.write(leader, base, [1]);
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const names = Array.from({ length: 20 }, () => cluster.newName('blocked'));
  const updates = new BackgroundCalls(
    names.map((name) => leader.update(sampleUpdate(name, 1), patience(cluster))),
  );
  const reads = new BackgroundCalls([1, 2, 3].map(() => leader.fileInfoMap(patience(cluster))));
  const keepsAnswering = async (): Promise<void> => {
    expectValue(await leader.ping(), true);
    expectValue(await leader.isLeader(), true);
    expectValue(await leader.isCrashed(), false);
  };
  await Promise.all([
    updates.expectSilence(cluster, cluster.timing.holdMs, keepsAnswering),
    reads.expectSilence(cluster, cluster.timing.holdMs),
  ]);
  for (const victim of victims) await cluster.restore(victim);
  const updated = await updates.all();
  const read = await reads.all();
  const isExcused = await tenure.excuses();
  for (const reply of read) {
    if (!isExcused(reply)) expectInMap(reply, base, [1, sampleHashes(1)]);
  }
  const map = await (await cluster.leader()).fileInfoMap();
  for (const [position, reply] of updated.entries()) {
    const name = names[position] ?? '';
    if (!isExcused(reply)) expectValue(reply, true);
    if (isTrue(reply)) expectInMap(map, name, [1, sampleHashes(1)]);
    else if (!leavesOpen(reply)) expectInMap(map, name, undefined);
  }
}

async function racersWait(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const tenure = await Tenure.of(cluster, leader);
  const name = cluster.newName('blocked-race');
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const racers = Array.from({ length: 6 }, (_, racer) => [`racer ${racer}`]);
  const updates = new BackgroundCalls(
    racers.map((hashes) => leader.update({ name, version: 1, hashes }, patience(cluster))),
  );
  await updates.expectSilence(cluster, cluster.timing.quietMs / 3);
  for (const victim of victims) await cluster.restore(victim);
  const replies = await updates.all();
  const winners = replies.flatMap(({ answer }, racer) =>
    answer.kind === 'value' && answer.value === true ? [racer] : [],
  );
  const [winner] = winners;
  // Of updates that were replaced with their leader none need have won.
  if (winners.length === 0 && replies.every(await tenure.excuses())) return;
  if (winner === undefined || winners.length > 1) {
    const seen = replies.map(({ answer }) => describeAnswer(answer)).join(', ');
    throw new CheckFailure('true once, false for the others', seen, leader.label);
  }
  const isExcused = await tenure.excuses();
  for (const [racer, reply] of replies.entries()) {
    if (!isExcused(reply)) expectValue(reply, racer === winner);
  }
  const next = await cluster.leader();
  expectInMap(await next.fileInfoMap(), name, [1, racers[winner] ?? []]);
}

async function refusalsWait(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const tenure = await Tenure.of(cluster, leader);
  const name = cluster.newName('blocked-refusal');
  await cluster.write(leader, name, [1, 2]);
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const refusals = new BackgroundCalls(
    [0, 2, 9].map((version) => leader.update(sampleUpdate(name, version), patience(cluster))),
  );
  await refusals.expectSilence(cluster, cluster.timing.quietMs / 3);
  for (const victim of victims) await cluster.restore(victim);
  const replies = await refusals.all();
  const isExcused = await tenure.excuses();
  for (const reply of replies) if (!isExcused(reply)) expectValue(reply, false);
  expectInMap(await (await cluster.leader()).fileInfoMap(), name, [2, sampleHashes(2)]);
}

async function singleFileReadsWait(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const tenure = await Tenure.of(cluster, leader);
  const name = cluster.newName('blocked-read');
  await cluster.write(leader, name, [1]);
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const reads = new BackgroundCalls([leader.call('getfileinfo', [name], patience(cluster))]);
  await reads.expectSilence(cluster, cluster.timing.quietMs / 3);
  for (const victim of victims) await cluster.restore(victim);
  const replies = await reads.all();
  const isExcused = await tenure.excuses();
  for (const reply of replies) if (!isExcused(reply)) expectValue(reply, [1, sampleHashes(1)]);
}

function expectPromptFault(cluster: Cluster, reply: Reply, crashedAt: number, end: number): void {
  expectFault(reply);
  const tookMs = end - crashedAt;
  if (tookMs <= cluster.timing.promptLimitMs) return;
  throw new CheckFailure(
    `a fault within ${cluster.timing.promptLimitMs} ms of the crash`,
    `one after ${Math.round(tookMs)} ms`,
    `${reply.server.label}, ${reply.call}`,
  );
}

async function crashEndsWaiting(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('blocked-crash');
  await cluster.crashMajorityOfFollowers(leader);
  const calls = new BackgroundCalls([
    leader.update(sampleUpdate(name, 1), patience(cluster)),
    leader.fileInfoMap(patience(cluster)),
  ]);
  await calls.expectSilence(cluster, cluster.timing.quietMs / 3);
  const crashedAt = performance.now();
  await cluster.crash(leader);
  const replies = await calls.all();
  const end = performance.now();
  for (const reply of replies) expectPromptFault(cluster, reply, crashedAt, end);
  await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
  const next = await cluster.leader();
  const version = await next.appliedVersion(name);
  expectThat(version, '0 or 1, the fate of the cut-off update', (seen) => seen === 0 || seen === 1);
}

async function nobodyLeadsAMinority(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const survivorCount = Math.min(cluster.majority - 1, cluster.servers.length - 1);
  const survivors = cluster.others(leader).slice(0, survivorCount);
  for (const server of cluster.others(leader).slice(survivorCount)) await cluster.crash(server);
  await cluster.crash(leader);
  const deadline = performance.now() + cluster.timing.quietMs;
  while (performance.now() < deadline) {
    const [usurper]: readonly Server[] = await cluster.leadersNow(survivors);
    if (usurper !== undefined) {
      const expected = `no leader among ${survivors.length} of ${cluster.target.seats.length}`;
      throw new CheckFailure(expected, 'one', usurper.label);
    }
    await cluster.pause(cluster.timing.pollMs);
  }
  await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
  await cluster.leader();
}

export const blockingChecks: readonly Check[] = [
  {
    group,
    name: 'without a majority updates and reads wait, all else answers, then all get it right',
    needs: ['followers'],
    run: updatesWait,
  },
  {
    group,
    name: 'of racing updates that wait for a majority exactly one is answered true',
    needs: ['followers'],
    run: racersWait,
  },
  {
    group,
    name: 'false, too, waits for a majority',
    needs: ['followers'],
    run: refusalsWait,
  },
  {
    group,
    name: 'getfileinfo waits for a majority',
    needs: ['followers', 'getfileinfo'],
    run: singleFileReadsWait,
  },
  {
    group,
    name: 'a waiting call ends by a fault when its server crashes',
    needs: ['followers'],
    run: crashEndsWaiting,
  },
  {
    group,
    name: 'no server becomes leader without a majority',
    needs: ['followers'],
    run: nobodyLeadsAMinority,
  },
];
