/**
 * The replicated log: what was never answered may be replaced, what was ever readable may not, and
 * the logs of all servers agree as far as they must (sections 5.3 and 5.4 of the paper).
 */
import { isDeepStrictEqual } from 'node:util';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { describeValue } from '../../wire/answer.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectValue, isStruct } from '../../cluster/expectations.js';
import { stateOf } from '../../cluster/server-state.js';
import type { Reply, Server } from '../../wire/server.js';
import { entryIn, insistOn, replaceLeader } from './leadership.js';
import { expectLogsMatch } from './log-matching.js';

const group = 'log';

/** Long enough for a server to have logged what it was sent, and to have told whom it could. */
function loggingMs(cluster: Cluster): number {
  return cluster.timing.quietMs / 10;
}

/**
 * Leaves `names` at version 1 with the hash "lost" in the log of `leader` alone, and crashes it.
 * All other servers are crashed before, so that it can tell nobody.
 */
async function leaveUncommitted(
  cluster: Cluster,
  leader: Server,
  names: readonly string[],
): Promise<readonly Reply[]> {
  await Promise.all(cluster.others(leader).map((server) => cluster.crash(server)));
  const calls = names.map((name) =>
    leader.update({ name, version: 1, hashes: ['lost'] }, cluster.timing.settleMs),
  );
  await cluster.pause(loggingMs(cluster));
  await cluster.crash(leader);
  return Promise.all(calls);
}

/** The map of this server itself, where it tells. */
async function ownMap(server: Server): Promise<Record<string, unknown>> {
  const { metaMap } = await stateOf(server);
  return isStruct(metaMap) ? metaMap : {};
}

async function uncommittedIsReplaced(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const [rewritten, abandoned] = [cluster.newName('rewritten'), cluster.newName('abandoned')];
  for (const reply of await leaveUncommitted(cluster, leader, [rewritten, abandoned])) {
    expectFault(reply);
  }
  const others = cluster.others(leader);
  await Promise.all(others.map((server) => cluster.restore(server)));
  const successor = await cluster.leader(others);
  expectInMap(await successor.fileInfoMap(), rewritten, undefined);
  for (const version of [1, 2]) {
    expectValue(await successor.update({ name: rewritten, version, hashes: ['kept'] }), true);
  }
  await cluster.restore(leader);
  const file = { name: rewritten, version: 2 };
  await cluster.expectApplied(cluster.servers, file, cluster.timing.catchUpLimitMs);
  for (const server of cluster.servers) expectValue(await server.appliedVersion(abandoned), 0);
  if (cluster.target.abilities.has('getinternalstate')) {
    const seen = (await ownMap(leader))[rewritten];
    if (!isDeepStrictEqual(seen, [2, ['kept']])) {
      throw new CheckFailure('[2,["kept"]]', describeValue(seen), `${leader.label}, metaMap`);
    }
  }
  await replaceLeader(cluster, successor);
  const next = await cluster.leader(cluster.others(successor));
  const map = await next.fileInfoMap();
  expectInMap(map, rewritten, [2, ['kept']]);
  expectInMap(map, abandoned, undefined);
}

/** As long as nobody else was elected, the leader that comes back may well keep its own entries. */
async function loggedIsAllOrNothing(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('logged');
  await leaveUncommitted(cluster, leader, [name]);
  await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
  const next = await cluster.leader();
  const entry = entryIn(await next.fileInfoMap(), name);
  const survived = isDeepStrictEqual(entry, [1, ['lost']]);
  if (!survived && entry !== undefined) {
    throw new CheckFailure('[1,["lost"]] or nothing', describeValue(entry), next.label);
  }
  const version = survived ? 2 : 1;
  await cluster.write(next, name, [version]);
  await cluster.expectApplied(cluster.servers, { name, version }, cluster.timing.catchUpLimitMs);
}

/** True as soon as any server shows the file in its own map. */
async function isShownAnywhere(cluster: Cluster, name: string): Promise<boolean> {
  const replies = await Promise.all(cluster.servers.map((server) => server.appliedVersion(name)));
  return replies.some(({ answer }) => answer.kind === 'value' && answer.value === 1);
}

/**
 * Figure 8 of the paper. `first` logs an entry alone, a second leader logs another one alone, then
 * `first` comes back and spreads its own, which is now of an old term. If that makes it readable,
 * the second leader, whose log ends in a later term, must not be able to replace it.
 */
async function oldTermsAreNotCounted(cluster: Cluster): Promise<void> {
  const first = await cluster.leader();
  const [early, late] = [cluster.newName('early'), cluster.newName('late')];
  await leaveUncommitted(cluster, first, [early]);
  const others = cluster.others(first);
  await Promise.all(others.map((server) => cluster.restore(server)));
  const second = await cluster.leader(others);
  await leaveUncommitted(cluster, second, [late]);
  const withoutSecond = cluster.others(second);
  await Promise.all(withoutSecond.map((server) => cluster.restore(server)));
  const third = await cluster.leader(withoutSecond);
  await cluster.pause(loggingMs(cluster));
  const wasShown = await isShownAnywhere(cluster, early);
  await cluster.crash(third);
  await cluster.restore(second);
  const fourth = await cluster.leader(cluster.others(third));
  const map = await fourth.fileInfoMap();
  if (wasShown) expectInMap(map, early, [1, ['lost']]);
  await cluster.restore(third);
  await insistOn(cluster, cluster.servers, sampleUpdate(cluster.newName('after'), 1));
  if (cluster.target.abilities.has('getinternalstate')) await expectLogsMatch(cluster);
}

async function behindIsNotElected(cluster: Cluster): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const name = cluster.newName('ahead');
  await cluster.write(leader, name, [1]);
  await cluster.crash(follower);
  await cluster.write(leader, name, [2, 3, 4]);
  await cluster.crash(leader);
  await cluster.restore(follower);
  const next = await cluster.leader(cluster.others(leader));
  expectInMap(await next.fileInfoMap(), name, [4, sampleHashes(4)]);
  const file = { name, version: 4 };
  await cluster.expectApplied([follower], file, cluster.timing.catchUpLimitMs);
  expectValue(await next.update(sampleUpdate(name, 5)), true);
}

async function logsMatchAfterFailovers(cluster: Cluster): Promise<void> {
  const name = cluster.newName('match');
  await cluster.write(await cluster.leader(), name, [1]);
  await leaveUncommitted(cluster, await cluster.leader(), [cluster.newName('odd')]);
  await expectLogsMatch(cluster);
  for (const server of cluster.servers) await cluster.restore(server);
  await cluster.write(await cluster.leader(), name, [2]);
  await expectLogsMatch(cluster);
}

/** The last index of the leader's log; another leader would log something of its own. */
async function lastIndexOf(leader: Server): Promise<unknown> {
  return (await stateOf(leader))['lastLogIndex'];
}

async function readsAreNotLogged(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('unlogged');
  await cluster.write(leader, name, [1]);
  const before = await lastIndexOf(leader);
  for (let call = 1; call <= 5; call += 1) {
    expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
    expectValue(await leader.update(sampleUpdate(name, 1)), false);
    expectValue(await leader.update(sampleUpdate(name, 7)), false);
  }
  const after = await lastIndexOf(leader);
  expectValue(await leader.isLeader(), true);
  if (after === before) return;
  const expected = `the log to end at ${String(before)} still`;
  throw new CheckFailure(expected, `an end at ${String(after)}`, leader.label);
}

async function indexesAreInOrder(cluster: Cluster): Promise<void> {
  await cluster.write(await cluster.leader(), cluster.newName('order'), [1, 2]);
  for (const server of cluster.servers) {
    const state = await stateOf(server);
    const applied = Number(state['lastApplied']);
    const committed = Number(state['commitIndex']);
    const last = Number(state['lastLogIndex']);
    if (applied <= committed && committed <= last) continue;
    throw new CheckFailure(
      'lastApplied <= commitIndex <= lastLogIndex',
      `${applied}, ${committed}, ${last}`,
      server.label,
    );
  }
}

export const logChecks: readonly Check[] = [
  {
    group,
    name: 'lastApplied <= commitIndex <= lastLogIndex on every server',
    needs: ['getinternalstate'],
    run: indexesAreInOrder,
  },
  {
    group,
    name: 'reads and updates answered false write nothing to the log',
    needs: ['getinternalstate'],
    run: readsAreNotLogged,
  },
  {
    group,
    name: 'a server that lacks answered updates is not elected over one that has them',
    needs: ['followers', 'spare-server'],
    run: behindIsNotElected,
  },
  {
    group,
    name: 'entries that never reached a majority are replaced by those of the next leader',
    needs: ['followers', 'spare-server'],
    run: uncommittedIsReplaced,
  },
  {
    group,
    name: 'an entry cut off by a crash is on all servers in the end or on none',
    needs: ['followers'],
    run: loggedIsAllOrNothing,
  },
  {
    group,
    name: "what was readable once stays, also an old term's entry spread late (figure 8)",
    needs: ['followers', 'spare-server'],
    run: oldTermsAreNotCounted,
  },
  {
    group,
    name: 'logs that agree in index and term agree in everything before (Log Matching)',
    needs: ['followers', 'getinternalstate'],
    run: logsMatchAfterFailovers,
  },
];
