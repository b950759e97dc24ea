/**
 * Carries out what the core decides, each effect by the part whose matter it is. What concerns the
 * whole replica comes back to it through `EffectOwner`.
 */
import { unreachable } from '../base/assert.js';
import type { RaftEffect, WriteId } from '../raft/effects.js';
import type { Entry } from '../raft/messages.js';
import type { Raft } from '../raft/raft.js';
import type { Storage, StorageError } from '../storage/storage.js';
import type { Applier } from './applier.js';
import type { ClientCalls } from './client-calls.js';
import type { FlushSchedule } from './flush-schedule.js';
import type { ReplicaObserver } from './observer.js';
import type { PeerDoors } from './peer-doors.js';
import type { QuietWatch } from './quiet-watch.js';
import type { ReplicaMeter } from './replica-meter.js';
import type { Snapshots } from './snapshots.js';

export interface EffectOwner {
  readonly storage: Storage;
  readonly raft: Pick<Raft, 'commitIndex'>;
  readonly meter: ReplicaMeter | undefined;
  readonly quiet: QuietWatch;
  readonly doors: PeerDoors;
  readonly applier: Pick<Applier<never, never>, 'apply' | 'run' | 'advance'>;
  readonly flushes: Pick<FlushSchedule, 'commitAdvanced' | 'shareCommit' | 'tellCommit'>;
  readonly calls: Pick<ClientCalls<never, never>, 'readReady'>;
  readonly snapshots: Snapshots;
  readonly observer: ReplicaObserver;
  /** The write is durable, or, with `error`, never will be. */
  readonly written: (writeId: WriteId, error: StorageError | undefined) => void;
  readonly lead: (unapplied: readonly Entry[]) => void;
  readonly leadNoLonger: () => void;
  readonly membersChanged: () => void;
}

export function carryOut(effect: RaftEffect, owner: EffectOwner): void {
  switch (effect.type) {
    case 'persist':
      owner.quiet.wrote();
      owner.storage.append(effect, (error) => {
        owner.written(effect.writeId, error);
      });
      return;
    case 'send':
      owner.doors.send(effect.to, effect.request, effect.after);
      return;
    case 'reply':
      owner.doors.reply(effect);
      return;
    case 'apply':
      owner.applier.apply(effect.entries);
      return;
    case 'commitAdvanced':
      owner.meter?.committed(owner.raft.commitIndex);
      owner.flushes.commitAdvanced();
      return;
    case 'sendSnapshot':
      owner.snapshots.demanded(effect.to, effect.term);
      return;
    case 'takeSnapshotPiece':
      owner.snapshots.takePiece(effect.callId, effect.request);
      return;
    case 'installSnapshot':
      owner.snapshots.install(effect.position);
      return;
    case 'readReady':
      owner.applier.run(() => {
        owner.calls.readReady(effect.readId);
      });
      return;
    case 'readAborted':
      // `notLeading` follows and ends all reads at once.
      return;
    case 'leading':
      owner.lead(effect.unapplied);
      return;
    case 'notLeading':
      owner.leadNoLonger();
      return;
    case 'membersChanged':
      owner.membersChanged();
      return;
    case 'note':
      owner.observer({ type: 'raft', note: effect.note });
      return;
    default:
      unreachable(effect);
  }
}
