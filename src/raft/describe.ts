/** One line of text for every message and note: for logs, traces and golden tests. */
import { unreachable } from '../base/assert.js';
import type { Configuration } from './configuration.js';
import type { RaftNote, Standing } from './effects.js';
import type {
  AppendEntriesRequest,
  AppendEntriesResponse,
  PeerRequest,
  PeerResponse,
} from './messages.js';

/** For example `AppendEntries term 3 prev 7/2 entries 8–9 commit 7`. */
export function describeRequest(request: PeerRequest): string {
  switch (request.type) {
    case 'requestVote': {
      const name = request.preVote ? 'PreVote' : 'RequestVote';
      const last = `${request.lastLogIndex}/${request.lastLogTerm}`;
      const transfer = request.leadershipTransfer ? ' transfer' : '';
      return `${name} term ${request.term} last ${last}${transfer}`;
    }
    case 'appendEntries':
      return describeAppend(request);
    case 'installSnapshot': {
      const { term, lastIncludedIndex, lastIncludedTerm, offset, data, imageBytes } = request;
      const through = `through ${lastIncludedIndex}/${lastIncludedTerm}`;
      const bytes = `bytes ${offset}+${data.length} of ${imageBytes}`;
      return `InstallSnapshot term ${term} ${through} ${bytes}`;
    }
    case 'join':
      return `Join as ${describeIncarnation(request.incarnation)}`;
    default:
      return unreachable(request);
  }
}

/** For example `refused AppendEntries term 3 conflict 4/1`. */
export function describeResponse(response: PeerResponse): string {
  switch (response.type) {
    case 'requestVote': {
      const name = response.preVote ? 'PreVote' : 'RequestVote';
      const verdict = response.voteGranted ? 'granted' : 'refused';
      return `${verdict} ${name} for term ${response.forTerm}, in term ${response.term}`;
    }
    case 'appendEntries':
      return describeAppended(response);
    case 'installSnapshot': {
      const { term, lastIncludedIndex, nextOffset } = response;
      const holds = response.installed ? 'installed' : `holds ${nextOffset} bytes of`;
      const count = response.refilling ? ', does not count' : '';
      return `${holds} InstallSnapshot through ${lastIncludedIndex}, in term ${term}${count}`;
    }
    case 'join': {
      const { term, lastLogIndex } = response;
      const known = `known as ${describeIncarnation(response.knownIncarnation)}`;
      const role = response.leading ? 'leads' : 'is in';
      return `${known} by one that ${role} term ${term} with log through ${lastLogIndex}`;
    }
    default:
      return unreachable(response);
  }
}

/** For example `elected leader of term 3 by the votes of servers 0, 2`. */
export function describeNote(note: RaftNote): string {
  switch (note.type) {
    case 'preVoteStarted':
      return `asks for pre-votes in term ${note.term}: ${note.reason}`;
    case 'electionStarted':
      return `starts an election in term ${note.term}: ${note.reason}`;
    case 'becameLeader':
      return `elected leader of term ${note.term} by the votes of servers ${note.votes.join(', ')}`;
    case 'becameFollower': {
      const whom = note.leaderId === undefined ? 'nobody yet' : `server ${note.leaderId}`;
      return `follows ${whom} in term ${note.term}: ${note.reason}`;
    }
    case 'voteAnswered': {
      const verdict = note.granted ? 'granted' : 'refused';
      const kind = note.preVote ? 'pre-vote' : 'vote';
      const { candidateId, term, reason } = note;
      return `${verdict} server ${candidateId} a ${kind} for term ${term}: ${reason}`;
    }
    case 'logTruncated': {
      const { fromIndex, lastIndex } = note;
      return `cut uncommitted entries ${fromIndex}–${lastIndex} that the leader does not have`;
    }
    case 'membersChanged':
      return `the cluster is ${describeMembers(note.configuration)}`;
    case 'standingChanged':
      return `${standingWords[note.standing]}: ${note.reason}`;
    case 'snapshotNeeded':
      return `server ${note.by} needs a snapshot: the log no longer has the entries that it lacks`;
    case 'snapshotInstalled':
      return `continues from the leader's snapshot through entry ${note.position.index}`;
    case 'impossibleRequest':
      return `refused an impossible request of server ${note.from}: ${note.reason}`;
    default:
      return unreachable(note);
  }
}

/** For example `servers 0, 1, 2 and learner 3 (at localhost:9004)`. */
export function describeMembers({ members }: Configuration): string {
  const voters = members.filter(({ voter }) => voter).map(({ id }) => id);
  const learners = members.filter(({ voter }) => !voter);
  const rest = learners.map(({ id, address }) => ` and learner ${id} (at ${address})`);
  const noun = voters.length === 1 ? 'server' : 'servers';
  return `${noun} ${voters.join(', ')}${rest.join('')}`;
}

const standingWords: Readonly<Record<Standing, string>> = {
  joining: 'joins the cluster',
  founding: 'counts from now on',
  member: 'is a member of the cluster',
  refilling: 'does not count until it is refilled',
};

function describeAppend(request: AppendEntriesRequest): string {
  const first = request.entries[0];
  const last = request.entries.at(-1);
  const entries =
    first === undefined || last === undefined
      ? 'no entries'
      : `entries ${first.index}–${last.index}`;
  const prev = `${request.prevLogIndex}/${request.prevLogTerm}`;
  const round = request.round > 0 ? ` round ${request.round}` : '';
  const { term, leaderCommit } = request;
  const lost = request.majorityLost ? ' without a majority' : '';
  return `AppendEntries term ${term} prev ${prev} ${entries} commit ${leaderCommit}${round}${lost}`;
}

function describeAppended(response: AppendEntriesResponse): string {
  const { term, round } = response;
  const answered = round > 0 ? ` round ${round}` : '';
  const count = response.refilling ? ', does not count' : '';
  if (response.success) {
    return `accepted AppendEntries term ${term} match ${response.matchIndex}${answered}${count}`;
  }
  const conflict = `${response.conflictIndex}/${response.conflictTerm}`;
  return `refused AppendEntries term ${term} conflict ${conflict}${answered}${count}`;
}

/** Enough of it to tell one from another. */
function describeIncarnation(incarnation: string): string {
  return incarnation.slice(0, 8);
}
