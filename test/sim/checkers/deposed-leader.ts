/**
 * A leader is cut off while clients still talk to it, and the others go on under a new one, past
 * their next snapshots. What the old one logged is of no effect, what it would tell is stale, and
 * when it comes back its log gives way to the new leader's, whatever is left of that.
 */
import { assert, must } from '../../../src/base/assert.js';
import type { History, Question } from '../history.js';
import { SimClient } from '../sim-client.js';
import type { SimServer } from '../sim-server.js';
import type { SimWorld } from '../sim-world.js';
import { describeAll, isCaughtUp, livenessMs, pendingAtMembers, type Ending } from './liveness.js';

/** More entries than the new leader logs before the old one is back. */
const oldUpdates = 60;
const newUpdates = 30;

export async function checkDeposedLeader(ending: Ending): Promise<void> {
  const { world, history } = ending;
  const old = must(world.leader, 'a healthy cluster has a leader');
  world.network.part([old.id], 'both');
  const client = new SimClient(world, history, 'old');
  for (let at = 1; at <= oldUpdates; at += 1) {
    client.send(old, updateOf(`old${at}`, 1), () => undefined);
  }
  const isReplaced = (): boolean => world.leader !== undefined && world.leader !== old;
  const replaced = await world.runUntil(isReplaced, livenessMs);
  assert(replaced, () => `nobody replaces a leader that is cut off: ${describeAll(world)}`);
  await goOn(world, history, must(world.leader, 'there is a new one'));
  client.send(old, { type: 'read', name: 'new' }, () => undefined);
  client.send(old, { type: 'readAll' }, () => undefined);
  await world.runFor(300);
  world.network.heal();
  const allEnded = await world.runUntil(
    () => pendingAtMembers(world, history).length === 0,
    livenessMs,
  );
  assert(allEnded, 'calls to a deposed leader end');
  const caughtUp = await world.runUntil(() => isCaughtUp(world), livenessMs);
  assert(caughtUp, () => `a deposed leader does not catch up: ${describeAll(world)}`);
  ending.watch.compareStates();
}

async function goOn(world: SimWorld, history: History, leader: SimServer): Promise<void> {
  const client = new SimClient(world, history, 'new');
  for (let version = 1; version <= newUpdates; version += 1) {
    const { call } = client.send(leader, updateOf('new', version), () => undefined);
    await world.runUntil(() => call.end !== undefined, livenessMs);
  }
}

function updateOf(name: string, version: number): Question {
  return { type: 'update', name, version, hash: `${name}-${version}`, requestId: undefined };
}
