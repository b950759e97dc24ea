/**
 * One leader, the others refuse what only a leader may answer, and nobody else stands for election
 * while all is quiet.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { expectNotLeader, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectValue } from '../../cluster/expectations.js';
import { expectQuiet } from '../../cluster/quiet.js';
import type { Server } from '../../wire/server.js';
import { termOf } from '../../cluster/server-state.js';

const group = 'leader';

async function oneServerLeads(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const replies = await Promise.all(cluster.servers.map((server) => server.isLeader()));
  for (const reply of replies) expectValue(reply, reply.server === leader);
}

async function leadershipIsStable(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const termBefore = await termOf(cluster, leader);
  await expectQuiet(cluster, leader, termBefore);
}

async function followersRefuse(
  cluster: Cluster,
  judge: (reply: Parameters<typeof expectFault>[0]) => void,
): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('follower');
  for (const follower of cluster.others(leader)) {
    judge(await follower.update(sampleUpdate(name, 1)));
    judge(await follower.fileInfoMap());
  }
  expectInMap(await leader.fileInfoMap(), name, undefined);
}

async function followersRefuseExtras(cluster: Cluster): Promise<void> {
  const { follower } = await cluster.leaderAndFollower();
  expectNotLeader(await follower.call('getfileinfo', ['any']));
  expectNotLeader(await follower.call('getfileinfopage', ['', 10]));
}

async function statesAgree(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const terms = await Promise.all(cluster.servers.map((server) => termOf(cluster, server)));
  const wrong = cluster.servers.find((_: Server, position) => terms[position] !== terms[0]);
  if (wrong !== undefined) {
    const seen = cluster.servers.map(
      (server, position) => `${server.seat.id}: ${String(terms[position])}`,
    );
    throw new CheckFailure('the same term on all servers', seen.join(', '), leader.label);
  }
}

export const leaderChecks: readonly Check[] = [
  { group, name: 'exactly one server leads, the others say false', needs: [], run: oneServerLeads },
  {
    group,
    name: 'a quiet cluster keeps its leader and its term',
    needs: [],
    run: leadershipIsStable,
  },
  {
    group,
    name: 'all servers are in the term of the leader',
    needs: ['followers', 'getinternalstate'],
    run: statesAgree,
  },
  {
    group,
    name: 'followers answer updatefile and getfileinfomap by a fault',
    needs: ['followers'],
    run: (cluster) => followersRefuse(cluster, (reply) => expectFault(reply)),
  },
  {
    group,
    name: 'the fault of a follower is 1 and says "not the leader"',
    needs: ['followers'],
    run: (cluster) => followersRefuse(cluster, expectNotLeader),
  },
  {
    group,
    name: 'followers answer getfileinfo and getfileinfopage by "not the leader"',
    needs: ['followers', 'getfileinfo', 'getfileinfopage'],
    run: followersRefuseExtras,
  },
];
