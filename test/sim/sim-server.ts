/**
 * One server of the simulated cluster: a disk that stays, and processes that come and go on it,
 * each with the production storage, replica and file map.
 */
import { assert, must } from '../../src/base/assert.js';
import type { FolderIdentity } from '../../src/base/folder-identity.js';
import type { ServerId } from '../../src/base/ids.js';
import type { HardState } from '../../src/raft/effects.js';
import type { FoldLimits } from '../../src/raft/entry-list.js';
import type { Entry } from '../../src/raft/messages.js';
import { LastingReplica, type OpenedMemory } from '../../src/replica/lasting-replica.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import type { SnapshotLimits } from '../../src/replica/snapshot-limits.js';
import type { ClusterCommand, ClusterResult, ClusterState } from '../../src/state/cluster-state.js';
import { StorageDamagedError, StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage, StorageWrite } from '../../src/storage/storage.js';
import type { SimDisk } from './disk/sim-disk.js';
import { DurableModel } from './durable-model.js';
import { openSimStorage } from './open-sim-storage.js';
import type { SimClock } from './sim-clock.js';
import type { SimNetwork } from './sim-network.js';
import { SimProcess } from './sim-process.js';
import type { SimRandom } from './sim-random.js';
import type { ServerView } from './trace.js';
import { WatchedStorage, type StorageListener } from './watched-storage.js';
import type { foundersOf } from '../fixtures/founders.js';

/** So small that the logs of short runs are folded in memory, too. */
const foldLimits: FoldLimits = { openEntries: 6, pieceEntries: 5, pieceBytes: 1_000 };

/** Servers compare their states often here. */
const stateCheckMs = 2_000;

/** Whether, and how, a server's disk owes less than it has acknowledged. */
export type Damage = 'none' | 'flipped' | 'wiped';

export interface SimSnapshots extends SnapshotLimits {
  /** Bytes of a snapshot that are read, and sent, at once. */
  readonly readBytesMax: number;
}

export interface ServerEvents {
  readonly onEvent: (event: ReplicaEvent) => void;
  /** Told after everything that happened in one of its processes, and whether that was a tick. */
  readonly onTurn: (isTick: boolean) => void;
  /** Its storage was asked for something. */
  readonly onUse: () => void;
  /** A write was acknowledged by its storage. */
  readonly onDurable: (write: StorageWrite) => void;
  /** A snapshot of the state through this index is about to be written. */
  readonly onSnapshot: (index: number) => void;
  /** A storage was opened, and the state restored through this index. */
  readonly onRestored: (state: ClusterState, index: number, configuration: Uint8Array) => void;
  /** A process started, came to work, or came to its end. */
  readonly onLife: (what: string) => void;
  /** Something threw where nobody listens: a bug. */
  readonly onBug: (error: unknown) => void;
}

export interface SimServerOptions {
  readonly id: ServerId;
  readonly founders: ReturnType<typeof foundersOf>;
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly disk: SimDisk;
  readonly events: ServerEvents;
  readonly snapshots: SimSnapshots;
}

const nothingKnown = {
  term: 0,
  commitIndex: 0,
  lastApplied: 0,
  firstLogIndex: 0,
  lastLogIndex: 0,
};

/** A process and what runs in it. */
export interface Life {
  readonly process: SimProcess;
  readonly replica: LastingReplica<ClusterCommand, ClusterResult, ClusterState>;
  /** How often its storage was opened: each time is a replica of its own. */
  openings: number;
  /** Told when the process ends: connections to it break. */
  readonly onEnd: Set<() => void>;
  isStopping: boolean;
}

export class SimServer {
  readonly #options: SimServerOptions;
  #durable = new DurableModel();
  /** What it had acknowledged when its disk was damaged, until it is a member again. */
  #forgotten: DurableModel | undefined = undefined;
  #process: SimProcess | undefined = undefined;
  #life: Life | undefined = undefined;
  #folders = 0;
  #damage: Damage = 'none';
  /** Damaged, and not a member since. */
  #hasForgotten = false;
  #hasBegun = false;
  #isRetired = false;

  constructor(options: SimServerOptions) {
    this.#options = options;
    options.network.attach(options.id, {
      receive: (from, request, answer) => {
        const life = this.#life;
        if (life === undefined) return false;
        life.process.post(() => {
          life.replica.handlePeer(from, request, answer);
        });
        return true;
      },
    });
  }

  get id(): ServerId {
    return this.#options.id;
  }

  get disk(): SimDisk {
    return this.#options.disk;
  }

  /** What its storage has acknowledged. */
  get durable(): DurableModel {
    return this.#durable;
  }

  /** What it had acknowledged when its disk was damaged; undefined for a member without a gap. */
  get forgotten(): DurableModel | undefined {
    return this.#forgotten;
  }

  /**
   * Whether it has durably promised the entry while it counted, even if its disk has lost it since:
   * others may rest on the promise, and it takes no part before it has the entry again.
   */
  hasPromised(entry: Entry): boolean {
    const models = [this.#durable, this.forgotten];
    return models.some((model) => model?.counts === true && model.holds(entry));
  }

  /** What its disk has suffered since a process recovered from it. */
  get damage(): Damage {
    return this.#damage;
  }

  /** Whether its disk was damaged and others have not made good for it yet. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  /** The process that works now, if one does: one that still starts is none. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** Whether a process is there, at work or about to be. */
  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** The life of a server that is known to be at work. */
  get up(): Life {
    return must(this.#life, () => `server ${this.id} is at work`);
  }

  /** For the trace. */
  get view(): ServerView {
    const status = this.#life?.replica.status();
    if (status === undefined) return { ...nothingKnown, role: this.isUp ? 'starting' : 'down' };
    return this.#life?.process.isPaused === true ? { ...status, role: 'paused' } : status;
  }

  get identity(): FolderIdentity {
    const digits = (value: number): string => value.toString(16).padStart(32, '0');
    const folderId = digits(this.#folders * 256 + this.id + 1);
    return { clusterId: digits(0xc1), serverId: this.id, folderId };
  }

  /** Whether a process was ever started. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether its machine was taken away. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Takes its machine away: it belongs to the cluster no longer. */
  retire(): void {
    if (this.isUp) this.kill(false);
    this.#isRetired = true;
  }

  start(): void {
    assert(!this.isRetired, () => `server ${this.id} has no machine`);
    this.#hasBegun = true;
    assert(!this.isUp, () => `server ${this.id} runs already`);
    const { clock, random, events } = this.#options;
    const clockRate = random.between(0.95, 1.05);
    const process = new SimProcess({ clock, clockRate, onTurn: events.onTurn });
    this.#process = process;
    events.onLife('starts');
    this.#boot(process).catch(events.onBug);
    events.onTurn(false);
  }

  /** SIGKILL; with `powerLoss` the plug is pulled, and what was not synced may be gone. */
  kill(powerLoss: boolean): void {
    const process = must(this.#process, () => `server ${this.id} runs`);
    this.#options.events.onLife(powerLoss ? 'loses its power' : 'is killed');
    this.#end(process);
    if (powerLoss) this.disk.cutPower();
  }

  /** SIGTERM: the process ends by itself once its disk is quiet. */
  stop(): void {
    const life = this.up;
    if (life.isStopping) return;
    life.isStopping = true;
    const { events } = this.#options;
    const exit = (): void => {
      life.process.post(() => {
        this.#exit(life.process, 'stopped');
      });
    };
    life.process.post(() => {
      life.replica.stop().then(exit, (error: unknown) => {
        if (error instanceof StorageError) exit();
        else events.onBug(error);
      });
    });
  }

  /** The disk of a server that is down is replaced by an empty one. */
  wipe(): void {
    assert(!this.isUp, 'a disk is replaced while nobody uses it');
    this.disk.contents.wipe();
    this.#forget();
    this.#damage = 'wiped';
    this.#hasForgotten = true;
    this.#folders += 1;
  }

  flipBit(name: string, bit: number): void {
    this.disk.contents.flipBit(name, bit);
    if (this.#damage === 'none') this.#damage = 'flipped';
    this.#hasForgotten = true;
  }

  #forget(): void {
    this.#forgotten = this.#durable;
    this.#durable = new DurableModel();
  }

  async #boot(process: SimProcess): Promise<void> {
    try {
      const opened = await this.#open(process);
      this.#begin(process, opened);
    } catch (error) {
      const isExpected = error instanceof StorageError || error instanceof StorageDamagedError;
      if (!isExpected) throw error;
      this.#exit(process, `cannot start: ${error.message}`);
    }
  }

  async #open(process: SimProcess): Promise<OpenedMemory<ClusterState>> {
    const { random } = this.#options;
    const incarnation = Array.from({ length: 4 }, () => hexDigits(random.integer(0, 0xffffffff)));
    const opened = await openSimStorage({
      disk: this.disk.open(process),
      identity: this.identity,
      incarnation: incarnation.join(''),
    });
    this.#checkRecovered(opened.recovered);
    const { snapshot, configuration } = opened.recovered;
    this.#options.events.onRestored(opened.stateMachine, snapshot.index, configuration);
    if (this.#damage !== 'none' && opened.recovered.hardState.standing === 'refilling') {
      this.#forget();
    }
    this.durable.adopt(opened.recovered);
    this.#damage = 'none';
    this.#noteStanding(opened.recovered.hardState);
    return { ...opened, storage: this.#watched(process, opened.storage) };
  }

  /** What a member has forgotten matters no more, unless its disk was damaged since. */
  #noteStanding(hardState: HardState | undefined): void {
    if (hardState?.standing !== 'member' || this.#damage !== 'none') return;
    this.#hasForgotten = false;
    this.#forgotten = undefined;
  }

  #checkRecovered(recovered: RecoveredState): void {
    const { standing } = recovered.hardState;
    if (this.#damage === 'wiped') {
      assert(
        standing === 'joining',
        () => `server ${this.id} was wiped and takes itself for ${standing}`,
      );
    } else if (this.#damage === 'none') {
      this.durable.check(recovered, `server ${this.id}, recovering`);
    } else if (standing !== 'refilling') {
      this.durable.checkMended(recovered, `server ${this.id}, recovering from damage`);
    }
  }

  #begin(process: SimProcess, opened: OpenedMemory<ClusterState>): void {
    const { id, founders, random, network, events, snapshots } = this.#options;
    const replica = new LastingReplica<ClusterCommand, ClusterResult, ClusterState>({
      replica: {
        serverId: id,
        founders,
        transport: network.transport(id, process),
        timer: process.timer,
        random: random.fork().next,
        timing: { heartbeatMs: 75, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 },
        observer: events.onEvent,
        snapshots,
        foldLimits,
        stateCheckMs,
      },
      opened,
      open: async () => {
        const reopened = await this.#open(process);
        life.openings += 1;
        return reopened;
      },
    });
    const life: Life = { process, replica, openings: 1, onEnd: new Set(), isStopping: false };
    this.#life = life;
    process.post(() => {
      replica.start();
      events.onLife('is at work');
    });
  }

  #watched(process: SimProcess, storage: Storage): WatchedStorage {
    const listener: StorageListener = {
      used: () => {
        this.#options.events.onUse();
      },
      issued: (write) => {
        if (process.isAlive) this.durable.issued(write);
      },
      acknowledged: (write) => {
        if (!process.isAlive) return;
        this.durable.acknowledged(write);
        this.#options.events.onDurable(write);
        this.#noteStanding(write.hardState);
      },
      snapshotBegun: ({ index }) => {
        this.#options.events.onSnapshot(index);
      },
      snapshotCommitted: (position) => {
        if (process.isAlive) this.durable.snapshotCommitted(position);
      },
    };
    return new WatchedStorage(storage, listener, this.#options.snapshots.readBytesMax);
  }

  #exit(process: SimProcess, reason: string): void {
    if (!process.isAlive) return;
    this.#end(process);
    this.#options.events.onLife(`ends: ${reason}`);
  }

  #end(process: SimProcess): void {
    process.end();
    this.disk.breakOff(process);
    const life = this.#life;
    this.#process = undefined;
    this.#life = undefined;
    for (const tell of [...(life?.onEnd ?? [])]) tell();
  }
}

function hexDigits(value: number): string {
  return value.toString(16).padStart(8, '0');
}
