/** Sorts what a replica tells into the kinds that the live page has pictures for. */
import { unreachable } from '../../base/assert.js';
import type { HappeningKind } from '../../live/feed.js';
import type { RaftNote } from '../../raft/effects.js';
import type { ReplicaEvent } from '../../replica/observer.js';

export function happeningKindOf(event: ReplicaEvent): HappeningKind {
  switch (event.type) {
    case 'raft':
      return kindOfNote(event.note);
    case 'crashed':
      return 'crash';
    case 'restored':
      return 'restore';
    case 'cut':
      return event.servers.length === 0 ? 'healed' : 'cut';
    case 'peerLost':
      return 'lost';
    case 'peerBack':
      return 'back';
    case 'storageFailed':
    case 'storageUnusable':
    case 'storageReturned':
    case 'diskSilent':
    case 'diskAnswers':
      return 'disk';
    case 'stateMismatch':
      return 'alarm';
    case 'snapshotTaken':
    case 'snapshotFailed':
    case 'snapshotSending':
    case 'snapshotSent':
    case 'snapshotSendFailed':
    case 'snapshotReceiving':
    case 'snapshotRefused':
      return 'snapshot';
    default:
      return unreachable(event);
  }
}

function kindOfNote(note: RaftNote): HappeningKind {
  switch (note.type) {
    case 'preVoteStarted':
      return 'preVote';
    case 'electionStarted':
      return 'election';
    case 'becameLeader':
      return 'leader';
    case 'becameFollower':
      return 'follower';
    case 'voteAnswered':
      return note.preVote ? 'preVote' : 'vote';
    case 'logTruncated':
      return 'log';
    case 'standingChanged':
    case 'membersChanged':
      return 'standing';
    case 'snapshotNeeded':
    case 'snapshotInstalled':
      return 'snapshot';
    case 'impossibleRequest':
      return 'alarm';
    default:
      return unreachable(note);
  }
}

/** The term that it is about, where it is about one. */
export function termOf(event: ReplicaEvent): number | undefined {
  if (event.type !== 'raft') return undefined;
  return 'term' in event.note ? event.note.term : undefined;
}
