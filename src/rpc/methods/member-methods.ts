/**
 * The methods that change who belongs to the running cluster (docs/decisions/0023-members.md). Both
 * may be repeated: who is a member already, or no more, is only told so.
 */
import { unreachable } from '../../base/assert.js';
import type { ServerId } from '../../base/ids.js';
import { isSamePlace } from '../../config/parse-address.js';
import { findMember, type Configuration, type Member } from '../../raft/configuration.js';
import type { MemberChange } from '../../raft/effects.js';
import type { HangUp } from '../../replica/outcome.js';
import type { ReplicaStatus } from '../../replica/replica-api.js';
import { faultCode } from '../codec/fault-code.js';
import type { MethodServices } from '../method-services.js';
import { defineMethod, replyNow, type Method, type Reply } from '../method.js';
import * as param from '../param.js';
import { refusalFault } from '../refusal-fault.js';
import { RpcFault } from '../rpc-fault.js';
import type { XmlStruct, XmlValue } from '../xml-value.js';

/** Stands for a leader, or an index, that is not known. */
const unknown = -1;

/** Those that change something: only the cluster's own programs may call them. */
export function memberChangeMethods(services: MethodServices): readonly Method[] {
  return [addMember(services), removeMember(services)];
}

export function memberListMethod({ replica }: MethodServices): Method {
  return defineMethod({
    name: 'listmembers',
    group: 'member',
    params: [],
    result: 'struct',
    help:
      'Who belongs to the cluster as this very server knows it: {serverId, leaderId (-1 when ' +
      'unknown), committed, nextId, members, waitsFor}. members: [{id, address, role (voter or ' +
      'learner), isLeader, matchIndex, lag}, …]; matchIndex says how far the log of each is ' +
      'known to be that of the leader, and lag how many entries are missing, both -1 where the ' +
      'server that is asked does not lead. waitsFor: servers that have to come to know this one ' +
      'before it counts.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => replyNow(reply, listOf(replica.status())),
  });
}

function addMember(services: MethodServices): Method {
  const { replica } = services;
  return defineMethod({
    name: 'addmember',
    group: 'member',
    params: [param.serverAddress],
    result: 'struct',
    help:
      'Adds a server to the cluster, as a learner that becomes a voter once it has caught up; it ' +
      'is started afterwards, with an empty data folder. Answers {id, changed, nextId, members} ' +
      'once that is committed; changed is false when a member has this address already. Fault 4 ' +
      'says why it is not possible now.',
    wait: 'calls',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([address], reply) => {
      const { configuration } = replica.status();
      const there = configuration.members.find((member) => isSamePlace(member.address, address));
      const found = there && isSettled(services) ? there : undefined;
      if (found !== undefined) return replyNow(reply, changedTo(configuration, found.id, false));
      return change(services, { type: 'add', address }, reply);
    },
  });
}

function removeMember(services: MethodServices): Method {
  const { replica } = services;
  return defineMethod({
    name: 'removemember',
    group: 'member',
    params: [param.serverId],
    result: 'struct',
    help:
      'Removes a server from the cluster, voter or learner, running or not; its id is never ' +
      'given again. Answers {id, changed, nextId, members} once that is committed; changed is ' +
      'false when it was removed before. Fault 4 says why it is not possible now: the servers that ' +
      'remain must have a majority that answers.',
    wait: 'calls',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([id], reply) => {
      const { configuration } = replica.status();
      if (isSettled(services) && findMember(configuration, id) === undefined) {
        if (id < configuration.nextId) return replyNow(reply, changedTo(configuration, id, false));
        const ids = configuration.members.map((member) => member.id).join(', ');
        throw new RpcFault(
          faultCode.invalidParams,
          `argument 1 (id) of removemember: there never was a server ${id}; the members are ${ids}`,
        );
      }
      return change(services, { type: 'remove', server: id }, reply);
    },
  });
}

/** Whether this server leads, and no change is under way. */
function isSettled({ replica }: MethodServices): boolean {
  return replica.isLeader() && replica.status().isConfigurationCommitted;
}

function change({ replica, members }: MethodServices, asked: MemberChange, reply: Reply): HangUp {
  return replica.changeMembers(asked, (outcome) => {
    if (outcome.kind !== 'done') {
      reply({ kind: 'fault', fault: refusalFault(outcome, members) });
      return;
    }
    const { value } = outcome;
    switch (value.kind) {
      case 'changed':
        reply({ kind: 'value', value: changedTo(value.configuration, idOf(asked, value), true) });
        return;
      case 'notNow': {
        const text = `busy: not now: ${value.reason}; the call had no effect`;
        reply({ kind: 'fault', fault: { code: faultCode.busy, text } });
        return;
      }
      default:
        unreachable(value);
    }
  });
}

/** Who is added gets the id that was the next one. */
function idOf(asked: MemberChange, { configuration }: { configuration: Configuration }): ServerId {
  if (asked.type === 'remove') return asked.server;
  const added = configuration.members.find(({ address }) => address === asked.address);
  return added?.id ?? (unknown as ServerId);
}

function changedTo({ members, nextId }: Configuration, id: ServerId, changed: boolean): XmlStruct {
  return new Map<string, XmlValue>([
    ['id', id],
    ['changed', changed],
    ['nextId', nextId],
    ['members', members.map((member) => memberValue(member))],
  ]);
}

function listOf(status: ReplicaStatus): XmlStruct {
  const { serverId, leaderId, configuration, isConfigurationCommitted, awaitedJoins } = status;
  return new Map<string, XmlValue>([
    ['serverId', serverId],
    ['leaderId', leaderId ?? unknown],
    ['committed', isConfigurationCommitted],
    ['nextId', configuration.nextId],
    ['members', configuration.members.map((member) => progressValue(member, status))],
    ['waitsFor', awaitedJoins],
  ]);
}

function progressValue(member: Member, status: ReplicaStatus): XmlStruct {
  const { serverId, role, leaderId, lastLogIndex, followers } = status;
  const isOwn = member.id === serverId;
  const matchIndex =
    role !== 'leader'
      ? unknown
      : isOwn
        ? lastLogIndex
        : (followers.find((each) => each.serverId === member.id)?.matchIndex ?? unknown);
  return new Map<string, XmlValue>([
    ...memberValue(member),
    ['isLeader', member.id === leaderId],
    ['matchIndex', matchIndex],
    ['lag', matchIndex === unknown ? unknown : lastLogIndex - matchIndex],
  ]);
}

function memberValue({ id, address, voter }: Member): ReadonlyMap<string, XmlValue> {
  return new Map<string, XmlValue>([
    ['id', id],
    ['address', address],
    ['role', voter ? 'voter' : 'learner'],
  ]);
}
