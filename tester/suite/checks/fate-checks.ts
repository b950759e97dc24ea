/**
 * What becomes of calls that waited on a leader that is none any more: each ends by its real fate,
 * never `true` for a lost update and never a definite fault for one that took effect.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Check } from '../check.js';
import { BackgroundCalls } from '../../cluster/background-calls.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectValue } from '../../cluster/expectations.js';
import { describeAnswer, describeValue } from '../../wire/answer.js';
import type { Reply } from '../../wire/server.js';
import { entryIn, insistOn, isTrue, leavesOpen } from './leadership.js';
import { Tenure } from './tenure.js';

const group = 'pending';

function patience(cluster: Cluster): number {
  return cluster.timing.holdMs + cluster.timing.settleMs;
}

function expectFate(reply: Reply, tookEffect: boolean): void {
  if (isTrue(reply) ? tookEffect : !tookEffect || leavesOpen(reply)) return;
  throw new CheckFailure(
    tookEffect ? 'true for an update that took effect' : 'a fault for an update that was replaced',
    describeAnswer(reply.answer),
    `${reply.server.label}, ${reply.call}`,
  );
}

/**
 * The leader keeps too few followers to answer, is cut off from them as well, and so does not learn
 * what the others make of its update until it is healed.
 */
async function pendingGetsItsFate(cluster: Cluster): Promise<void> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const name = cluster.newName('fate');
  await cluster.write(old, name, [1]);
  await cluster.expectApplied(others, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  const victims = await cluster.crashMajorityOfFollowers(old);
  const update = old.update({ name, version: 2, hashes: ['pending'] }, patience(cluster));
  const refusal = old.update(sampleUpdate(name, 9), patience(cluster));
  const read = old.fileInfoMap(patience(cluster));
  const waiting = new BackgroundCalls([update, refusal, read]);
  await waiting.expectSilence(cluster, cluster.timing.quietMs / 10);
  await cluster.cutOff(old, others);
  await Promise.all(victims.map((server) => cluster.restore(server)));
  const next = await cluster.leader(others);
  const entry = entryIn(await next.fileInfoMap(), name);
  const tookEffect = isDeepStrictEqual(entry, [2, ['pending']]);
  if (!tookEffect) await insistOn(cluster, others, sampleUpdate(name, 2));
  await cluster.cutOff(old, []);
  expectFate(await update, tookEffect);
  const late = await refusal;
  if (late.answer.kind !== 'fault') expectValue(late, false);
  const truth = [2, tookEffect ? ['pending'] : sampleHashes(2)];
  expectOneOf(await read, name, [[1, sampleHashes(1)], truth]);
  const last = await (await cluster.leader()).fileInfoMap();
  expectOneOf(last, name, [truth]);
}

/** A fault is no lie; a map is one when it shows anything but one of `entries`. */
function expectOneOf(reply: Reply, name: string, entries: readonly unknown[]): void {
  if (reply.answer.kind === 'fault') return;
  const seen = entryIn(reply, name);
  if (reply.answer.kind === 'value' && entries.some((entry) => isDeepStrictEqual(seen, entry))) {
    return;
  }
  throw new CheckFailure(
    `${entries.map(describeValue).join(' or ')} as the entry of ${describeValue(name)}`,
    reply.answer.kind === 'value' ? describeValue(seen) : describeAnswer(reply.answer),
    `${reply.server.label}, ${reply.call}`,
  );
}

async function cutOffByCrashIsUnknown(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('unknown');
  await cluster.crashMajorityOfFollowers(leader);
  const update = leader.update(sampleUpdate(name, 1), patience(cluster));
  const waiting = new BackgroundCalls([update]);
  await waiting.expectSilence(cluster, cluster.timing.quietMs / 10);
  await cluster.crash(leader);
  expectFault(await update, { code: 2, text: /isCrashed.*outcome unknown/s });
}

/** Many at once, and none of them lost, doubled or refused. */
async function manyMayWait(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const tenure = await Tenure.of(cluster, leader);
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const names = Array.from({ length: 300 }, () => cluster.newName('many'));
  const waiting = new BackgroundCalls(
    names.map((name) => leader.update(sampleUpdate(name, 1), patience(cluster))),
  );
  await waiting.expectSilence(cluster, cluster.timing.quietMs / 6);
  expectValue(await leader.ping(), true);
  await Promise.all(victims.map((server) => cluster.restore(server)));
  const replies = await waiting.all();
  const isExcused = await tenure.excuses();
  const map = await (await cluster.leader()).fileInfoMap();
  for (const [position, reply] of replies.entries()) {
    if (!isExcused(reply)) expectValue(reply, true);
    if (isTrue(reply)) expectInMap(map, names[position] ?? '', [1, sampleHashes(1)]);
  }
}

async function everythingElseAnswers(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('meanwhile');
  await cluster.write(leader, name, [1]);
  await cluster.crashMajorityOfFollowers(leader);
  const waiting = new BackgroundCalls([
    leader.update(sampleUpdate(name, 2), patience(cluster)),
    leader.fileInfoMap(patience(cluster)),
  ]);
  const { abilities } = cluster.target;
  await waiting.expectSilence(cluster, cluster.timing.quietMs / 6, async () => {
    expectValue(await leader.appliedVersion(name), 1);
    expectFault(await leader.callByName('surfstore.nosuchmethod', []));
    expectFault(await leader.call('updatefile', [name]));
    if (abilities.has('getinternalstate')) {
      const { answer } = await leader.internalState();
      if (answer.kind !== 'value') {
        throw new CheckFailure('a state', describeAnswer(answer), leader.label);
      }
    }
  });
}

export const fateChecks: readonly Check[] = [
  {
    group,
    name: 'while calls wait, their server answers every call that needs no majority',
    needs: ['followers'],
    run: everythingElseAnswers,
  },
  {
    group,
    name: '300 updates may wait at once, and each takes effect once a majority is back',
    needs: ['followers'],
    run: manyMayWait,
  },
  {
    group,
    name: 'an update that a crash cut off after it was logged ends by "outcome unknown"',
    needs: ['followers'],
    run: cutOffByCrashIsUnknown,
  },
  {
    group,
    name: 'an update that waited on an old leader is answered by its real fate',
    needs: ['followers', 'spare-server', 'makeserverunreachablefrom'],
    run: pendingGetsItsFate,
  },
];
