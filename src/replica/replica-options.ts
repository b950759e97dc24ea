/**
 * What a replica is made of, and what it may take over from another one that came before it in the
 * same process.
 */
import type { ServerId } from '../base/ids.js';
import type { StateMachine } from '../base/state-machine.js';
import type { Member } from '../raft/configuration.js';
import type { FoldLimits } from '../raft/entry-list.js';
import type { RecoveredState, Storage } from '../storage/storage.js';
import type { Cut } from './cut.js';
import type { ReplicaObserver } from './observer.js';
import type { PeerTransport } from './peer-transport.js';
import type { ReplicaMeter } from './replica-meter.js';
import type { SnapshotLimits } from './snapshot-limits.js';
import type { StateAlarm } from './state-alarm.js';
import type { ReplicaTiming } from './timing.js';
import type { Timer } from './timer.js';

export interface ReplicaOptions<Command, Result> {
  readonly serverId: ServerId;
  /** Who the cluster began with; who belongs to it now says the log, or its snapshot. */
  readonly founders: readonly Pick<Member, 'id' | 'address'>[];
  /** Restored to `recovered.snapshot`. */
  readonly stateMachine: StateMachine<Command, Result>;
  readonly storage: Storage;
  readonly recovered: RecoveredState;
  readonly transport: PeerTransport;
  readonly timer: Timer;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly timing: ReplicaTiming;
  readonly observer: ReplicaObserver;
  /** Where the replica measures itself; left out, nothing is measured. */
  readonly meter?: ReplicaMeter;
  readonly snapshots?: SnapshotLimits;
  /** When entries of the log are folded in memory; left out, as it is best for a server. */
  readonly foldLimits?: FoldLimits;
  /** Time between two comparisons of the servers' states; 10 minutes when left out. */
  readonly stateCheckMs?: number;
  /** What another replica of this process leaves behind; nothing when left out. */
  readonly inherited?: Inherited;
  /** The storage has failed, once; this replica stands still from now on. */
  readonly onStorageFailed?: () => void;
}

/** What a person set, or must not miss: it outlives a replica whose disk has failed. */
export interface Inherited {
  readonly cut: Cut;
  readonly alarm: StateAlarm;
  readonly isCrashed: boolean;
}
