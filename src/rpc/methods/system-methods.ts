/**
 * Introspection and `system.multicall`, as other XML-RPC servers have them. All of it is made from
 * the method table.
 */
import type { GatheredAnswers } from '../gathered-answers.js';
import type { Introspection } from '../introspection.js';
import { defineMethod, describeUsage, replyNow, type Method } from '../method.js';
import * as param from '../param.js';
import type { Param } from '../param.js';
import type { XmlStruct, XmlValue } from '../xml-value.js';
import { multicall } from './multicall.js';

/** Facts that the four methods of introspection share. */
const plain = {
  group: 'system',
  wait: 'never',
  leaderOnly: false,
  answersWhenCrashed: true,
} as const;

export function systemMethods(
  introspection: Introspection,
  gathered: GatheredAnswers,
): readonly Method[] {
  return [
    listMethods(introspection),
    methodHelp(introspection),
    methodSignature(introspection),
    multicall(introspection, gathered),
    getCapabilities(),
  ];
}

function listMethods(introspection: Introspection): Method {
  return defineMethod({
    ...plain,
    name: 'system.listMethods',
    params: [],
    result: 'array',
    help: 'The names of all methods.',
    run: (_values, reply) => replyNow(reply, introspection.fullNames()),
  });
}

function methodHelp(introspection: Introspection): Method {
  return defineMethod({
    ...plain,
    name: 'system.methodHelp',
    params: [param.methodName],
    result: 'string',
    help: 'What a method does and takes, in words.',
    run: ([name], reply) => replyNow(reply, helpText(introspection.find(name))),
  });
}

function methodSignature(introspection: Introspection): Method {
  return defineMethod({
    ...plain,
    name: 'system.methodSignature',
    params: [param.methodName],
    result: 'array',
    help: 'The signatures of a method: for each one the type of the result, then of the arguments.',
    run: ([name], reply) => replyNow(reply, signatures(introspection.find(name))),
  });
}

function getCapabilities(): Method {
  return defineMethod({
    ...plain,
    name: 'system.getCapabilities',
    params: [],
    result: 'struct',
    help: 'The extensions of XML-RPC that this server speaks: name → {specUrl, specVersion}.',
    run: (_values, reply) => replyNow(reply, capabilities),
  });
}

function helpText(method: Method): string {
  const lines = [describeUsage(method.name, method.params), method.help];
  for (const { name, type, help } of method.params) lines.push(`${name} (${type}): ${help}`);
  if (method.leaderOnly) lines.push('Only on the leader; other servers answer fault 1.');
  if (!method.answersWhenCrashed) lines.push('Fault 2 while the server is crashed.');
  return lines.join('\n');
}

/** One signature for each number of arguments that the method takes. */
function signatures(method: Method): readonly XmlValue[] {
  const { argumentTypes, result } = method;
  if (argumentTypes !== undefined) return argumentTypes.map((types) => [result, ...types]);
  const required = method.params.filter((each: Param<unknown>) => !each.optional).length;
  const all: XmlValue[] = [];
  for (let count = required; count <= method.params.length; count += 1) {
    all.push([result, ...method.params.slice(0, count).map((each) => each.type)]);
  }
  return all;
}

const capabilities: XmlStruct = new Map([
  capability('xmlrpc', 'http://xmlrpc.com/spec.md', 1),
  capability('introspection', 'http://xmlrpc-c.sourceforge.net/introspection.html', 1),
  capability('system.multicall', 'http://www.xmlrpc.com/discuss/msgReader$1208', 1),
  capability(
    'faults_interop',
    'http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php',
    20010516,
  ),
  capability('nil', 'http://ontosys.com/xml-rpc/extensions.php', 20010518),
]);

function capability(name: string, specUrl: string, specVersion: number): [string, XmlStruct] {
  return [
    name,
    new Map<string, XmlValue>([
      ['specUrl', specUrl],
      ['specVersion', specVersion],
    ]),
  ];
}
