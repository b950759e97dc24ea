/**
 * All that a replica does with images of its state: taking its own snapshots, sending them to
 * followers, taking in a leader's, and comparing what the servers hold. Positions go through the
 * core, bytes go past it.
 */
import { must } from '../base/assert.js';
import { asLogIndex, type LogIndex, type ServerId, type Term } from '../base/ids.js';
import type { StateRestore, StateSnapshot } from '../base/state-machine.js';
import type { RaftEvent } from '../raft/effects.js';
import type {
  Entry,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  LogPosition,
} from '../raft/messages.js';
import type { Raft } from '../raft/raft.js';
import type { Storage } from '../storage/storage.js';
import type { Applier } from './applier.js';
import { KeptLog } from './kept-log.js';
import type { ReplicaObserver } from './observer.js';
import type { PeerMessage } from './peer-transport.js';
import type { ReplicaMeter } from './replica-meter.js';
import { RunningTasks } from './running-tasks.js';
import type { SnapshotLimits } from './snapshot-limits.js';
import { SnapshotReceiver, type ReceivedState } from './snapshot-receiver.js';
import { SnapshotSender } from './snapshot-sender.js';
import { SnapshotTaker } from './snapshot-taker.js';
import type { StateAlarm } from './state-alarm.js';
import { StateCheck } from './state-check.js';
import type { Timer } from './timer.js';

const defaultStateCheckMs = 10 * 60 * 1_000;

export interface SnapshotsOptions {
  readonly serverId: ServerId;
  readonly raft: Raft;
  readonly stateMachine: { snapshot(): StateSnapshot; restore(): StateRestore };
  readonly storage: Storage;
  readonly applier: Pick<Applier<never, never>, 'position' | 'lastApplied' | 'run' | 'jumpTo'>;
  readonly timer: Timer;
  readonly observer: ReplicaObserver;
  readonly meter?: ReplicaMeter | undefined;
  readonly alarm: StateAlarm;
  readonly limits: SnapshotLimits;
  /** Time between two comparisons of the servers' states. */
  readonly stateCheckMs?: number | undefined;
  readonly take: (event: RaftEvent) => void;
  readonly send: (to: ServerId, request: PeerMessage) => void;
  /** The state has jumped to `position`. */
  readonly onInstalled: (position: LogPosition) => void;
}

export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #tasks = new RunningTasks();
  readonly #keptLog: KeptLog;
  readonly #taker: SnapshotTaker;
  readonly #receiver: SnapshotReceiver;
  readonly #check: StateCheck;
  /** One for each follower that needed a snapshot since this process began. */
  readonly #senders = new Map<ServerId, SnapshotSender>();
  /** A received state that waits for the entries before it to be applied. */
  #isInstalling = false;
  /** What the storage was told to give up. */
  #compactedThrough: LogIndex;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    const { raft, applier, limits } = options;
    this.#compactedThrough = asLogIndex(raft.log.firstIndex - 1);
    this.#keptLog = new KeptLog({
      limits,
      log: () => raft.log,
      matchIndexOf: (follower) => raft.progress.get(follower)?.matchIndex,
    });
    this.#taker = new SnapshotTaker({
      ...options,
      tasks: this.#tasks,
      position: () => applier.position,
      configurationAt: (index) => raft.configurationBytesAt(index),
      onTaken: (position) => {
        this.#taken(position);
      },
    });
    this.#receiver = new SnapshotReceiver({
      ...options,
      tasks: this.#tasks,
      lastApplied: () => applier.lastApplied,
    });
    this.#check = this.#makeCheck();
  }

  /** The state machine has just applied `entry`. */
  applied(entry: Entry): void {
    this.#taker.applied(entry);
    // Alone there is nobody to compare with.
    if (this.#options.raft.peers.length > 0) this.#check.applied(entry);
  }

  tick(): void {
    // What is applied before an installation is of use to nobody.
    if (!this.#isInstalling) this.#taker.tick();
    this.#receiver.tick();
    const { role, progress } = this.#options.raft;
    for (const [follower, sender] of this.#senders) {
      sender.tick();
      if (progress.get(follower)?.mode !== 'snapshot') sender.notNeeded();
    }
    this.#check.tick(role === 'leader');
  }

  /** The core wants `to` to be sent the newest snapshot. */
  demanded(to: ServerId, term: Term): void {
    const sender = this.#senders.get(to) ?? this.#makeSender(to);
    this.#senders.set(to, sender);
    sender.demanded(term);
  }

  /** A follower answered a piece; the core has heard it already. */
  answered(from: ServerId, response: InstallSnapshotResponse): void {
    this.#senders.get(from)?.answered(response);
  }

  /** A request to `peer` was lost. */
  lost(peer: ServerId): void {
    this.#senders.get(peer)?.lost();
  }

  /** Leadership has ended. */
  deposed(): void {
    for (const sender of this.#senders.values()) sender.end();
    this.#keptLog.releaseAll();
  }

  takePiece(callId: number, request: InstallSnapshotRequest): void {
    this.#receiver.take(callId, request);
  }

  /** Replaces the state by the one that was received, behind what was given to apply. */
  install(position: LogPosition): void {
    const received = must(this.#receiver.takeReceived(position), 'a snapshot was received');
    this.#isInstalling = true;
    this.#taker.giveUp();
    this.#options.applier.run(() => {
      this.#finishInstalling(received);
    });
  }

  /** Everything under way is given up: the server stands still. */
  giveUp(): void {
    this.#taker.giveUp();
    this.#receiver.giveUp();
    this.#check.giveUp();
    this.deposed();
  }

  /** Resolves once the disk is no longer used for anything that was given up. */
  ended(): Promise<void> {
    return this.#tasks.ended();
  }

  /** The core may have given up the beginning of its log: so may the storage. */
  compact(): void {
    const { raft, storage } = this.#options;
    const through = asLogIndex(raft.log.firstIndex - 1);
    if (through <= this.#compactedThrough) return;
    this.#compactedThrough = through;
    storage.compact(through);
  }

  #taken(position: LogPosition): void {
    const keepFrom = this.#keptLog.keepFrom(position, this.#taker.appliedBytes);
    this.#options.take({ type: 'snapshotTaken', position, keepFrom });
    this.compact();
  }

  #finishInstalling({ position, imageBytes, restore }: ReceivedState): void {
    const { applier, onInstalled } = this.#options;
    restore.finish();
    applier.jumpTo(position);
    this.#isInstalling = false;
    this.#taker.installed(imageBytes);
    this.compact();
    onInstalled(position);
  }

  #makeSender(to: ServerId): SnapshotSender {
    const { serverId, send } = this.#options;
    return new SnapshotSender({
      ...this.#options,
      ...{ to, leaderId: serverId, tasks: this.#tasks },
      send: (request) => {
        send(to, request);
      },
      onBegun: (position) => {
        this.#keptLog.hold(to, position, this.#taker.newestAtBytes);
      },
      isOutdated: ({ index }, isBegun) => {
        const { snapshot, log } = this.#options.raft;
        // Without the entries behind it, another snapshot would have to follow at once.
        return log.firstIndex > index + 1 || (!isBegun && snapshot.index > index);
      },
      onUnreadable: () => {
        this.#taker.demand();
      },
    });
  }

  #makeCheck(): StateCheck {
    const { raft, stateCheckMs = defaultStateCheckMs, send, take } = this.#options;
    return new StateCheck({
      ...this.#options,
      intervalMs: stateCheckMs,
      sendToAll: (report) => {
        for (const peer of raft.peers) send(peer, report);
      },
      checkpoint: () => {
        take({ type: 'checkpoint' });
      },
    });
  }
}
