/**
 * How calls may be written (names, paths) and what becomes of calls that are written wrongly.
 */
import { saysMethodUnknown } from '../../wire/answer.js';
import type { Check } from '../check.js';
import type { Cluster } from '../../cluster/cluster.js';
import {
  expectFault,
  expectInMap,
  expectThat,
  expectValue,
  isStruct,
} from '../../cluster/expectations.js';

/** The longest legal file name, in bytes of UTF-8. */
const fileNameBytesMax = 4096;

async function prefixIsOptional(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  expectValue(await server.callByName('surfstore.ping', []), true);
  expectValue(await server.callByName('ping', []), true);
}

async function caseAndUnderscoresDoNotCount(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const name = cluster.newName('case');
  for (const spelling of ['surfstore.isLeader', 'SURFSTORE.ISLEADER', 'surfstore.is_leader']) {
    expectValue(await server.callByName(spelling, []), true);
  }
  for (const spelling of ['surfstore.tester_getVersion', 'surfstore.testerGetVersion']) {
    expectValue(await server.callByName(spelling, [name]), 0);
  }
}

async function bothPathsAreServed(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const name = cluster.target.spelling.nameOf('ping');
  const body = `<?xml version="1.0"?><methodCall><methodName>${name}</methodName></methodCall>`;
  for (const path of ['/RPC2', '/']) {
    expectValue(await server.send({ path, body, describedAs: `POST ${path}` }), true);
  }
}

async function unknownMethodIsRefused(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  expectFault(await server.callByName('surfstore.nosuchmethod', []));
  expectValue(await server.ping(), true);
}

async function unknownMethodHasItsCode(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const reply = await server.callByName('surfstore.updatefil', ['a', 1, []]);
  expectFault(reply, { code: -32601, text: /updatefile/i });
}

/** Calls with a wrong number or type of arguments, for a file that must not come to be. */
function wrongCalls(name: string): readonly (readonly [method: string, params: unknown[]])[] {
  return [
    ['updatefile', []],
    ['updatefile', [name, 1]],
    ['updatefile', [name, 1, ['a'], 'id', 'one too many']],
    ['updatefile', [name, 'one', ['a']]],
    ['updatefile', [name, 1.5, ['a']]],
    ['updatefile', [name, true, ['a']]],
    ['updatefile', [name, 1, { not: 'a list' }]],
    ['updatefile', [name, 1, [['nested']]]],
    ['updatefile', [[name], 1, ['a']]],
    ['getfileinfomap', [name]],
    ['tester_getversion', []],
    ['tester_getversion', [name, name]],
  ];
}

async function wrongArgumentsChangeNothing(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('arguments');
  for (const [method, params] of wrongCalls(name)) {
    const reply = await leader.call(method, params);
    const isRefusal = reply.answer.kind === 'value' && reply.answer.value === false;
    if (!isRefusal) expectFault(reply);
  }
  expectValue(await leader.appliedVersion(name), 0);
  expectInMap(await leader.fileInfoMap(), name, undefined);
}

async function wrongArgumentsHaveTheirCode(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const [method, params] of wrongCalls(cluster.newName('arguments'))) {
    expectFault(await leader.call(method, params), { code: -32602 });
  }
}

async function fileNamesAreBounded(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const longest = cluster.newName('long').padEnd(fileNameBytesMax, 'x');
  const update = { version: 1, hashes: [] };
  expectFault(await leader.update({ ...update, name: '' }), { code: -32602 });
  expectFault(await leader.update({ ...update, name: `${longest}x` }), { code: -32602 });
  expectValue(await leader.update({ ...update, name: longest }), true);
}

async function pageLimitsAreBounded(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const limit of [0, -1, 10_001]) {
    expectFault(await leader.call('getfileinfopage', ['', limit]), { code: -32602 });
  }
  for (const limit of [1, 10_000]) {
    expectThat(
      await leader.call('getfileinfopage', ['', limit]),
      `at most ${limit} files`,
      (value) => isStruct(value) && Array.isArray(value['files']) && value['files'].length <= limit,
    );
  }
}

async function intsAreReadInAllWidths(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('width');
  const method = cluster.target.spelling.nameOf('updatefile');
  const types = ['int', 'i4', 'i8'];
  for (const [position, type] of types.entries()) {
    const body =
      `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>` +
      `<param><value>${name}</value></param>` +
      `<param><value><${type}>${position + 1}</${type}></value></param>` +
      '<param><value><array><data/></array></value></param></params></methodCall>';
    const reply = await leader.send({ body, describedAs: `updatefile with an <${type}>` });
    expectThat(reply, 'true', (value) => value === true && !saysMethodUnknown(reply.answer));
  }
}

const names = 'names';
const argumentsGroup = 'arguments';

export const callChecks: readonly Check[] = [
  {
    group: names,
    name: 'methods are served with and without the prefix "surfstore."',
    needs: [],
    run: prefixIsOptional,
  },
  {
    group: names,
    name: 'methods are served in any letter case, underscores ignored',
    needs: [],
    run: caseAndUnderscoresDoNotCount,
  },
  {
    group: names,
    name: 'calls are served at /RPC2 and at /',
    needs: [],
    run: bothPathsAreServed,
  },
  {
    group: names,
    name: 'an unknown method is answered by a fault',
    needs: [],
    run: unknownMethodIsRefused,
  },
  {
    group: names,
    name: 'the fault of an unknown method is -32601 and names the closest known one',
    needs: [],
    run: unknownMethodHasItsCode,
  },
  {
    group: argumentsGroup,
    name: 'a wrong number or type of arguments is refused and changes nothing',
    needs: [],
    run: wrongArgumentsChangeNothing,
  },
  {
    group: argumentsGroup,
    name: 'the fault of wrong arguments is -32602',
    needs: [],
    run: wrongArgumentsHaveTheirCode,
  },
  {
    group: argumentsGroup,
    name: 'a file name has 1 to 4,096 bytes, else fault -32602',
    needs: [],
    run: fileNamesAreBounded,
  },
  {
    group: argumentsGroup,
    name: 'the limit of getfileinfopage is 1 to 10,000, else fault -32602',
    needs: ['getfileinfopage'],
    run: pageLimitsAreBounded,
  },
  {
    group: argumentsGroup,
    name: 'versions are read as <int>, <i4> and <i8>, names as untyped values',
    needs: [],
    run: intsAreReadInAllWidths,
  },
];
