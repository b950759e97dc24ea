/**
 * The methods are there and answer values of the promised types.
 */
import { describeValue } from '../../wire/answer.js';
import { type Check } from '../check.js';
import { CheckFailure, CheckSkipped } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import {
  expectInMap,
  expectThat,
  expectValue,
  isStruct,
  expectMapShape,
} from '../../cluster/expectations.js';
import { sampleHashes } from '../../cluster/cluster.js';
import type { Reply } from '../../wire/server.js';

const group = 'api';

async function onEvery(
  cluster: Cluster,
  call: (server: Cluster['servers'][number]) => Promise<Reply>,
  judge: (reply: Reply) => void,
): Promise<void> {
  const replies = await Promise.all(cluster.servers.map(call));
  replies.forEach(judge);
}

async function allServersAnswer(cluster: Cluster): Promise<void> {
  const { seats, reachable } = cluster.target;
  const missing = seats.filter((seat) => !reachable.includes(seat)).map((seat) => seat.id);
  if (missing.length > 0) {
    const seen = `silence from ${missing.map((id) => `server ${id}`).join(', ')} at the start`;
    throw new CheckFailure(`all ${seats.length} servers to answer ping`, seen);
  }
  await onEvery(
    cluster,
    (server) => server.ping(),
    (reply) => expectValue(reply, true),
  );
}

async function booleansAnswered(cluster: Cluster): Promise<void> {
  const judge = (reply: Reply): void =>
    expectThat(reply, 'a boolean', (value) => typeof value === 'boolean');
  await onEvery(cluster, (server) => server.isLeader(), judge);
  await onEvery(cluster, (server) => server.isCrashed(), judge);
}

async function updateShowsInMap(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('shape');
  await cluster.write(leader, name, [1]);
  expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
}

async function unknownFileIsAtZero(cluster: Cluster): Promise<void> {
  const name = cluster.newName('never-seen');
  await onEvery(
    cluster,
    (server) => server.appliedVersion(name),
    (reply) => expectValue(reply, 0),
  );
  const leader = await cluster.leader();
  expectInMap(await leader.fileInfoMap(), name, undefined);
}

async function fileInfoAnswersOneFile(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('info');
  expectValue(await leader.call('getfileinfo', [name]), [0, []]);
  await cluster.write(leader, name, [1, 2]);
  expectValue(await leader.call('getfileinfo', [name]), [2, sampleHashes(2)]);
}

async function pagesAreInOrder(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const stem = cluster.newName('page');
  const names = ['-a', '-b', '-c', '-\u{fffd}', '-\u{1f600}'].map((suffix) => stem + suffix);
  for (const name of [...names].reverse()) await cluster.write(leader, name, [1]);
  const first = await leader.call('getfileinfopage', [stem, 2]);
  const entry = (name: string): unknown => [name, 1, sampleHashes(1)];
  expectValue(first, { files: names.slice(0, 2).map(entry), more: true });
  const second = await leader.call('getfileinfopage', [names[1], 3]);
  expectThat(second, `the files ${describeValue(names.slice(2))} in this order`, (value) => {
    const files = isStruct(value) ? value['files'] : undefined;
    return describeValue(files) === describeValue(names.slice(2).map(entry));
  });
}

/** Fields of `getinternalstate` and the test of their types. */
const stateFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  serverId: Number.isInteger,
  status: (value) => ['leader', 'follower', 'candidate', 'crashed'].includes(String(value)),
  isLeader: (value) => typeof value === 'boolean',
  term: Number.isInteger,
  leaderId: Number.isInteger,
  commitIndex: Number.isInteger,
  lastApplied: Number.isInteger,
  firstLogIndex: Number.isInteger,
  lastLogIndex: Number.isInteger,
  log: Array.isArray,
  metaMap: isStruct,
  peers: Array.isArray,
};

async function stateDescribesServer(cluster: Cluster): Promise<void> {
  await onEvery(
    cluster,
    (server) => server.internalState(),
    (reply) => {
      for (const [field, hasType] of Object.entries(stateFields)) {
        expectThat(
          reply,
          `a struct with a well-typed "${field}"`,
          (value) => isStruct(value) && hasType(value[field]),
        );
      }
    },
  );
}

/** Methods of the API that every server must list. */
const coreMethods: readonly string[] = [
  'ping',
  'getfileinfomap',
  'updatefile',
  'isleader',
  'crash',
  'restore',
  'iscrashed',
  'tester_getversion',
];

const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^surfstore\./, '')
    .replaceAll('_', '');

async function methodsAreListed(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const reply = await server.callByName('system.listMethods', []);
  for (const method of coreMethods) {
    expectThat(reply, `a list with ${method}`, (value) => {
      return (
        Array.isArray(value) &&
        value.map((name) => plainName(String(name))).includes(plainName(method))
      );
    });
  }
}

async function methodsAreDescribed(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const method = cluster.target.spelling.nameOf('updatefile');
  const help = await server.callByName('system.methodHelp', [method]);
  expectThat(help, 'a text', (value) => typeof value === 'string');
}

async function signaturesAreTold(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const method = cluster.target.spelling.nameOf('updatefile');
  const signature = await server.callByName('system.methodSignature', [method]);
  const { answer } = signature;
  // Whatever is no array says so, as the makers of this method have it.
  if (answer.kind === 'value' && !Array.isArray(answer.value)) {
    throw new CheckSkipped('the server tells no signatures');
  }
  expectThat(
    signature,
    'an array of arrays of type names',
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((form) => Array.isArray(form) && form.every((type) => typeof type === 'string')),
  );
}

async function multicallAnswersEach(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const methodName = cluster.target.spelling.nameOf('ping');
  const calls = [
    { methodName, params: [] },
    { methodName: 'no.such.method', params: [] },
    { methodName, params: [] },
  ];
  const reply = await server.callByName('system.multicall', [calls]);
  expectThat(reply, '[[true], a fault struct, [true]]', (value) => {
    if (!Array.isArray(value) || value.length !== 3) return false;
    const [first, second, third] = value as unknown[];
    const isTrue = (item: unknown): boolean => describeValue(item) === '[true]';
    return isTrue(first) && isStruct(second) && 'faultCode' in second && isTrue(third);
  });
}

async function mapHasItsShape(cluster: Cluster): Promise<void> {
  expectMapShape(await (await cluster.leader()).fileInfoMap());
}

export const apiChecks: readonly Check[] = [
  { group, name: 'ping answers true on every server', needs: [], run: allServersAnswer },
  {
    group,
    name: 'isleader and iscrashed answer booleans on every server',
    needs: [],
    run: booleansAnswered,
  },
  {
    group,
    name: 'getfileinfomap answers a struct of name to [version, [hash, …]]',
    needs: [],
    run: mapHasItsShape,
  },
  {
    group,
    name: 'updatefile answers true, and the map then shows version and hash list',
    needs: [],
    run: updateShowsInMap,
  },
  {
    group,
    name: 'a file never seen is at version 0 on every server and not in the map',
    needs: [],
    run: unknownFileIsAtZero,
  },
  {
    group,
    name: 'getfileinfo answers [version, [hash, …]], [0, []] for a file never seen',
    needs: ['getfileinfo'],
    run: fileInfoAnswersOneFile,
  },
  {
    group,
    name: 'getfileinfopage pages through the files in order of code points',
    needs: ['getfileinfopage'],
    run: pagesAreInOrder,
  },
  {
    group,
    name: 'getinternalstate describes each server with all its fields',
    needs: ['getinternalstate'],
    run: stateDescribesServer,
  },
  {
    group,
    name: 'system.listMethods names every method of the API',
    needs: ['introspection'],
    run: methodsAreListed,
  },
  {
    group,
    name: 'system.methodHelp answers a text',
    needs: ['introspection'],
    run: methodsAreDescribed,
  },
  {
    group,
    name: 'system.methodSignature answers arrays of type names',
    needs: ['introspection'],
    run: signaturesAreTold,
  },
  {
    group,
    name: 'system.multicall answers each of its calls, a fault beside values',
    needs: ['multicall'],
    run: multicallAnswersEach,
  },
];
