/**
 * The two calls between the fronts of the site and the servers. They are the cluster's inside:
 * whoever may make them is believed to have checked passwords, and may read how those are kept.
 */
import { siteCallBytesMax } from '../../base/limits.js';
import { parseSiteCommand, parseSiteQuery, SiteCallError } from '../../site/parse-site-call.js';
import type { SiteRead, SiteUpdated } from '../../site/site-call.js';
import type { ClusterDoor } from '../cluster-door.js';
import type { MethodServices } from '../method-services.js';
import { defineMethod, replyNow, type Method } from '../method.js';
import { ArgumentError, optional, readText, unexpected, type Param } from '../param.js';
import { crashedFault, refusalFault } from '../refusal-fault.js';
import { RpcFault } from '../rpc-fault.js';
import { submitToSite } from '../submit-command.js';

export function siteMethods(services: MethodServices, door: ClusterDoor): readonly Method[] {
  return [updateSite(services, door), readSite(services, door)];
}

const command = jsonText('command', 'a command of the site', parseSiteCommand);
const query = jsonText('query', 'a question to the site', parseSiteQuery);

const atLeastIndex: Param<number> = {
  name: 'atLeastIndex',
  type: 'int',
  help: 'the index of the log that the answer must not be older than; 0 when left out',
  optional: false,
  read: (value) => {
    if (typeof value === 'number' && value >= 0) return value;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unexpected(value, 'an int');
    throw new ArgumentError(`expected an int from 0 to 2^53 - 1, not ${value}`);
  },
};

function jsonText<Value>(name: string, what: string, parse: (text: string) => Value): Param<Value> {
  return {
    name,
    type: 'string',
    help: `${what} as JSON text, at most ${siteCallBytesMax} bytes of UTF-8`,
    optional: false,
    read: (value) => parsed(parse, readText(value, 1, siteCallBytesMax)),
  };
}

function parsed<Value>(parse: (text: string) => Value, text: string): Value {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SiteCallError)) throw error;
    throw new ArgumentError(error.message);
  }
}

function updateSite(services: MethodServices, door: ClusterDoor): Method {
  return defineMethod({
    name: 'updatesite',
    group: 'site',
    params: [command],
    result: 'string',
    help:
      'Carries out a command of the site. Answers JSON text, {result, index}, once it is on disk ' +
      'on a majority of the servers and applied: what came of it, and an index of the log at ' +
      'which the state holds it. A command that is sent again with the same ids takes effect ' +
      "once. For the cluster's own programs only. Blocks for as long as there is no majority.",
    wait: 'calls',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([untimed], reply, caller) =>
      door.enter(caller, reply, () =>
        submitToSite(services.replica, { ...untimed, timeMs: services.nowMs() }, (outcome) => {
          if (outcome.kind !== 'done') {
            reply({ kind: 'fault', fault: refusalFault(outcome, services.members) });
            return;
          }
          const { lastApplied } = services.replica.status();
          const updated: SiteUpdated = { result: outcome.value, index: lastApplied };
          reply({ kind: 'value', value: JSON.stringify(updated) });
        }),
      ),
  });
}

function readSite(services: MethodServices, door: ClusterDoor): Method {
  return defineMethod({
    name: 'readsite',
    group: 'site',
    params: [query, optional(atLeastIndex)],
    result: 'string',
    help:
      'Answers a question to the site at once, from what this very server has applied: JSON ' +
      'text, {server, term, leader, applied, committed, answer}. answer is null when applied is ' +
      "less than atLeastIndex. For the cluster's own programs only.",
    wait: 'never',
    longAnswer: 'ofRead',
    leaderOnly: false,
    answersWhenCrashed: false,
    run: ([asked, least = 0], reply, caller) =>
      door.enter(caller, reply, () => {
        const { replica, site } = services;
        if (replica.isCrashed()) {
          const { code, text } = crashedFault(false);
          throw new RpcFault(code, text);
        }
        const status = replica.status();
        const read: SiteRead = {
          server: services.serverId,
          term: status.term,
          leader: status.leaderId ?? null,
          applied: status.lastApplied,
          committed: status.commitIndex,
          answer: status.lastApplied < least ? null : site.answer(asked),
        };
        return replyNow(reply, JSON.stringify(read));
      }),
  });
}
