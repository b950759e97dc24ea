/**
 * Request ids: a client that does not know what became of its update asks again with the same id,
 * and the update takes effect once, whoever leads by then.
 */
import { type Check } from '../check.js';
import { CheckSkipped } from '../../cluster/check-outcome.js';
import { sampleHashes, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectValue } from '../../cluster/expectations.js';
import type { Reply, Server } from '../../wire/server.js';
import { replaceLeader } from './leadership.js';

const group = 'request ids';

interface Request {
  readonly name: string;
  readonly version: number;
  readonly id: string;
}

function newRequest(cluster: Cluster, version = 1): Request {
  const name = cluster.newName('request');
  return { name, version, id: `${name}-id` };
}

function send(server: Server, request: Request): Promise<Reply> {
  const { name, version, id } = request;
  return server.call('updatefile', [name, version, sampleHashes(version), id]);
}

/** The first call with an id must be taken; servers that know no ids refuse the argument. */
async function sendFirst(server: Server, request: Request): Promise<void> {
  const reply = await send(server, request);
  if (reply.answer.kind === 'fault') throw new CheckSkipped('updatefile takes no request id');
  expectValue(reply, true);
}

async function repeatsTakeEffectOnce(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const request = newRequest(cluster);
  await sendFirst(leader, request);
  expectValue(await send(leader, request), true);
  const { name } = request;
  expectValue(await leader.call('updatefile', [name, 1, sampleHashes(1)]), false);
  expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
  await cluster.write(leader, name, [2]);
  expectValue(await send(leader, request), true);
  expectInMap(await leader.fileInfoMap(), name, [2, sampleHashes(2)]);
}

async function reuseIsRefused(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const request = newRequest(cluster);
  await sendFirst(leader, request);
  expectFault(await send(leader, { ...request, version: 2 }), { code: -32602 });
  expectInMap(await leader.fileInfoMap(), request.name, [1, sampleHashes(1)]);
}

async function falseIsForgotten(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  await sendFirst(leader, newRequest(cluster));
  const request = newRequest(cluster, 2);
  expectValue(await send(leader, request), false);
  await cluster.write(leader, request.name, [1]);
  expectValue(await send(leader, request), true);
  expectInMap(await leader.fileInfoMap(), request.name, [2, sampleHashes(2)]);
}

async function twinsAreOne(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  await sendFirst(leader, newRequest(cluster));
  const request = newRequest(cluster);
  const twins = await Promise.all([1, 2, 3, 4, 5].map(() => send(leader, request)));
  for (const reply of twins) expectValue(reply, true);
  expectInMap(await leader.fileInfoMap(), request.name, [1, sampleHashes(1)]);
}

async function idsOutliveLeaders(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const request = newRequest(cluster);
  await sendFirst(leader, request);
  const { successor } = await replaceLeader(cluster, leader);
  expectValue(await send(successor, request), true);
  await cluster.write(successor, request.name, [2]);
  expectValue(await send(successor, request), true);
  expectInMap(await successor.fileInfoMap(), request.name, [2, sampleHashes(2)]);
}

async function idsOutliveCrashOfAll(cluster: Cluster): Promise<void> {
  const request = newRequest(cluster);
  await sendFirst(await cluster.leader(), request);
  await Promise.all(cluster.servers.map((server) => cluster.crash(server)));
  await Promise.all(cluster.servers.map((server) => cluster.restore(server)));
  const leader = await cluster.leader();
  expectValue(await send(leader, request), true);
  expectInMap(await leader.fileInfoMap(), request.name, [1, sampleHashes(1)]);
  await cluster.write(leader, request.name, [2]);
}

/** The first try waits without a majority and ends with its server; the client asks the next. */
async function cutOffRequestIsRepeated(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  await sendFirst(leader, newRequest(cluster));
  const request = newRequest(cluster);
  const victims = await cluster.crashMajorityOfFollowers(leader);
  const first = send(leader, request);
  await cluster.pause(cluster.timing.quietMs / 10);
  await cluster.crash(leader);
  expectFault(await first);
  await Promise.all([leader, ...victims].map((server) => cluster.restore(server)));
  const next = await cluster.leader();
  expectValue(await send(next, request), true);
  expectInMap(await next.fileInfoMap(), request.name, [1, sampleHashes(1)]);
}

export const requestChecks: readonly Check[] = [
  {
    group,
    name: 'a repeated request id is answered true again and takes effect once',
    needs: [],
    run: repeatsTakeEffectOnce,
  },
  {
    group,
    name: 'a request id with other arguments is refused by fault -32602',
    needs: [],
    run: reuseIsRefused,
  },
  {
    group,
    name: 'a false is not remembered: the same call may be true later',
    needs: [],
    run: falseIsForgotten,
  },
  {
    group,
    name: 'calls at once with one request id are all answered true and take effect once',
    needs: [],
    run: twinsAreOne,
  },
  {
    group,
    name: 'the next leader knows the request ids of the old one',
    needs: ['followers', 'spare-server'],
    run: idsOutliveLeaders,
  },
  {
    group,
    name: 'request ids are known still when all servers were crashed',
    needs: [],
    run: idsOutliveCrashOfAll,
  },
  {
    group,
    name: 'a request that a crash cut off is repeated elsewhere and takes effect once',
    needs: ['followers'],
    run: cutOffRequestIsRepeated,
  },
];
