/**
 * Calls that no honest client makes: each is answered by a fault, and the server lives.
 */
import type { Check } from '../check.js';
import { sampleHashes, type Cluster } from '../../cluster/cluster.js';
import { expectFault, expectInMap, expectValue } from '../../cluster/expectations.js';

const group = 'hostile';

/** A call that is good but for what `value` puts in the place of its only argument. */
function callWith(cluster: Cluster, value: string): string {
  const method = cluster.target.spelling.nameOf('tester_getversion');
  return (
    `<?xml version="1.0"?><methodCall><methodName>${method}</methodName>` +
    `<params><param><value>${value}</value></param></params></methodCall>`
  );
}

function nested(depth: number): string {
  const open = '<array><data><value>'.repeat(depth);
  return `${open}<int>1</int>${'</value></data></array>'.repeat(depth)}`;
}

interface HostileCall {
  readonly name: string;
  readonly body: (cluster: Cluster) => string;
  readonly code: number;
}

const hostileCalls: readonly HostileCall[] = [
  { name: 'a body that is not XML', body: () => 'not XML, but words', code: -32700 },
  { name: 'an empty body', body: () => '', code: -32700 },
  {
    name: 'XML that breaks off',
    body: (cluster) => callWith(cluster, '<string>a</string>').slice(0, -20),
    code: -32700,
  },
  {
    name: 'a DOCTYPE',
    body: (cluster) =>
      callWith(cluster, '&a;').replace('?>', '?><!DOCTYPE methodCall [<!ENTITY a "b">]>'),
    code: -32700,
  },
  {
    name: 'a control character as a reference',
    body: (cluster) => callWith(cluster, '<string>&#1;</string>'),
    code: -32700,
  },
  { name: 'XML that is no call', body: () => '<html><body/></html>', code: -32600 },
  {
    name: 'an empty method name',
    body: () => '<methodCall><methodName></methodName></methodCall>',
    code: -32600,
  },
  {
    name: '20,000 nested arrays',
    body: (cluster) => callWith(cluster, nested(20_000)),
    code: -32600,
  },
  {
    name: 'an integer out of range',
    body: (cluster) => callWith(cluster, '<int>99999999999</int>'),
    code: -32602,
  },
  {
    name: 'a number that is none',
    body: (cluster) => callWith(cluster, '<int>seven</int>'),
    code: -32602,
  },
  {
    name: 'a truth value that is none',
    body: (cluster) => callWith(cluster, '<boolean>2</boolean>'),
    code: -32602,
  },
  {
    name: 'a lone surrogate as a reference',
    body: (cluster) => callWith(cluster, '<string>&#xD800;</string>'),
    code: -32700,
  },
  {
    name: 'a struct that names a prototype',
    body: (cluster) =>
      callWith(
        cluster,
        '<struct><member><name>__proto__</name><value><struct><member><name>polluted</name>' +
          '<value>yes</value></member></struct></value></member></struct>',
      ),
    code: -32602,
  },
];

async function expectRefusal(cluster: Cluster, call: HostileCall): Promise<void> {
  const leader = await cluster.leader();
  expectFault(await leader.send({ body: call.body(cluster), describedAs: call.name }));
  expectValue(await leader.ping(), true);
  expectValue(await leader.isLeader(), true);
}

async function expectCodes(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const { name, body, code } of hostileCalls) {
    expectFault(await leader.send({ body: body(cluster), describedAs: name }), { code });
  }
}

/** Honest clients go on writing while all of the above come in, again and again. */
async function honestClientsAreServed(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  let isDone = false;
  const attacking = async (): Promise<void> => {
    while (!isDone) {
      for (const call of hostileCalls) {
        expectFault(await leader.send({ body: call.body(cluster), describedAs: call.name }));
      }
    }
  };
  const working = async (): Promise<void> => {
    const name = cluster.newName('honest');
    for (let version = 1; version <= 20; version += 1) {
      await cluster.write(leader, name, [version]);
    }
    expectInMap(await leader.fileInfoMap(), name, [20, sampleHashes(20)]);
  };
  const work = Promise.all([working(), working(), working()]).finally(() => {
    isDone = true;
  });
  await Promise.all([work, attacking(), attacking()]);
  expectValue(await leader.isLeader(), true);
}

export const hostileChecks: readonly Check[] = [
  ...hostileCalls.map((call) => ({
    group,
    name: `${call.name}: the answer is a fault, and the server lives`,
    needs: [],
    run: (cluster: Cluster) => expectRefusal(cluster, call),
  })),
  {
    group,
    name: 'the faults are -32700 for bad XML, -32600 for no call, -32602 for a bad value',
    needs: [],
    run: expectCodes,
  },
  {
    group,
    name: 'while they come in honest clients are served as ever',
    needs: [],
    run: honestClientsAreServed,
  },
];
