/**
 * The one place where a refusal of the replica becomes a fault of the contract (section 3).
 */
import { unreachable } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type { Refusal } from '../replica/outcome.js';
import type { ClusterMembers } from './cluster-members.js';
import { faultCode } from './codec/fault-code.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import type { Fault } from './xml-value.js';

/** The fault that tells a caller about `refusal`; `members` give a leader's id its address. */
export function refusalFault(refusal: Refusal, members: ClusterMembers): Fault {
  switch (refusal.kind) {
    case 'notLeader':
      return {
        code: faultCode.notLeader,
        text: `not the leader: ${leaderHint(refusal.leaderId, members)}`,
      };
    case 'crashed':
      return crashedFault(refusal.logged);
    case 'outcomeUnknown':
      return { code: faultCode.outcomeUnknown, text: `outcome unknown: ${refusal.reason}` };
    case 'busy':
      return busyFault(refusal.reason ?? 'the queue of pending calls is full');
    case 'storage':
      return { code: faultCode.storage, text: `storage: ${refusal.reason}` };
    case 'stopping':
      // The contract ends calls of a stopping process with this code, also those without effect.
      return {
        code: faultCode.outcomeUnknown,
        text: 'outcome unknown: the server is stopping (this call was not logged)',
      };
    default:
      return unreachable(refusal);
  }
}

/** Fault 2. `logged` means that the entry was in the log when the crash switch was thrown. */
export function crashedFault(logged: boolean): Fault {
  const fate = logged ? '; outcome unknown: the update was already logged' : '';
  return { code: faultCode.crashed, text: `isCrashed: the server is crashed${fate}` };
}

/** Fault 4: what is full, and that nothing happened. */
export function busyFault(what: string): Fault {
  return { code: faultCode.busy, text: `busy: ${what}; the call had no effect` };
}

/** Calls with long answers are not run while clients have left so much unread. */
export const unreadFault = busyFault('clients have left too many answers unread');

function leaderHint(leaderId: ServerId | undefined, members: ClusterMembers): string {
  const removed = members.isSelfRemoved ? 'this server was removed from the cluster; ' : '';
  const leader = members.all.find((server) => server.id === leaderId);
  if (leader !== undefined) return `${removed}the leader is ${describe(leader)}`;
  if (removed === '') return 'the leader is not known';
  return `${removed}ask ${members.others.map(describe).join(' or ')}`;
}

function describe(server: ServerAddress): string {
  return `server ${server.id} at ${formatAddress(server)}`;
}
