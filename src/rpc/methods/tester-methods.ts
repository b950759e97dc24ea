/**
 * The methods that break a server on purpose and look inside (contract, section 6).
 */
import type { HangUp, Outcome } from '../../replica/outcome.js';
import { ReadyPieces } from '../answer-pieces.js';
import type { GatheredAnswers } from '../gathered-answers.js';
import { internalStateParts } from '../internal-state.js';
import type { MethodServices } from '../method-services.js';
import { defineMethod, replyNow, type Method, type Reply } from '../method.js';
import * as param from '../param.js';
import { refusalFault, unreadFault } from '../refusal-fault.js';

export function testerMethods(
  services: MethodServices,
  gathered: GatheredAnswers,
): readonly Method[] {
  return [
    crash(services),
    restore(services),
    isCrashed(services),
    getVersion(services),
    getInternalState(services, gathered),
    setLeader(services),
    sendHeartbeat(services),
    makeServerUnreachableFrom(services),
  ];
}

function crash({ replica }: MethodServices): Method {
  return defineMethod({
    name: 'crash',
    group: 'tester',
    params: [],
    result: 'boolean',
    help:
      'Throws the crash switch: the server refuses clients and peers with fault 2, stops its ' +
      'timers and sends nothing. Its state is kept. Answers true.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => {
      replica.crash();
      return replyNow(reply, true);
    },
  });
}

function restore({ replica }: MethodServices): Method {
  return defineMethod({
    name: 'restore',
    group: 'tester',
    params: [],
    result: 'boolean',
    help:
      'Releases the crash switch: the server is a follower again with its state kept, and ' +
      'reachable by all. On a live server it only clears makeserverunreachablefrom. Answers true.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => {
      replica.restore();
      return replyNow(reply, true);
    },
  });
}

function isCrashed({ replica }: MethodServices): Method {
  return defineMethod({
    name: 'iscrashed',
    group: 'tester',
    params: [],
    result: 'boolean',
    help: 'Whether the crash switch is on.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => replyNow(reply, replica.isCrashed()),
  });
}

function getVersion({ replica, files }: MethodServices): Method {
  return defineMethod({
    name: 'tester_getversion',
    aliases: ['getversion'],
    group: 'tester',
    params: [param.fileName],
    result: 'int',
    help:
      "The file's version in this server's own applied map, which may lag behind; 0 if it was " +
      'never seen. A follower that logged something a moment ago waits for the news that it is ' +
      'committed, 20 ms at most.',
    wait: 'moment',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: ([name], reply) =>
      replica.whenTold(() => {
        try {
          reply({ kind: 'value', value: files.get(name)?.version ?? 0 });
        } catch (error) {
          // What applies entries must not meet the errors of a reader.
          reply({ kind: 'bug', error });
        }
      }),
  });
}

function getInternalState(services: MethodServices, gathered: GatheredAnswers): Method {
  return defineMethod({
    name: 'getinternalstate',
    group: 'tester',
    params: [],
    result: 'struct',
    help:
      'What this server believes: serverId, status, isLeader, term, leaderId (-1 when unknown), ' +
      'commitIndex, lastApplied, firstLogIndex, lastLogIndex, log (the newest entries), metaMap, ' +
      'metaMapTruncated, peers (all servers).',
    wait: 'never',
    longAnswer: 'ofRead',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) =>
      gathered.gather(
        () => internalStateParts(services),
        (told) => {
          if (told.kind === 'bug') reply(told);
          else if (told.kind === 'refused') reply({ kind: 'fault', fault: unreadFault });
          else reply({ kind: 'pieces', pieces: new ReadyPieces(told.bytes, told.values) });
        },
      ),
  });
}

function setLeader(services: MethodServices): Method {
  return defineMethod({
    name: 'setleader',
    group: 'tester',
    params: [],
    result: 'boolean',
    help:
      'Makes this server the leader by an election in a new term. True once it leads, false if ' +
      'it cannot within 2 s.',
    wait: 'calls',
    leaderOnly: false,
    answersWhenCrashed: false,
    run: (_values, reply) =>
      services.replica.setLeader((outcome) => {
        replyBoolean(services, outcome, reply);
      }),
  });
}

function sendHeartbeat(services: MethodServices): Method {
  return defineMethod({
    name: 'sendheartbeat',
    group: 'tester',
    params: [],
    result: 'boolean',
    help:
      'On the leader: one full round of replication now, true when every reachable server is up ' +
      'to date. On others false.',
    wait: 'calls',
    leaderOnly: false,
    answersWhenCrashed: false,
    run: (_values, reply) =>
      services.replica.sendHeartbeat((outcome) => {
        replyBoolean(services, outcome, reply);
      }),
  });
}

function makeServerUnreachableFrom({ replica, serverId }: MethodServices): Method {
  return defineMethod({
    name: 'makeserverunreachablefrom',
    group: 'tester',
    params: [param.serverList, param.optional(param.direction)],
    result: 'boolean',
    help:
      'From now on this server neither sends to the listed servers nor accepts from them, or ' +
      'does only one of the two. Each call replaces the one before; [] heals. Answers true.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: ([list, direction], reply): HangUp => {
      const others = new Set(list.filter((id) => id !== serverId));
      replica.setUnreachable([...others], direction ?? 'both');
      return replyNow(reply, true);
    },
  });
}

function replyBoolean(services: MethodServices, outcome: Outcome<boolean>, reply: Reply): void {
  if (outcome.kind === 'done') reply({ kind: 'value', value: outcome.value });
  else reply({ kind: 'fault', fault: refusalFault(outcome, services.members) });
}
