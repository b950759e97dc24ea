/**
 * What a replica tells, as lines of the log: how urgent, and in which words. Somebody who reads the
 * lines of all servers side by side should see at a glance why an election happened.
 */
import { unreachable } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type { LogLevel } from '../io/logger.js';
import { describeNote } from '../raft/describe.js';
import type { RaftNote } from '../raft/effects.js';
import type { ReplicaEvent } from '../replica/observer.js';
import type { CutDirection } from '../replica/replica-api.js';

export interface DescribedEvent {
  readonly level: LogLevel;
  readonly text: string;
}

export function describeEvent(event: ReplicaEvent): DescribedEvent {
  switch (event.type) {
    case 'raft':
      return { level: noteLevel(event.note), text: describeNote(event.note) };
    case 'crashed':
      return { level: 'warn', text: 'crash switch on: answers no calls, sends nothing' };
    case 'restored':
      return { level: 'warn', text: 'crash switch off: a follower again' };
    case 'cut':
      return { level: 'warn', text: describeCut(event.servers, event.direction) };
    case 'peerLost':
      return { level: 'warn', text: `server ${event.peer} does not answer: ${event.reason}` };
    case 'peerBack':
      return { level: 'info', text: `server ${event.peer} answers again` };
    case 'storageFailed':
      return { level: 'error', text: `the disk refuses, steps down: ${event.reason}` };
    default:
      return unreachable(event);
  }
}

function noteLevel(note: RaftNote): LogLevel {
  return note.type === 'impossibleRequest' ? 'warn' : 'info';
}

function describeCut(servers: readonly ServerId[], direction: CutDirection): string {
  if (servers.length === 0) return 'no server is cut off';
  const whom = `${servers.length === 1 ? 'server' : 'servers'} ${servers.join(', ')}`;
  switch (direction) {
    case 'both':
      return `cut off from ${whom}`;
    case 'send':
      return `sends nothing to ${whom}`;
    case 'receive':
      return `accepts nothing from ${whom}`;
    default:
      return unreachable(direction);
  }
}
