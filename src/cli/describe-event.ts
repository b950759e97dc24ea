/**
 * What a replica tells, as lines of the log: how urgent, and in which words. Somebody who reads the
 * lines of all servers side by side should see at a glance why an election happened.
 */
import { unreachable } from '../base/assert.js';
import type { ServerId } from '../base/ids.js';
import type { LogLevel } from '../io/logger.js';
import { describeNote } from '../raft/describe.js';
import type { RaftNote } from '../raft/effects.js';
import type { LogPosition } from '../raft/messages.js';
import type { ReplicaEvent } from '../replica/observer.js';
import type { CutDirection } from '../replica/replica-api.js';
import { describeBytes } from './describe-bytes.js';

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
    case 'storageUnusable':
    case 'storageReturned':
    case 'diskSilent':
    case 'diskAnswers':
      return describeDiskEvent(event);
    case 'stateMismatch': {
      const { server, index } = event;
      const text = `server ${server} holds another state than this one at entry ${index}`;
      return { level: 'error', text: `STATE MISMATCH: ${text}; one of them is wrong` };
    }
    default:
      return describeSnapshotEvent(event);
  }
}

type EventOf<Type extends ReplicaEvent['type']> = Extract<ReplicaEvent, { readonly type: Type }>;

type DiskEvent = EventOf<
  'storageFailed' | 'storageUnusable' | 'storageReturned' | 'diskSilent' | 'diskAnswers'
>;

type SnapshotEvent = EventOf<
  | 'snapshotTaken'
  | 'snapshotFailed'
  | 'snapshotSending'
  | 'snapshotSent'
  | 'snapshotSendFailed'
  | 'snapshotReceiving'
  | 'snapshotRefused'
>;

function describeDiskEvent(event: DiskEvent): DescribedEvent {
  switch (event.type) {
    case 'storageFailed':
      return { level: 'error', text: `the disk refuses, steps down: ${event.reason}` };
    case 'storageUnusable': {
      const what = event.isFinal ? 'stays down until it is repaired' : 'goes on trying';
      return { level: 'error', text: `the disk cannot be used, ${what}: ${event.reason}` };
    }
    case 'storageReturned': {
      const { term, snapshotIndex, lastLogIndex, standing, notices } = event;
      const found = `term ${term}, snapshot through ${snapshotIndex}, log through ${lastLogIndex}`;
      const text = [`the disk is back: ${found}, ${standing}`, ...notices].join('; ');
      return { level: 'warn', text };
    }
    case 'diskSilent':
      return { level: 'warn', text: `the disk has not answered for ${seconds(event.silentMs)}` };
    case 'diskAnswers':
      return { level: 'info', text: `the disk answers again after ${seconds(event.silentMs)}` };
    default:
      return unreachable(event);
  }
}

function describeSnapshotEvent(event: SnapshotEvent): DescribedEvent {
  switch (event.type) {
    case 'snapshotTaken':
      return { level: 'info', text: `took ${describeImage(event)}` };
    case 'snapshotFailed':
      return { level: 'warn', text: `gave up a snapshot, tries again later: ${event.reason}` };
    case 'snapshotSending':
      return { level: 'info', text: `sends server ${event.to} ${describeImage(event)}` };
    case 'snapshotSent':
      return { level: 'info', text: `server ${event.to} has the snapshot through ${event.index}` };
    case 'snapshotSendFailed':
      return { level: 'warn', text: `cannot send server ${event.to} a snapshot: ${event.reason}` };
    case 'snapshotReceiving':
      return { level: 'info', text: `server ${event.from} sends ${describeImage(event)}` };
    case 'snapshotRefused':
      return { level: 'warn', text: `cannot take in the leader's snapshot: ${event.reason}` };
    default:
      return unreachable(event);
  }
}

/** For example `a snapshot through entry 1200 (12.3 MiB)`. */
function describeImage(event: {
  readonly position: LogPosition;
  readonly imageBytes: number;
}): string {
  return `a snapshot through entry ${event.position.index} (${describeBytes(event.imageBytes)})`;
}

function seconds(timeMs: number): string {
  return `${(timeMs / 1_000).toFixed(1)} s`;
}

function noteLevel(note: RaftNote): LogLevel {
  const isWarning =
    note.type === 'impossibleRequest' ||
    (note.type === 'standingChanged' && note.standing === 'refilling');
  return isWarning ? 'warn' : 'info';
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
