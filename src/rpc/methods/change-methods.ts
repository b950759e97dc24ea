/** The method by which people watch a cluster: the changes of files, in the order of the log. */
import { changesBytesMax, changesMax } from '../../base/limits.js';
import type { Entry } from '../../raft/messages.js';
import type { CommandReader } from '../command-reader.js';
import type { MethodServices } from '../method-services.js';
import { defineMethod, replyNow, type Method } from '../method.js';
import { afterIndex } from '../param.js';
import { readUpdate } from '../read-update.js';
import { crashedFault } from '../refusal-fault.js';
import { RpcFault } from '../rpc-fault.js';
import type { XmlStruct, XmlValue } from '../xml-value.js';

export function changeMethods(services: MethodServices): readonly Method[] {
  return [getChanges(services)];
}

function getChanges({ replica, commands }: MethodServices): Method {
  return defineMethod({
    name: 'getchanges',
    group: 'client',
    params: [afterIndex],
    result: 'struct',
    help:
      'The updates of files behind an entry of the log, as far as this very server has applied ' +
      'them: {changes, through, firstLogIndex, lastApplied}. changes: [{index, term, time, name, ' +
      'version, items, deleted}, …], at most ' +
      `${changesMax}; time is in ms since 1970, 0 if it is not known, and items is the length of ` +
      'the hash list. Ask on with through. What stands before firstLogIndex is gone from the ' +
      'log, and not among the changes.',
    wait: 'never',
    longAnswer: 'ofRead',
    leaderOnly: false,
    answersWhenCrashed: false,
    run: ([after], reply) => {
      if (replica.isCrashed()) {
        const { code, text } = crashedFault(false);
        throw new RpcFault(code, text);
      }
      const { firstLogIndex, lastLogIndex, lastApplied } = replica.status();
      const behind = replica.logTail(Math.max(0, lastLogIndex - after));
      const entries = firstThatFit(behind.filter(({ index }) => index <= lastApplied));
      return replyNow(
        reply,
        new Map<string, XmlValue>([
          ['changes', entries.flatMap((entry) => changeOf(entry, commands))],
          ['through', entries.at(-1)?.index ?? after],
          ['firstLogIndex', firstLogIndex],
          ['lastApplied', lastApplied],
        ]),
      );
    },
  });
}

/** The first entry, and those behind it as far as they fit. */
function firstThatFit(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const end = entries.findIndex((entry, position) => {
    bytes += entry.payload.length;
    return position > 0 && (bytes > changesBytesMax || position >= changesMax);
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** Nothing for an entry that is no update of a file. */
function changeOf({ index, term, kind, payload }: Entry, commands: CommandReader): XmlStruct[] {
  if (kind !== 'command') return [];
  const view = commands.view(payload);
  if (!('read' in view)) return [];
  const { name, version, items, deleted } = readUpdate(view);
  return [
    new Map<string, XmlValue>([
      ['index', index],
      ['term', term],
      ['time', view.timeMs],
      ['name', name],
      ['version', version],
      ['items', items],
      ['deleted', deleted],
    ]),
  ];
}
