/**
 * `makeserverunreachablefrom`: a server that is cut off costs no more than a crashed one, and is
 * one of them again as soon as it is healed.
 */
import { type Check } from '../check.js';
import { CheckSkipped } from '../../cluster/check-outcome.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import type { Need } from '../../cluster/need.js';
import type { Server } from '../../wire/server.js';
import { insistOn } from './leadership.js';

const group = 'partition';

/** The follower must stand still at `version` while it is watched. */
async function expectStandstill(
  cluster: Cluster,
  follower: Server,
  file: { readonly name: string; readonly version: number },
): Promise<void> {
  const deadline = performance.now() + cluster.timing.quietMs / 6;
  while (performance.now() < deadline) {
    expectValue(await follower.appliedVersion(file.name), file.version);
    await cluster.pause(cluster.timing.pollMs);
  }
}

async function cutLeaderIsReplaced(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const others = cluster.others(leader);
  const name = cluster.newName('cut');
  await cluster.write(leader, name, [1]);
  await cluster.cutOff(leader, others);
  await insistOn(cluster, others, sampleUpdate(name, 2));
  await cluster.cutOff(leader, []);
  await cluster.expectApplied([leader], { name, version: 2 }, cluster.timing.settleMs);
  const next = await cluster.leader();
  expectInMap(await next.fileInfoMap(), name, [2, sampleHashes(2)]);
}

/** How a follower is cut off, and how that ends. */
interface Cut {
  begin(cluster: Cluster, follower: Server, others: readonly Server[]): Promise<void>;
  /** The bystander is neither the follower nor the leader. */
  end(cluster: Cluster, follower: Server, bystander: Server): Promise<void>;
}

const cutBothWays: Cut = {
  begin: (cluster, follower, others) => cluster.cutOff(follower, others),
  end: (cluster, follower) => cluster.cutOff(follower, []),
};

const deafness: Cut = {
  ...cutBothWays,
  begin: (cluster, follower, others) => cluster.cutOff(follower, others, 'receive'),
};

const cutUntilRestore: Cut = {
  ...cutBothWays,
  end: (cluster, follower) => cluster.restore(follower),
};

/** The second cut replaces the first, so that the server hears all but one again. */
const cutThenCutFromOne: Cut = {
  ...cutBothWays,
  end: (cluster, follower, bystander) => cluster.cutOff(follower, [bystander]),
};

/** Who leads just now; `known` while nobody does. */
async function leaderOr(
  cluster: Cluster,
  known: Server,
  among: readonly Server[],
): Promise<Server> {
  const [leader] = await cluster.leadersNow(among);
  return leader ?? known;
}

async function followerIsCut(cluster: Cluster, cut: Cut): Promise<void> {
  const { leader, follower } = await cluster.leaderAndFollower();
  const others = cluster.others(follower);
  const name = cluster.newName('cut-follower');
  await cluster.write(leader, name, [1]);
  await cluster.expectApplied([follower], { name, version: 1 }, cluster.timing.catchUpLimitMs);
  await cut.begin(cluster, follower, others);
  const next = await insistOn(cluster, others, sampleUpdate(name, 2));
  await expectStandstill(cluster, follower, { name, version: 1 });
  // A deaf server without pre-vote makes the others elect again and again, and may do so.
  const read = await cluster.ask(
    cluster.timing.settleMs,
    async () => (await leaderOr(cluster, next, others)).fileInfoMap(),
    ({ answer }) => answer.kind === 'value',
  );
  expectInMap(read, name, [2, sampleHashes(2)]);
  const [bystander] = cluster.others(follower, await leaderOr(cluster, next, others));
  if (bystander === undefined) throw new CheckSkipped('needs a third server');
  await cut.end(cluster, follower, bystander);
  await cluster.expectApplied([follower], { name, version: 2 }, cluster.timing.settleMs);
}

async function cutMinorityElectsNobody(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const minority = cluster.others(leader).slice(0, cluster.servers.length - cluster.majority);
  const majority = cluster.others(...minority);
  const name = cluster.newName('minority');
  await Promise.all(minority.map((server) => cluster.cutOff(server, majority)));
  const deadline = performance.now() + cluster.timing.quietMs / 2;
  let version = 0;
  while (performance.now() < deadline) {
    for (const server of minority) expectValue(await server.isLeader(), false);
    version += 1;
    await insistOn(cluster, majority, sampleUpdate(name, version));
    await cluster.pause(cluster.timing.pollMs);
  }
}

function check(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  needs: readonly Need[] = [],
): Check {
  return { group, name, needs: ['spare-server', 'makeserverunreachablefrom', ...needs], run };
}

export const partitionChecks: readonly Check[] = [
  check('a leader that is cut off is replaced, and catches up when healed', cutLeaderIsReplaced),
  check('a follower that is cut off gets nothing, and all of it when [] heals it', (cluster) =>
    followerIsCut(cluster, cutBothWays),
  ),
  check('a server that does not accept ("receive") gets nothing until it is healed', (cluster) =>
    followerIsCut(cluster, deafness),
  ),
  check('restore of a live server lifts its cut', (cluster) =>
    followerIsCut(cluster, cutUntilRestore),
  ),
  check('each cut replaces the one before', (cluster) => followerIsCut(cluster, cutThenCutFromOne)),
  check('a minority that is cut off elects nobody, the majority goes on', cutMinorityElectsNobody),
];
