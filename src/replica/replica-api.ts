/**
 * What the outside of a server (`src/rpc`, pages, metrics) may ask of its replica.
 */
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type { Configuration } from '../raft/configuration.js';
import type { MemberChange, Standing } from '../raft/effects.js';
import type { Entry } from '../raft/messages.js';
import type { MemberOutcome } from './member-calls.js';
import type { Answer, HangUp, Outcome } from './outcome.js';
import type { PeerMessage, PeerReply } from './peer-transport.js';

export type ReplicaRole = 'leader' | 'follower' | 'candidate' | 'crashed';

export interface ReplicaStatus {
  readonly serverId: ServerId;
  readonly role: ReplicaRole;
  readonly term: Term;
  readonly leaderId: ServerId | undefined;
  /** Who has this server's vote in that term. */
  readonly votedFor: ServerId | undefined;
  /** Whether this server counts (docs/decisions/0008-standing.md). */
  readonly standing: Standing;
  readonly commitIndex: LogIndex;
  readonly lastApplied: LogIndex;
  readonly firstLogIndex: LogIndex;
  readonly lastLogIndex: LogIndex;
  /** Highest index of the log that is on this server's disk. */
  readonly durableIndex: LogIndex;
  /** What the newest durable snapshot reaches up to; 0 without one. */
  readonly snapshotIndex: LogIndex;
  /** Calls that wait for their answer: updates by their entry, reads by their barrier. */
  readonly pendingUpdates: number;
  readonly pendingReads: number;
  /** The artificial partition. */
  readonly unreachable: readonly ServerId[];
  readonly unreachableDirection: CutDirection;
  /** The peers that this server has met. */
  readonly contacts: readonly PeerContact[];
  /** Set once the disk has refused a write. */
  readonly storageError: string | undefined;
  /** Age of the oldest write that the disk has not answered; 0 when there is none. */
  readonly diskSilentMs: number;
  /** Servers whose state was found to differ from this one's, and at which index. */
  readonly stateMismatch: StateMismatch | undefined;
  /** Who belongs to the cluster, as this server's log says. */
  readonly configuration: Configuration;
  /** Whether that is committed, as far as this server knows. */
  readonly isConfigurationCommitted: boolean;
  /** The servers that have to come to know this one before it is a member; none for a member. */
  readonly awaitedJoins: readonly ServerId[];
  /** How far each follower is, as the leader knows it; empty on others. */
  readonly followers: readonly FollowerStatus[];
}

export interface StateMismatch {
  readonly index: LogIndex;
  readonly servers: readonly ServerId[];
}

export interface FollowerStatus {
  readonly serverId: ServerId;
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  /** Whether it says that it counts (docs/decisions/0008-standing.md). */
  readonly counts: boolean;
  /** Milliseconds since its last answer, in whole ticks; undefined if it never answered. */
  readonly silentMs: number | undefined;
}

/** What a server knows of its way to a peer since it was made or restored, in whole ticks. */
export interface PeerContact {
  readonly serverId: ServerId;
  /** Milliseconds since the peer last answered a call; undefined if it never did. */
  readonly answeredMs: number | undefined;
  /** Milliseconds since its last call came in; undefined if none did. */
  readonly heardMs: number | undefined;
  /** Why the newest call to it found no answer; undefined once it has answered again. */
  readonly failure: string | undefined;
}

/** In which direction `setUnreachable` cuts. */
export type CutDirection = 'both' | 'send' | 'receive';

/** The artificial partition, as two questions. */
export interface Partition {
  /** Whether nothing may go to this server, answers included. */
  blocksSending(to: ServerId): boolean;
  /** Whether nothing that comes from this server may be heard, answers included. */
  blocksReceiving(from: ServerId): boolean;
}

/** What a peer's call gets. `closed` means: no answer at all, the connection ends. */
export type PeerOutcome =
  | { readonly kind: 'response'; readonly response: PeerReply }
  | { readonly kind: 'crashed' }
  | { readonly kind: 'closed' };

export interface ReplicaApi<Command, Result> {
  /** Runs a command through the log and answers by its real fate. Blocks without a majority. */
  submit(command: Command, answer: Answer<Result>): HangUp;

  /**
   * Answers `done` at a moment when the applied state reflects every update that was answered
   * anywhere before the call (ReadIndex). The caller reads the state machine at once, in the
   * answer function. Writes nothing to the log; blocks without a majority.
   */
  readBarrier(answer: Answer<undefined>): HangUp;

  /**
   * Calls `action` at a moment to look into the applied state: at once, or as soon as what this
   * follower logged a moment ago is applied, which may take some 20 ms at most.
   */
  whenTold(action: () => void): HangUp;

  /** A peer's call; `answer` is called once, after what it promises is durable. */
  handlePeer(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): void;

  /** A part of a long call of this peer has arrived; `handlePeer` follows when it is whole. */
  hearing(from: ServerId): void;

  /** True only while this server leads and is not crashed. */
  isLeader(): boolean;
  /** The crash switch (contract, section 6). Idempotent. */
  crash(): void;
  restore(): void;
  isCrashed(): boolean;
  /** `setleader`: done(true) once this server leads, done(false) when it cannot within 2 s. */
  setLeader(answer: (outcome: Outcome<boolean>) => void): HangUp;
  /** `sendheartbeat`: a full round of replication now. */
  sendHeartbeat(answer: (outcome: Outcome<boolean>) => void): HangUp;
  /** `makeserverunreachablefrom`: replaces the cut made before. */
  setUnreachable(servers: readonly ServerId[], direction: CutDirection): void;

  /** Adds or removes a server; only who leads does. Done once the change is committed. */
  changeMembers(change: MemberChange, answer: Answer<MemberOutcome>): HangUp;

  /** What that cut stops, for whatever else servers send each other. */
  readonly partition: Partition;

  status(): ReplicaStatus;
  /** The newest `limit` entries of the log, oldest first. */
  logTail(limit: number): readonly Entry[];
}
