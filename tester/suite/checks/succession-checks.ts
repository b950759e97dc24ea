/**
 * What a leader leaves behind: its last update, which it could tell to the others but not count, is
 * committed by the next leader, and its caller must not be told otherwise.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import { describeAnswer } from '../../wire/answer.js';
import { entryIn, isTrue, leavesOpen } from './leadership.js';

/**
 * The old leader sends its update to the others and hears no answer; then it is cut off altogether,
 * and the next leader finds the update in its own log and commits it.
 */
async function inheritedIsNotRefused(cluster: Cluster): Promise<void> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const name = cluster.newName('inherited');
  await cluster.write(old, name, [1]);
  await cluster.expectApplied(others, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cluster.cutOff(old, others, 'receive');
  const patienceMs = cluster.timing.holdMs + cluster.timing.settleMs;
  const update = old.update({ name, version: 2, hashes: ['inherited'] }, patienceMs);
  // Long enough for the others to have logged it.
  await cluster.pause(cluster.timing.quietMs / 10);
  await cluster.cutOff(old, others);
  const next = await cluster.leader(others);
  const entry = entryIn(await next.fileInfoMap(), name);
  const tookEffect = isDeepStrictEqual(entry, [2, ['inherited']]);
  await cluster.cutOff(old, []);
  const reply = await update;
  if (leavesOpen(reply) || isTrue(reply) === tookEffect) return;
  throw new CheckFailure(
    tookEffect ? 'true for an update that the next leader committed' : 'a fault for a lost update',
    describeAnswer(reply.answer),
    `${old.label}, ${reply.call}`,
  );
}

export const successionChecks: readonly Check[] = [
  {
    group: 'pending',
    name: 'an update that the next leader commits is not refused by the old one',
    needs: ['followers', 'spare-server', 'makeserverunreachablefrom'],
    run: inheritedIsNotRefused,
  },
];
