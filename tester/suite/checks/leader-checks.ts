/**
 * One leader, the others refuse what only a leader may answer, and nobody else stands for election
 * while all is quiet.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { expectNotLeader, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import {
  expectFault,
  expectInMap,
  expectThat,
  expectValue,
  isStruct,
} from '../../cluster/expectations.js';
import { expectQuiet } from '../../cluster/quiet.js';
import type { Answer } from '../../wire/answer.js';
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
  let terms: readonly unknown[] = [];
  // Followers learn a new term by the leader's first word.
  const isAgreed = await cluster.within(cluster.timing.promptLimitMs, async () => {
    terms = await Promise.all(cluster.servers.map((server) => termOf(cluster, server)));
    return new Set(terms).size === 1 ? true : undefined;
  });
  if (isAgreed !== undefined) return;
  const seen = cluster.servers.map(
    (server, position) => `${server.seat.id}: ${String(terms[position])}`,
  );
  throw new CheckFailure('the same term on all servers', seen.join(', '), leader.label);
}

/** Known as soon as the leader has been heard once. */
async function faultNamesLeader(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const { id, address } = leader.seat;
  const namesLeader = new RegExp(`not the leader.*\\b${id}\\b.*:${address.port}\\b`, 's');
  for (const follower of cluster.others(leader)) {
    const reply = await cluster.ask(
      cluster.timing.promptLimitMs,
      () => follower.fileInfoMap(),
      ({ answer }) => answer.kind === 'fault' && namesLeader.test(answer.text),
    );
    expectFault(reply, { code: 1, text: namesLeader });
  }
}

async function statesNameLeader(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const server of cluster.servers) {
    const reply = await cluster.ask(
      cluster.timing.promptLimitMs,
      () => server.internalState(),
      ({ answer }) => leaderIn(answer) === leader.seat.id,
    );
    expectThat(
      reply,
      `leaderId ${leader.seat.id}`,
      () => leaderIn(reply.answer) === leader.seat.id,
    );
  }
}

function leaderIn(answer: Answer): unknown {
  return answer.kind === 'value' && isStruct(answer.value) ? answer.value['leaderId'] : undefined;
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
    name: 'the fault of a follower tells id and address of the leader',
    needs: ['followers'],
    run: faultNamesLeader,
  },
  {
    group,
    name: 'getinternalstate tells the id of the leader on every server',
    needs: ['getinternalstate'],
    run: statesNameLeader,
  },
  {
    group,
    name: 'followers answer getfileinfo and getfileinfopage by "not the leader"',
    needs: ['followers', 'getfileinfo', 'getfileinfopage'],
    run: followersRefuseExtras,
  },
];
