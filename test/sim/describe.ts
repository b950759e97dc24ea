/** One line of text for everything that servers say and tell. */
import { describeNote, describeRequest, describeResponse } from '../../src/raft/describe.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import type { PeerMessage, PeerReply } from '../../src/replica/peer-transport.js';

export function describePeerMessage(message: PeerMessage): string {
  if (message.type !== 'stateReport') return describeRequest(message);
  return `StateReport at ${message.index}: ${message.checksum.toString(16)}`;
}

export function describePeerReply(reply: PeerReply): string {
  return reply.type === 'stateReport' ? 'took the StateReport' : describeResponse(reply);
}

export function describeReplicaEvent(event: ReplicaEvent): string {
  return event.type === 'raft' ? describeNote(event.note) : JSON.stringify(event);
}
