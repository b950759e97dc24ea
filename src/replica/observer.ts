/**
 * What a replica tells people: every event that explains an election or a fault, once, typed.
 * `src/cli` turns it into log lines, `src/rpc` into metrics; it never changes what replicas do.
 */
import type { ServerId } from '../base/ids.js';
import type { RaftNote } from '../raft/effects.js';
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
  /** Told when a peer falls silent and when it is back, not for each lost call. */
  | { readonly type: 'peerLost'; readonly peer: ServerId; readonly reason: string }
  | { readonly type: 'peerBack'; readonly peer: ServerId }
  | { readonly type: 'storageFailed'; readonly reason: string };

export type ReplicaObserver = (event: ReplicaEvent) => void;
