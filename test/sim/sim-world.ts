/**
 * A whole cluster in one process and one thread: its servers, their network, their disks and the
 * clock that orders what happens to them. One seed decides everything.
 *
 * Production code uses promises. They go on after the event that settled them, all of them before
 * the next event: nothing outside of the simulation has a say in their order.
 */
import { must } from '../../src/base/assert.js';
import { asServerId, type ServerId } from '../../src/base/ids.js';
import { foundingConfiguration, type Configuration } from '../../src/raft/configuration.js';
import type { ClusterState } from '../../src/state/cluster-state.js';
import { defaultSnapshotLimits } from '../../src/replica/snapshot-limits.js';
import type { StorageWrite } from '../../src/storage/storage.js';
import { describeReplicaEvent, describePeerMessage, describePeerReply } from './describe.js';
import { foundersOf } from '../fixtures/founders.js';
import { SimDisk } from './disk/sim-disk.js';
import { SimClock } from './sim-clock.js';
import { SimNetwork, type NetworkTap } from './sim-network.js';
import { SimRandom } from './sim-random.js';
import { SimServer, type Life, type SimSnapshots } from './sim-server.js';
import { Trace, type TraceKind } from './trace.js';

/** Sees everything that servers do; throws when it must not be. */
export interface WorldObserver extends NetworkTap {
  /** A server's storage has acknowledged a write. */
  written(server: ServerId, write: StorageWrite): void;
  /** Some server begins a snapshot of its state through this index. */
  snapshotBegun?(index: number): void;
  /** A server has restored its state from a snapshot of it through this index. */
  restored?(server: ServerId, state: ClusterState, index: number, configuration: Uint8Array): void;
  /** After every event, for each server in which something happened. */
  stepped(server: ServerId): void;
}

export interface SimWorldOptions {
  readonly seed: number;
  readonly serverCount: number;
  /** Whether servers are added and removed on the way. */
  readonly changesMembers?: boolean;
  readonly trace?: Trace;
  /** When snapshots are taken; as seldom as in earnest when left out. */
  readonly snapshots?: SimSnapshots;
}

/** So many of `voters` may forget what they promised while the others make good for it. */
export function minorityOf(voters: number): number {
  return Math.max(0, Math.ceil(voters / 2) - 1);
}

export class SimWorld {
  readonly clock = new SimClock();
  readonly random: SimRandom;
  readonly changesMembers: boolean;
  readonly trace: Trace;
  readonly network: SimNetwork;
  /** All that ever were, by id. */
  readonly servers: SimServer[] = [];
  /** Who the cluster began with. */
  readonly founding: Configuration;
  /** Who belongs to it now, as was committed: whoever watches that says so. */
  configuration: Configuration;
  readonly #founders: ReturnType<typeof foundersOf>;
  readonly #snapshots: SimSnapshots;
  readonly #observers: WorldObserver[] = [];
  readonly #touched = new Set<ServerId>();
  readonly #checks: (() => Promise<void>)[] = [];
  /** Whether the last event may have settled a promise. Ticks alone never do. */
  #mayGoOn = true;
  #bug: Error | undefined = undefined;

  constructor(options: SimWorldOptions) {
    this.random = new SimRandom(options.seed);
    this.changesMembers = options.changesMembers ?? false;
    this.trace = options.trace ?? new Trace();
    this.#snapshots = options.snapshots ?? { ...defaultSnapshotLimits, readBytesMax: Infinity };
    const { clock, random } = this;
    this.network = new SimNetwork({ clock, random: random.fork(), tap: this.#makeTap() });
    const ids = Array.from({ length: options.serverCount }, (_, at) => asServerId(at));
    this.#founders = foundersOf(ids);
    this.founding = this.configuration = foundingConfiguration(this.#founders);
    this.makeServers(options.serverCount);
  }

  /** Adds eyes; they may look at everything and touch nothing. */
  watch(observer: WorldObserver): void {
    this.#observers.push(observer);
  }

  server(id: number): SimServer {
    return must(this.find(id), () => `there is no server ${id}`);
  }

  /** Undefined for one that was given an id, and no machine yet. */
  find(id: number): SimServer | undefined {
    return this.servers[id];
  }

  /** From now on there is a machine for every id below this one, with an empty disk. */
  makeServers(nextId: number): void {
    for (let id = this.servers.length; id < nextId; id += 1) {
      this.servers.push(this.#makeServer(asServerId(id)));
    }
  }

  /** Servers whose machines are there, members or not. */
  get present(): readonly SimServer[] {
    return this.servers.filter(({ isRetired }) => !isRetired);
  }

  /** Servers that belong to the cluster, as was committed. */
  get members(): readonly SimServer[] {
    return this.configuration.members.flatMap(({ id }) => this.find(id) ?? []);
  }

  startAll(): void {
    for (const server of this.servers) if (!server.isUp) server.start();
  }

  /** Lives of the servers that are at work. */
  get lives(): readonly Life[] {
    return this.servers.flatMap((server) => (server.life === undefined ? [] : [server.life]));
  }

  /** The server that leads the latest term, of those that say that they lead. */
  get leader(): SimServer | undefined {
    let leader: SimServer | undefined = undefined;
    let latest = -1;
    for (const server of this.servers) {
      if (server.life?.replica.isLeader() !== true) continue;
      const { term } = server.life.replica.status();
      if (term > latest) leader = server;
      latest = Math.max(latest, term);
    }
    return leader;
  }

  async runFor(durationMs: number): Promise<void> {
    const untilMs = this.clock.nowMs + durationMs;
    await this.runUntil(() => false, durationMs);
    this.clock.advanceTo(untilMs);
  }

  /** Runs until `condition` holds; false when it did not within `limitMs` of simulated time. */
  async runUntil(condition: () => boolean, limitMs = 10_000): Promise<boolean> {
    const untilMs = this.clock.nowMs + limitMs;
    await this.#goOn();
    while (!condition()) {
      if (!this.clock.step(untilMs)) return false;
      if (this.#mayGoOn) await this.#goOn();
      this.#look();
      for (let check = this.#checks.shift(); check !== undefined; check = this.#checks.shift()) {
        await check();
      }
    }
    return true;
  }

  /** Has the check made before the next event: for what takes promises to look at. */
  soonCheck(check: () => Promise<void>): void {
    this.#checks.push(check);
  }

  /** Something threw where nobody listens: the run ends with it. */
  fail(error: unknown): void {
    this.#bug ??= error instanceof Error ? error : new Error(String(error));
  }

  note(kind: TraceKind, who: string, what: () => string): void {
    this.trace.write(() => {
      const server = who.startsWith('s') ? this.servers[Number(who.slice(1))] : undefined;
      return { atMs: this.clock.nowMs, kind, who, what: what(), view: server?.view };
    });
  }

  /** All that the last event set off has happened when this resolves. */
  async #goOn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#mayGoOn = false;
    if (this.#bug !== undefined) throw this.#bug;
  }

  #look(): void {
    for (const server of this.#touched) {
      for (const observer of this.#observers) observer.stepped(server);
    }
    this.#touched.clear();
  }

  #makeTap(): NetworkTap {
    return {
      requestLeaves: (from, to, request) => {
        this.note('send', `s${from}`, () => `→ s${to} ${describePeerMessage(request)}`);
        for (const observer of this.#observers) observer.requestLeaves(from, to, request);
      },
      responseLeaves: (from, to, response) => {
        this.note('send', `s${from}`, () => `→ s${to} ${describePeerReply(response)}`);
        for (const observer of this.#observers) observer.responseLeaves(from, to, response);
      },
      requestArrives: (from, to, request) => {
        this.note('receive', `s${to}`, () => `← s${from} ${describePeerMessage(request)}`);
      },
      responseArrives: (from, to, response) => {
        this.note('receive', `s${to}`, () => `← s${from} ${describePeerReply(response)}`);
        for (const observer of this.#observers) observer.responseArrives?.(from, to, response);
      },
    };
  }

  #makeServer(id: ServerId): SimServer {
    const { clock, network } = this;
    const disk = new SimDisk({
      clock,
      random: this.random.fork(),
      onBegin: () => {
        this.#mayGoOn = true;
      },
      onOperation: (what) => {
        this.note('disk', `s${id}`, what);
      },
    });
    const random = this.random.fork();
    const events = {
      onEvent: (event: Parameters<typeof describeReplicaEvent>[0]) => {
        this.note('state', `s${id}`, () => describeReplicaEvent(event));
      },
      onTurn: (isTick: boolean) => {
        this.#touched.add(id);
        if (!isTick) this.#mayGoOn = true;
      },
      onUse: () => {
        this.#mayGoOn = true;
      },
      onDurable: (write: StorageWrite) => {
        for (const observer of this.#observers) observer.written(id, write);
      },
      onSnapshot: (index: number) => {
        for (const observer of this.#observers) observer.snapshotBegun?.(index);
      },
      onRestored: (state: ClusterState, index: number, configuration: Uint8Array) => {
        for (const observer of this.#observers) {
          observer.restored?.(id, state, index, configuration);
        }
      },
      onLife: (what: string) => {
        this.note('life', `s${id}`, () => what);
      },
      onBug: (error: unknown) => {
        this.fail(error);
      },
    };
    const { founders, snapshots } = { founders: this.#founders, snapshots: this.#snapshots };
    return new SimServer({ id, founders, clock, random, network, disk, events, snapshots });
  }
}
