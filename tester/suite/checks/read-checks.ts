/**
 * Reads are linearizable: whoever answers shows every update answered before, and who cannot know
 * does not answer from memory. A `false` of `updatefile` counts as a read.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { describeAnswer, describeValue } from '../../wire/answer.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import type { Need } from '../../cluster/need.js';
import { BackgroundCalls } from '../../cluster/background-calls.js';
import type { Reply, Server } from '../../wire/server.js';
import { entryIn, insistOn, liveServers, replaceLeader } from './leadership.js';

const group = 'reads';

/** A read may end in a fault or in silence, but what it shows is `version` or newer. */
function expectNotStale(reply: Reply, name: string, version: number): void {
  if (reply.answer.kind !== 'value') return;
  const entry = entryIn(reply, name);
  const shown = Array.isArray(entry) ? Number(entry[0]) : 0;
  if (shown >= version) return;
  throw new CheckFailure(
    `version ${version} of ${describeValue(name)} or newer, or no answer`,
    entry === undefined ? 'no such file in the map' : describeValue(entry),
    `${reply.server.label}, ${reply.call}`,
  );
}

async function restoredLeaderIsNotStale(cluster: Cluster): Promise<void> {
  const name = cluster.newName('stale');
  let version = 1;
  await cluster.write(await cluster.leader(), name, [version]);
  for (let round = 1; round <= 3; round += 1) {
    const old = await cluster.leader();
    const { successor } = await replaceLeader(cluster, old);
    version += 1;
    await cluster.write(successor, name, [version]);
    await cluster.restore(old);
    for (let read = 1; read <= 10; read += 1) {
      expectNotStale(await old.fileInfoMap(cluster.timing.promptLimitMs), name, version);
    }
  }
}

type Direction = 'both' | 'send' | 'receive';

/**
 * The old leader knows version 1, the others are at 2. Version 3 is the next one in truth: to say
 * false to it is to answer from memory.
 */
async function cutLeaderIsNotStale(cluster: Cluster, direction: Direction): Promise<void> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const name = cluster.newName('cut-read');
  await cluster.write(old, name, [1]);
  await cluster.expectApplied(cluster.servers, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cluster.cutOff(old, others, direction);
  const successor = await cluster.within(cluster.timing.electionLimitMs, async () => {
    const [other]: readonly Server[] = await cluster.leadersNow(others);
    return other;
  });
  // A leader that is only deaf may keep the others from electing anybody.
  const current = successor === undefined ? 1 : 2;
  if (successor !== undefined) await insistOn(cluster, others, sampleUpdate(name, 2));
  const patienceMs = cluster.timing.promptLimitMs / 2;
  const reads = Array.from({ length: 5 }, () => old.fileInfoMap(patienceMs));
  const write = old.update(sampleUpdate(name, 3), patienceMs);
  for (const reply of await Promise.all(reads)) expectNotStale(reply, name, current);
  const { answer } = await write;
  if (successor === undefined || answer.kind !== 'value') return;
  throw new CheckFailure(
    'no value from a leader that is cut off',
    describeAnswer(answer),
    `${old.label}, updatefile of the next version`,
  );
}

/** What is asked while the leader is cut off, and waits, must not get the state of that time. */
async function waitingReadIsNotStale(cluster: Cluster): Promise<void> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const name = cluster.newName('waiting-read');
  await cluster.write(old, name, [1]);
  await cluster.expectApplied(cluster.servers, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cluster.cutOff(old, others);
  await insistOn(cluster, others, sampleUpdate(name, 2));
  const patienceMs = cluster.timing.settleMs;
  const reads = [old.fileInfoMap(patienceMs), old.fileInfoMap(patienceMs)];
  const waiting = new BackgroundCalls(reads);
  const newest = old.update(sampleUpdate(name, 3), patienceMs);
  await cluster.pause(cluster.timing.pollMs);
  await cluster.cutOff(old, []);
  for (const reply of await waiting.all()) expectNotStale(reply, name, 2);
  const { answer } = await newest;
  if (answer.kind !== 'value' || answer.value === true) return;
  throw new CheckFailure('true or a fault', describeAnswer(answer), `${old.label}, version 3`);
}

/** Reads on all servers while leaders come and go; each must show what was answered before it. */
async function readsNeverGoBack(cluster: Cluster): Promise<void> {
  const name = cluster.newName('forward');
  let answered = 1;
  await cluster.write(await cluster.leader(), name, [answered]);
  let isDone = false;
  const reading = async (server: Server): Promise<void> => {
    while (!isDone) {
      const before = answered;
      expectNotStale(await server.fileInfoMap(cluster.timing.promptLimitMs), name, before);
      await cluster.pause(cluster.timing.pollMs);
    }
  };
  const failingOver = async (): Promise<void> => {
    for (let round = 1; round <= 2; round += 1) {
      const leader = await cluster.leader(await liveServers(cluster));
      await cluster.write(leader, name, [answered + 1]);
      answered += 1;
      const { successor } = await replaceLeader(cluster, leader);
      await cluster.write(successor, name, [answered + 1]);
      answered += 1;
      await cluster.restore(leader);
    }
  };
  const work = failingOver().finally(() => {
    isDone = true;
  });
  await Promise.all([work, ...cluster.servers.map(reading)]);
}

async function singleFileReadsAreFresh(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('fresh');
  for (let version = 1; version <= 10; version += 1) {
    await cluster.write(leader, name, [version]);
    const reply = await leader.call('getfileinfo', [name]);
    const expected = describeValue([version, sampleHashes(version)]);
    if (reply.answer.kind === 'value' && describeValue(reply.answer.value) === expected) continue;
    throw new CheckFailure(expected, describeAnswer(reply.answer), `${leader.label}, getfileinfo`);
  }
}

function check(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  needs: readonly Need[] = [],
): Check {
  return { group, name, needs: ['followers', 'spare-server', ...needs], run };
}

const cut: Need = 'makeserverunreachablefrom';

export const readChecks: readonly Check[] = [
  {
    group,
    name: 'getfileinfo shows every update that was answered before it',
    needs: ['getfileinfo'],
    run: singleFileReadsAreFresh,
  },
  check('an old leader that comes back answers by a fault or with the newest', (cluster) =>
    restoredLeaderIsNotStale(cluster),
  ),
  check('while leaders change no read on any server goes back', readsNeverGoBack),
  check(
    'a leader that is cut off answers neither reads nor false from memory',
    (cluster) => cutLeaderIsNotStale(cluster, 'both'),
    [cut],
  ),
  check(
    'a leader that cannot send answers neither reads nor false from memory',
    (cluster) => cutLeaderIsNotStale(cluster, 'send'),
    [cut],
  ),
  check(
    'a leader that cannot receive answers neither reads nor false from memory',
    (cluster) => cutLeaderIsNotStale(cluster, 'receive'),
    [cut],
  ),
  check(
    'a read that waits on a leader cut off ends by a fault or with the newest',
    waitingReadIsNotStale,
    [cut],
  ),
];
