/**
 * What servers say to each other: the calls of the Raft paper (figures 2 and 13) with its field
 * names, and what pre-vote, leader stickiness, read rounds, fast back-up and the making known of
 * new servers add to them.
 *
 * A response says by itself which request it answers (`forTerm`, `round`, `matchIndex`), so that
 * responses may be lost, repeated and reordered without harm.
 */
import type { LogIndex, ServerId, Term } from '../base/ids.js';

/**
 * What an entry carries: a payload for the state machine, nothing (start of a term), or who belongs
 * to the cluster from now on (thesis, chapter 4).
 */
export type EntryKind = 'noop' | 'command' | 'configuration';

/** One entry of the replicated log. Invariant: (index, term) names exactly one payload, ever. */
export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: EntryKind;
  /** Opaque to Raft if it is a command; empty for a no-op. Never modified once it is made. */
  readonly payload: Uint8Array;
}

/** A place in the log: the entry that a log, or a snapshot, ends with. Both 0 before the first. */
export interface LogPosition {
  readonly index: LogIndex;
  readonly term: Term;
}

/** RequestVote (paper, section 5.2), also in its pre-vote form (thesis, section 9.6). */
export interface RequestVoteRequest {
  readonly type: 'requestVote';
  /** The term of the election; for a pre-vote the term that the candidate would start. */
  readonly term: Term;
  readonly candidateId: ServerId;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** A pre-vote asks "would you?" and changes nothing on either side. */
  readonly preVote: boolean;
  /** Set by a leadership transfer: a live leader is no reason to refuse (thesis, section 4.2.3). */
  readonly leadershipTransfer: boolean;
}

export interface RequestVoteResponse {
  readonly type: 'requestVote';
  /** The answering server's current term. */
  readonly term: Term;
  readonly voteGranted: boolean;
  readonly preVote: boolean;
  /** The `term` of the request that this answers. */
  readonly forTerm: Term;
}

/** AppendEntries (paper, section 5.3). Without entries it is a heartbeat or a commit push. */
export interface AppendEntriesRequest {
  readonly type: 'appendEntries';
  readonly term: Term;
  readonly leaderId: ServerId;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  /** Consecutive entries from `prevLogIndex + 1` on. The same array may be sent to many. */
  readonly entries: readonly Entry[];
  readonly leaderCommit: LogIndex;
  /** The leader's newest read round; the response returns it (ReadIndex, thesis section 6.4). */
  readonly round: number;
  /**
   * No majority has answered the leader for long. It keeps its role, but its followers do not take
   * it for alive: it may be one that can be heard and cannot hear.
   */
  readonly majorityLost: boolean;
}

export interface AppendEntriesResponse {
  readonly type: 'appendEntries';
  readonly term: Term;
  readonly success: boolean;
  /** On success: the log is durable and equal to the leader's up to and including this index. */
  readonly matchIndex: LogIndex;
  /**
   * On failure: the first index of the entry's term where the logs differ, or one past the end of
   * a log that is too short (paper, end of section 5.3). 0 when the sender was not followed.
   */
  readonly conflictIndex: LogIndex;
  /** On failure: the term of the entry at `prevLogIndex`; 0 when there is none. */
  readonly conflictTerm: Term;
  /** The `round` of the request that this answers; 0 when its sender was not followed. */
  readonly round: number;
  /** The answering server is no member yet: its answer counts for nothing but its own progress. */
  readonly refilling: boolean;
}

/** InstallSnapshot (paper, section 7): a piece of a state machine's image. */
export interface InstallSnapshotRequest {
  readonly type: 'installSnapshot';
  readonly term: Term;
  readonly leaderId: ServerId;
  /** The snapshot replaces all entries up through this one (≥ 1). */
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  /** The configuration in force there, encoded; empty for that of the founders. */
  readonly configuration: Uint8Array;
  /** Size in bytes and CRC-32C of the whole image: the same image, or the follower begins anew. */
  readonly imageBytes: number;
  readonly imageChecksum: number;
  /** Where in the image `data` belongs. */
  readonly offset: number;
  /** Empty in the first piece, which asks how far the follower is. */
  readonly data: Uint8Array;
  /** CRC-32C of `data`. */
  readonly checksum: number;
  /** Whether `data` reaches the end of the image. */
  readonly done: boolean;
}

export interface InstallSnapshotResponse {
  readonly type: 'installSnapshot';
  readonly term: Term;
  /** The `lastIncludedIndex` of the request that this answers. */
  readonly lastIncludedIndex: LogIndex;
  /** Bytes of this image that the follower holds: the place to go on from. */
  readonly nextOffset: number;
  /** The state through `lastIncludedIndex` is durable here and equal to the leader's. */
  readonly installed: boolean;
  /** As in `AppendEntriesResponse`. */
  readonly refilling: boolean;
}

/** A server that is no member yet makes itself known, and asks what it needs to become one. */
export interface JoinRequest {
  readonly type: 'join';
  readonly serverId: ServerId;
  /** 32 hexadecimal digits that were drawn when the server's hard state was made. */
  readonly incarnation: string;
}

export interface JoinResponse {
  readonly type: 'join';
  readonly term: Term;
  /** Under which incarnation the answering server came to know the one that asks; durable. */
  readonly knownIncarnation: string;
  /** The answering server's own: who asks notes it, as if it had been asked itself. */
  readonly incarnation: string;
  /** Whether the answering server leads `term`. */
  readonly leading: boolean;
  /** Where its log ends. */
  readonly lastLogIndex: LogIndex;
}

export type PeerRequest =
  RequestVoteRequest | AppendEntriesRequest | InstallSnapshotRequest | JoinRequest;

export type PeerResponse =
  RequestVoteResponse | AppendEntriesResponse | InstallSnapshotResponse | JoinResponse;
