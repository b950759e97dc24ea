/** A replica's state as one value, for pages, metrics and `getinternalstate`. */
import type { LogIndex, ServerId } from '../base/ids.js';
import type { Raft } from '../raft/raft.js';
import type { Cut } from './cut.js';
import type {
  FollowerStatus,
  PeerContact,
  ReplicaRole,
  ReplicaStatus,
  StateMismatch,
} from './replica-api.js';
import { tickMs } from './timing.js';

export interface StatusParts {
  readonly serverId: ServerId;
  readonly raft: Raft;
  readonly crashed: boolean;
  readonly lastApplied: LogIndex;
  readonly pendingUpdates: number;
  readonly pendingReads: number;
  readonly contacts: readonly PeerContact[];
  readonly cut: Cut;
  readonly storageError: string | undefined;
  readonly stateMismatch: StateMismatch | undefined;
}

export function describeStatus(parts: StatusParts): ReplicaStatus {
  const { raft, crashed, cut, ...same } = parts;
  return {
    ...same,
    unreachable: cut.servers,
    unreachableDirection: cut.direction,
    role: crashed ? 'crashed' : roleOf(raft),
    term: raft.term,
    votedFor: raft.votedFor,
    leaderId: raft.leaderId,
    commitIndex: raft.commitIndex,
    firstLogIndex: raft.log.firstIndex,
    lastLogIndex: raft.log.lastIndex,
    durableIndex: raft.durableIndex,
    standing: raft.standing,
    snapshotIndex: raft.snapshot.index,
    diskSilentMs: raft.diskSilentTicks * tickMs,
    configuration: raft.configuration,
    isConfigurationCommitted: raft.configurationIndex <= raft.commitIndex,
    awaitedJoins: raft.awaitedJoins,
    followers: followersOf(raft),
  };
}

function roleOf(raft: Raft): ReplicaRole {
  return raft.role === 'preCandidate' ? 'candidate' : raft.role;
}

function followersOf(raft: Raft): readonly FollowerStatus[] {
  return [...raft.progress].map(([serverId, progress]) => ({
    serverId,
    matchIndex: progress.matchIndex,
    nextIndex: progress.nextIndex,
    counts: progress.counts,
    silentMs: progress.hasAnswered ? progress.ticksSinceContact * tickMs : undefined,
  }));
}
