/**
 * The calls of the other servers (contract, section 5). The order of the checks is part of the
 * contract: malformed, then unknown or without the secret, then what the crash switch and the cut
 * say.
 */
import { assert, unreachable } from '../../base/assert.js';
import type { ServerId } from '../../base/ids.js';
import {
  ConfigurationFormatError,
  decodeConfiguration,
  memberIdsMax,
} from '../../raft/configuration.js';
import type { Entry } from '../../raft/messages.js';
import type { HangUp } from '../../replica/outcome.js';
import type { PeerMessage } from '../../replica/peer-transport.js';
import type { PeerOutcome } from '../../replica/replica-api.js';
import type { ClusterDoor } from '../cluster-door.js';
import { describeRemoval } from '../cluster-members.js';
import { faultCode } from '../codec/fault-code.js';
import type { CommandReader } from '../command-reader.js';
import type { MethodServices } from '../method-services.js';
import {
  defineMethod,
  nothingToHangUp,
  type Caller,
  type Method,
  type MethodOutcome,
  type Reply,
} from '../method.js';
import {
  readAppendEntries,
  readInstallSnapshot,
  readJoin,
  readRequestVote,
  readStateReport,
} from '../peer-codec.js';
import { encodeUsualReply, peerReplyValue } from '../peer-reply-codec.js';
import { crashedFault } from '../refusal-fault.js';
import { RpcFault } from '../rpc-fault.js';
import type { ReadArguments, XmlValue } from '../xml-value.js';

export function peerMethods(services: MethodServices, door: ClusterDoor): readonly Method[] {
  const room = { services, door };
  return [
    peerMethod(room, {
      name: 'AppendEntries',
      help:
        "Raft's AppendEntries. Answers {term, success, matchIndex, conflictIndex, conflictTerm, " +
        'round [, refilling]} once what it promises is on disk.',
      paramHelp:
        '{term, leaderId, prevLogIndex, prevLogTerm, entries, leaderCommit [, round] ' +
        '[, majorityLost]}; entries is base64 of the binary form of log entries, or an empty array',
      read: readAppendEntries,
    }),
    peerMethod(room, {
      name: 'RequestVote',
      help:
        "Raft's RequestVote, also as a pre-vote. Answers {term, voteGranted, preVote, forTerm} " +
        'once what it promises is on disk.',
      paramHelp:
        '{term, candidateId, lastLogIndex, lastLogTerm [, preVote] [, leadershipTransfer]}',
      read: readRequestVote,
    }),
    peerMethod(room, {
      name: 'InstallSnapshot',
      help:
        "Raft's InstallSnapshot: a piece of the image of the leader's state. Answers {term, " +
        'lastIncludedIndex, nextOffset, installed, refilling}; nextOffset is how many bytes of ' +
        'the image are here.',
      paramHelp:
        '{term, leaderId, lastIncludedIndex, lastIncludedTerm, imageBytes, imageChecksum, ' +
        'offset, data, checksum, done}; data is base64 of the piece, empty to ask how far this ' +
        'server is; both checksums are CRC-32C',
      read: readInstallSnapshot,
    }),
    peerMethod(room, {
      name: 'Join',
      help:
        'A server that does not count yet makes itself known. Answers {term, knownIncarnation, ' +
        'incarnation, leading, lastLogIndex} once what this server came to know is on disk.',
      paramHelp: '{serverId, incarnation}; incarnation is 32 lower-case hexadecimal digits',
      read: readJoin,
    }),
    peerMethod(room, {
      name: 'StateReport',
      help:
        "Tells the checksum of the caller's state at an index, so that servers whose states " +
        'differ are found. Answers an empty struct.',
      paramHelp: '{serverId, index, checksum}; checksum is the CRC-32C of the image',
      read: readStateReport,
    }),
  ];
}

interface PeerMethodFacts {
  readonly name: string;
  readonly help: string;
  readonly paramHelp: string;
  readonly read: (value: XmlValue) => PeerMessage;
}

interface PeerVisit {
  /** In whose name the message speaks. */
  readonly from: ServerId;
  readonly message: PeerMessage;
  readonly caller: Caller;
}

interface PeerRoom {
  readonly services: MethodServices;
  readonly door: ClusterDoor;
}

function peerMethod(room: PeerRoom, facts: PeerMethodFacts): Method {
  const { name, help, paramHelp, read } = facts;
  const method = defineMethod({
    name,
    group: 'peer',
    params: [{ name: 'request', type: 'struct', help: paramHelp, optional: false, read }],
    result: 'struct',
    help,
    wait: 'peer',
    leaderOnly: false,
    answersWhenCrashed: false,
    run: ([message], reply, caller) => handle(room, message, reply, caller),
  });
  const invokeRead = (read: ReadArguments, caller: Caller, reply: Reply): HangUp => {
    assert(read.kind === 'message', () => `${name} is called with a message, not ${read.kind}`);
    return handle(room, read.message, reply, caller);
  };
  return { ...method, invokeRead };
}

/** Refuses strangers, hands the rest to the replica. Such a call cannot be taken back. */
function handle(
  { services, door }: PeerRoom,
  message: PeerMessage,
  reply: Reply,
  caller: Caller,
): HangUp {
  if (message.type === 'appendEntries') refuseForeignCommands(services.commands, message.entries);
  const from = senderOf(message);
  refuseStrangers({ services, door }, { from, message, caller });
  services.replica.handlePeer(from, message, (outcome) => {
    reply(peerOutcome(outcome));
  });
  return nothingToHangUp;
}

/** In whose name the message speaks. */
function senderOf(message: PeerMessage): ServerId {
  switch (message.type) {
    case 'appendEntries':
    case 'installSnapshot':
      return message.leaderId;
    case 'requestVote':
      return message.candidateId;
    case 'join':
    case 'stateReport':
      return message.serverId;
    default:
      return unreachable(message);
  }
}

/** What is in the log must be applied one day: bytes that are no command may not get there. */
function refuseForeignCommands(commands: CommandReader, entries: readonly Entry[]): void {
  for (const { index, kind, payload } of entries) {
    const mistake = findMistake(commands, kind, payload);
    if (mistake === undefined) continue;
    throw new RpcFault(
      faultCode.invalidParams,
      `malformed appendEntries: entry ${index} is no command: ${mistake}`,
    );
  }
}

function findMistake(
  commands: CommandReader,
  kind: Entry['kind'],
  payload: Uint8Array,
): string | undefined {
  switch (kind) {
    case 'noop':
      return undefined;
    case 'command':
      return commands.findMistake(payload);
    case 'configuration':
      try {
        decodeConfiguration(payload);
        return undefined;
      } catch (error) {
        if (!(error instanceof ConfigurationFormatError)) throw error;
        return error.message;
      }
    default:
      return unreachable(kind);
  }
}

/**
 * A server that lags has not heard of those that were added since: whoever may call is heard,
 * whatever its id. Who was removed, and asks for votes or to be known, is told so.
 */
function refuseStrangers({ services, door }: PeerRoom, { from, message, caller }: PeerVisit): void {
  const whyNot = door.whyNotYet(caller);
  if (whyNot !== undefined) {
    throw new RpcFault(faultCode.unauthorised, `unauthorised: ${whyNot}`);
  }
  if (from >= memberIdsMax) {
    throw new RpcFault(faultCode.unauthorised, `unauthorised: server ${from} is no id of a server`);
  }
  const isOfOutsiders = message.type === 'requestVote' || message.type === 'join';
  if (isOfOutsiders && services.members.wasRemoved(from)) {
    throw new RpcFault(faultCode.unauthorised, `unauthorised: ${describeRemoval(from)}`);
  }
  if (from === services.serverId) {
    throw new RpcFault(faultCode.unauthorised, `unauthorised: server ${from} is this server`);
  }
  if (caller.peerId !== undefined && caller.peerId !== from) {
    throw new RpcFault(
      faultCode.unauthorised,
      `unauthorised: the call of server ${caller.peerId} speaks for server ${from}`,
    );
  }
}

function peerOutcome(outcome: PeerOutcome): MethodOutcome {
  switch (outcome.kind) {
    case 'response': {
      const { response } = outcome;
      return {
        kind: 'value',
        text: encodeUsualReply(response),
        // Made only for who asks: with a text nobody does, but for a call in a multicall.
        get value() {
          return peerReplyValue(response);
        },
      };
    }
    case 'crashed':
      return { kind: 'fault', fault: crashedFault(false) };
    case 'closed':
      return { kind: 'closed' };
    default:
      return unreachable(outcome);
  }
}
