/**
 * The way in and the way out of the core: `step(event)` changes memory and returns effects, which
 * the replica carries out in order. Nothing here does anything.
 */
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type { Configuration } from './configuration.js';
import type {
  Entry,
  InstallSnapshotRequest,
  LogPosition,
  PeerRequest,
  PeerResponse,
} from './messages.js';

/** Names one `persist` effect: 1, 2, 3, … in the order in which they were issued. */
export type WriteId = number;

/** For `after`: the message promises nothing that is not on disk already. */
export const nothingToAwait: WriteId = 0;

/**
 * Whether a server counts (docs/decisions/0008-standing.md): only a `founding` one and a `member`
 * vote and are counted. `joining`: an empty server that is not known to be new. `founding`: a
 * member that not all others have come to know yet. `refilling`: it forgot something.
 */
export type Standing = 'joining' | 'founding' | 'member' | 'refilling';

/** What must survive a restart besides the log (paper, figure 2: persistent state). */
export interface HardState {
  readonly term: Term;
  /** The candidate that received this server's vote in `term`, or undefined. */
  readonly votedFor: ServerId | undefined;
  readonly standing: Standing;
  /** 32 random hexadecimal digits, drawn when this hard state was made; never changes. */
  readonly incarnation: string;
  /** Under which incarnation this server came to know others. Noted once, never changed. */
  readonly known: ReadonlyMap<ServerId, string>;
}

/** How far a read must look back before it may be answered. */
export type ReadThrough =
  /** Everything that was committed when the read began: a linearizable read. */
  | 'commit'
  /** Everything that was in the leader's log: an answer that the log's tail decides. */
  | 'log';

/** One server more, or one less. */
export type MemberChange =
  | { readonly type: 'add'; readonly address: string }
  | { readonly type: 'remove'; readonly server: ServerId };

export type RaftEvent =
  /** One unit of time went by. */
  | { readonly type: 'tick' }
  /** Append these commands, in order. Only while leading; the first gets `lastLogIndex + 1`. */
  | { readonly type: 'propose'; readonly payloads: readonly Uint8Array[] }
  /** Begin a read. Only while leading. Ends in `readReady` or `readAborted`. */
  | { readonly type: 'read'; readonly readId: number; readonly through: ReadThrough }
  /** A peer asks. Ends in one `reply` with this `callId`. */
  | {
      readonly type: 'request';
      readonly from: ServerId;
      readonly callId: number;
      readonly request: PeerRequest;
    }
  /** A peer answered. */
  | { readonly type: 'response'; readonly from: ServerId; readonly response: PeerResponse }
  /** A long request of this peer is arriving: it is alive, and cannot say so in between. */
  | { readonly type: 'hearing'; readonly from: ServerId }
  /** A request to this peer was lost: refused, timed out, or answered by a fault. */
  | { readonly type: 'unreachable'; readonly peer: ServerId }
  /** The write, and with it every earlier one, is on disk. */
  | { readonly type: 'persisted'; readonly writeId: WriteId }
  /**
   * A snapshot of the applied state is durable; entries before `keepFrom` (≤ its index + 1) are
   * wanted no longer.
   */
  | {
      readonly type: 'snapshotTaken';
      readonly position: LogPosition;
      readonly keepFrom: LogIndex;
    }
  /** A piece that `takeSnapshotPiece` brought is dealt with: the follower holds so many bytes. */
  | { readonly type: 'snapshotPieceTaken'; readonly callId: number; readonly nextOffset: number }
  /**
   * All of the leader's snapshot is here, right, and durable in place of the one before. Ends in
   * the call's `reply`, and in `installSnapshot` unless the state has come that far by itself.
   */
  | {
      readonly type: 'snapshotReceived';
      readonly callId: number;
      readonly position: LogPosition;
      /** The configuration that came with it, encoded. */
      readonly configuration: Uint8Array;
    }
  /**
   * Tell followers how far the log is committed, as far as no AppendEntries has told them. To come
   * soon after `commitAdvanced`, behind a `propose` if there is one: that tells them, too.
   */
  | { readonly type: 'pushCommit' }
  /** Append a no-op at whose index all servers can compare their states. Only while leading. */
  | { readonly type: 'checkpoint' }
  /** Change the members. Only while leading, and when nothing speaks against it. */
  | { readonly type: 'changeMembers'; readonly change: MemberChange }
  /** Start a real election now, over pre-vote and stickiness (`setleader`). */
  | { readonly type: 'campaign' }
  /** Send every follower what it lacks, or a heartbeat, now (`sendheartbeat`). */
  | { readonly type: 'broadcast' }
  /** The crash switch: forget what a restart would forget, keep what is on disk. */
  | { readonly type: 'crash' }
  /** The crash switch back: follower with a fresh, full election timeout. */
  | { readonly type: 'restore' };

/** Something that a person who reads the log wants to know. */
export type RaftNote =
  | { readonly type: 'preVoteStarted'; readonly term: Term; readonly reason: string }
  | { readonly type: 'electionStarted'; readonly term: Term; readonly reason: string }
  | { readonly type: 'becameLeader'; readonly term: Term; readonly votes: readonly ServerId[] }
  | {
      readonly type: 'becameFollower';
      readonly term: Term;
      readonly leaderId: ServerId | undefined;
      readonly reason: string;
    }
  | {
      readonly type: 'voteAnswered';
      readonly term: Term;
      readonly candidateId: ServerId;
      readonly preVote: boolean;
      readonly granted: boolean;
      readonly reason: string;
    }
  | { readonly type: 'logTruncated'; readonly fromIndex: LogIndex; readonly lastIndex: LogIndex }
  /** Another configuration is in force, committed or not. */
  | { readonly type: 'membersChanged'; readonly configuration: Configuration }
  | { readonly type: 'standingChanged'; readonly standing: Standing; readonly reason: string }
  /** A follower needs entries that are in the log no longer. */
  | { readonly type: 'snapshotNeeded'; readonly by: ServerId }
  | { readonly type: 'snapshotInstalled'; readonly position: LogPosition }
  /** A peer said what no correct server says; it was refused without effect. */
  | { readonly type: 'impossibleRequest'; readonly from: ServerId; readonly reason: string };

export type RaftEffect =
  /**
   * Make this durable. Writes complete in the order of their ids; each one's completion comes back
   * as `persisted`. With `reset` the log is emptied first and begins anew behind that position.
   * `entries`, when not empty, replace the log from their first index on.
   */
  | {
      readonly type: 'persist';
      readonly writeId: WriteId;
      readonly hardState: HardState | undefined;
      readonly reset: LogPosition | undefined;
      readonly entries: readonly Entry[];
    }
  /**
   * Send only after durable: the message may leave once write `after` is on disk. This is the one
   * place where a promise ("I voted", "I am a candidate of term 7") could overtake its proof.
   */
  | {
      readonly type: 'send';
      readonly to: ServerId;
      readonly request: PeerRequest;
      readonly after: WriteId;
    }
  /** The same rule for answers ("I appended", "I voted for you"). */
  | {
      readonly type: 'reply';
      readonly callId: number;
      readonly response: PeerResponse;
      readonly after: WriteId;
      /**
       * Whether it tells what the peer does not know yet. One that is not awaited may be kept back
       * for a moment, to leave together with the next.
       */
      readonly isAwaited: boolean;
    }
  /** Apply these committed, locally durable entries, in order. Each entry is given once. */
  | { readonly type: 'apply'; readonly entries: readonly Entry[] }
  /** A leader committed entries; to be followed by `pushCommit`. */
  | { readonly type: 'commitAdvanced' }
  /**
   * This follower needs the newest snapshot: begin to send it, or go on if nothing is under way.
   * Comes again with every heartbeat for as long as it is needed. Ends with `notLeading`, or when
   * the follower's progress is in another mode.
   */
  | { readonly type: 'sendSnapshot'; readonly to: ServerId; readonly term: Term }
  /**
   * The leader sent this piece of a snapshot. Ends in `snapshotPieceTaken` or `snapshotReceived`
   * with this `callId`.
   */
  | {
      readonly type: 'takeSnapshotPiece';
      readonly callId: number;
      readonly request: InstallSnapshotRequest;
    }
  /** Replace the state by that of the snapshot that was received, after what was given to apply. */
  | { readonly type: 'installSnapshot'; readonly position: LogPosition }
  /** The read may be answered from the state machine as it is after the effects before this one. */
  | { readonly type: 'readReady'; readonly readId: number }
  /** This server leads no longer; the read has no answer here. */
  | { readonly type: 'readAborted'; readonly readId: number }
  /** Leadership begins; `unapplied` are the entries of the log that are not applied yet. */
  | { readonly type: 'leading'; readonly unapplied: readonly Entry[] }
  /** Leadership ends. Pending proposals keep waiting for the fate of their entries. */
  | { readonly type: 'notLeading' }
  /** Another configuration is in force: other servers may have to be reached (`Raft.reachable`). */
  | { readonly type: 'membersChanged' }
  /** For the log and the metrics only. */
  | { readonly type: 'note'; readonly note: RaftNote };
