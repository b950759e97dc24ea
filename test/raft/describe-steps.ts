/** How the trace of a cluster of cores names messages, writes and entries. */
import { must } from '../../src/base/assert.js';
import { describeRequest, describeResponse } from '../../src/raft/describe.js';
import type { Entry } from '../../src/raft/messages.js';
import type { Message } from './raft-cluster.js';
import type { Write } from './test-disk.js';

export function describeMessage({ body }: Message): string {
  return body.kind === 'request' ? describeRequest(body.request) : describeResponse(body.response);
}

export function describeWrite({ hardState, reset, entries }: Write): string {
  const parts: string[] = [];
  if (hardState !== undefined) {
    const vote = hardState.votedFor === undefined ? 'no vote' : `vote ${hardState.votedFor}`;
    const standing = hardState.standing === 'member' ? '' : `, ${hardState.standing}`;
    parts.push(`term ${hardState.term} with ${vote}${standing}`);
  }
  if (reset !== undefined) parts.push(`an empty log behind entry ${reset.index}`);
  if (entries.length > 0) parts.push(describeEntries(entries));
  return parts.join(', ');
}

export function describeEntries(entries: readonly Entry[]): string {
  const first = must(entries[0], 'no entries');
  const last = must(entries.at(-1), 'no entries');
  return first === last ? `entry ${first.index}` : `entries ${first.index}–${last.index}`;
}
