/**
 * The calls of the other servers (contract, section 5). The order of the checks is part of the
 * contract: malformed, then unknown or without the secret, then what the crash switch and the cut
 * say.
 */
import { unreachable } from '../../base/assert.js';
import type { ServerId } from '../../base/ids.js';
import type { Entry, PeerRequest } from '../../raft/messages.js';
import type { HangUp } from '../../replica/outcome.js';
import type { PeerOutcome } from '../../replica/replica-api.js';
import { faultCode } from '../codec/fault-code.js';
import type { FileReader } from '../file-reader.js';
import type { MethodServices } from '../method-services.js';
import {
  defineMethod,
  nothingToHangUp,
  type Caller,
  type Method,
  type MethodOutcome,
  type Reply,
} from '../method.js';
import type { Param } from '../param.js';
import { readAppendEntries, readRequestVote, responseValue } from '../peer-codec.js';
import { crashedFault } from '../refusal-fault.js';
import { RpcFault } from '../rpc-fault.js';

export function peerMethods(services: MethodServices): readonly Method[] {
  return [
    defineMethod({
      name: 'AppendEntries',
      group: 'peer',
      params: [appendEntriesParam],
      result: 'struct',
      help:
        "Raft's AppendEntries. Answers {term, success, matchIndex, conflictIndex, conflictTerm, " +
        'round} once what it promises is on disk.',
      wait: 'peer',
      leaderOnly: false,
      answersWhenCrashed: false,
      run: ([request], reply, caller) => handle(services, request, reply, caller),
    }),
    defineMethod({
      name: 'RequestVote',
      group: 'peer',
      params: [requestVoteParam],
      result: 'struct',
      help:
        "Raft's RequestVote, also as a pre-vote. Answers {term, voteGranted, preVote, forTerm} " +
        'once what it promises is on disk.',
      wait: 'peer',
      leaderOnly: false,
      answersWhenCrashed: false,
      run: ([request], reply, caller) => handle(services, request, reply, caller),
    }),
  ];
}

const appendEntriesParam: Param<ReturnType<typeof readAppendEntries>> = {
  name: 'request',
  type: 'struct',
  help:
    '{term, leaderId, prevLogIndex, prevLogTerm, entries, leaderCommit [, round]}; entries is ' +
    'base64 of the binary form of log entries, or an empty array',
  optional: false,
  read: readAppendEntries,
};

const requestVoteParam: Param<ReturnType<typeof readRequestVote>> = {
  name: 'request',
  type: 'struct',
  help: '{term, candidateId, lastLogIndex, lastLogTerm [, preVote] [, leadershipTransfer]}',
  optional: false,
  read: readRequestVote,
};

/** Refuses strangers, hands the rest to the replica. Such a call cannot be taken back. */
function handle(
  services: MethodServices,
  request: PeerRequest,
  reply: Reply,
  caller: Caller,
): HangUp {
  if (request.type === 'appendEntries') refuseForeignCommands(services.files, request.entries);
  const from = request.type === 'appendEntries' ? request.leaderId : request.candidateId;
  refuseStrangers(services, from, caller);
  services.replica.handlePeer(from, request, (outcome) => {
    reply(peerOutcome(outcome));
  });
  return nothingToHangUp;
}

/** What is in the log must be applied one day: bytes that are no command may not get there. */
function refuseForeignCommands(files: FileReader, entries: readonly Entry[]): void {
  for (const { index, kind, payload } of entries) {
    const mistake = kind === 'noop' ? undefined : files.findMistake(payload);
    if (mistake === undefined) continue;
    throw new RpcFault(
      faultCode.invalidParams,
      `malformed appendEntries: entry ${index} is no file command: ${mistake}`,
    );
  }
}

function refuseStrangers(services: MethodServices, from: ServerId, caller: Caller): void {
  if (caller.peerMistake !== undefined) {
    throw new RpcFault(faultCode.unauthorised, `unauthorised: ${caller.peerMistake}`);
  }
  if (from >= services.servers.length) {
    throw new RpcFault(
      faultCode.unauthorised,
      `unauthorised: server ${from} is not in the configuration`,
    );
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
    case 'response':
      return { kind: 'value', value: responseValue(outcome.response) };
    case 'crashed':
      return { kind: 'fault', fault: crashedFault(false) };
    case 'closed':
      return { kind: 'closed' };
    default:
      return unreachable(outcome);
  }
}
