/**
 * What a replica tells people: every event that explains an election or a fault, once, typed.
 * `src/cli` turns it into log lines, `src/rpc` into metrics; it never changes what replicas do.
 */
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type { RaftNote, Standing } from '../raft/effects.js';
import type { LogPosition } from '../raft/messages.js';
import type { CutDirection } from './replica-api.js';

export type ReplicaEvent =
  | { readonly type: 'raft'; readonly note: RaftNote }
  | { readonly type: 'crashed' }
  | { readonly type: 'restored' }
  | {
      readonly type: 'cut';
      readonly servers: readonly ServerId[];
      readonly direction: CutDirection;
    }
  /** Told when a peer falls silent, for each different reason, and when it is back. */
  | { readonly type: 'peerLost'; readonly peer: ServerId; readonly reason: string }
  | { readonly type: 'peerBack'; readonly peer: ServerId }
  | { readonly type: 'storageFailed'; readonly reason: string }
  /** The storage that failed cannot be opened again. Told when the reason changes. */
  | { readonly type: 'storageUnusable'; readonly reason: string; readonly isFinal: boolean }
  /** The storage was opened again: recovered from what is on disk, as at a start. */
  | {
      readonly type: 'storageReturned';
      readonly term: Term;
      readonly snapshotIndex: LogIndex;
      readonly lastLogIndex: LogIndex;
      readonly standing: Standing;
      readonly notices: readonly string[];
    }
  /** A write has had no answer for long, and when it has one. */
  | { readonly type: 'diskSilent'; readonly silentMs: number }
  | { readonly type: 'diskAnswers'; readonly silentMs: number }
  /** This server's own snapshots. */
  | {
      readonly type: 'snapshotTaken';
      readonly position: LogPosition;
      readonly imageBytes: number;
    }
  | { readonly type: 'snapshotFailed'; readonly reason: string }
  /** Snapshots on their way to a follower. */
  | {
      readonly type: 'snapshotSending';
      readonly to: ServerId;
      readonly position: LogPosition;
      readonly imageBytes: number;
    }
  | { readonly type: 'snapshotSent'; readonly to: ServerId; readonly index: LogIndex }
  | { readonly type: 'snapshotSendFailed'; readonly to: ServerId; readonly reason: string }
  /** Snapshots on their way from the leader. */
  | {
      readonly type: 'snapshotReceiving';
      readonly from: ServerId;
      readonly position: LogPosition;
      readonly imageBytes: number;
    }
  | { readonly type: 'snapshotRefused'; readonly reason: string }
  /** The state of a server differs from this one's, through the same index. */
  | { readonly type: 'stateMismatch'; readonly index: LogIndex; readonly server: ServerId };

export type ReplicaObserver = (event: ReplicaEvent) => void;
