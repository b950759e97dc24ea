/**
 * A whole cluster in one process and one thread: its servers, their network, their disks and the
 * clock that orders what happens to them. One seed decides everything.
 */
import { must } from '../../src/base/assert.js';
import { asServerId, type ServerId } from '../../src/base/ids.js';
import { describeNote, describeRequest, describeResponse } from '../../src/raft/describe.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import type { StorageWrite } from '../../src/storage/storage.js';
import { SimClock } from './sim-clock.js';
import { SimDisk } from './sim-disk.js';
import { SimNetwork, type NetworkTap } from './sim-network.js';
import { SimRandom } from './sim-random.js';
import { SimServer, type Life } from './sim-server.js';
import { Trace } from './trace.js';

/** Sees everything that servers do; throws when it must not be. */
export interface WorldObserver extends NetworkTap {
  /** A write has become durable on this server's disk. */
  written(server: ServerId, write: StorageWrite): void;
  /** After every event, for each server in which something happened. */
  stepped(server: ServerId): void;
}

export interface SimWorldOptions {
  readonly seed: number;
  readonly serverCount: number;
  readonly trace?: Trace;
}

export class SimWorld {
  readonly clock = new SimClock();
  readonly random: SimRandom;
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly servers: readonly SimServer[];
  readonly #observers: WorldObserver[] = [];
  readonly #touched = new Set<ServerId>();

  constructor(options: SimWorldOptions) {
    this.random = new SimRandom(options.seed);
    this.trace = options.trace ?? new Trace();
    const { clock, random } = this;
    this.network = new SimNetwork({ clock, random: random.fork(), tap: this.#makeTap() });
    const ids = Array.from({ length: options.serverCount }, (_, at) => asServerId(at));
    this.servers = ids.map((id) => this.#makeServer(id, ids));
  }

  /** Adds eyes; they may look at everything and touch nothing. */
  watch(observer: WorldObserver): void {
    this.#observers.push(observer);
  }

  server(id: number): SimServer {
    return must(this.servers[id], `there is no server ${id}`);
  }

  startAll(): void {
    for (const server of this.servers) if (!server.isUp) server.start();
  }

  /** Lives of the servers that are up. */
  get lives(): readonly Life[] {
    return this.servers.flatMap((server) => (server.life === undefined ? [] : [server.life]));
  }

  /** The server that leads the latest term, of those that say that they lead. */
  get leader(): SimServer | undefined {
    const leaders = this.servers.filter((server) => server.life?.replica.isLeader() === true);
    const term = (server: SimServer): number => server.up.replica.status().term;
    return leaders.sort((a, b) => term(b) - term(a))[0];
  }

  runFor(durationMs: number): void {
    const untilMs = this.clock.nowMs + durationMs;
    while (this.clock.step(untilMs)) this.#stepped();
    this.clock.advanceTo(untilMs);
  }

  /** Runs until `condition` holds; false when it did not within `limitMs` of simulated time. */
  runUntil(condition: () => boolean, limitMs = 10_000): boolean {
    const untilMs = this.clock.nowMs + limitMs;
    while (!condition()) {
      if (!this.clock.step(untilMs)) return false;
      this.#stepped();
    }
    return true;
  }

  note(who: string, what: () => string): void {
    this.trace.write(this.clock.nowMs, who, what);
  }

  #stepped(): void {
    for (const server of this.#touched) {
      for (const observer of this.#observers) observer.stepped(server);
    }
    this.#touched.clear();
  }

  #makeTap(): NetworkTap {
    return {
      requestLeaves: (from, to, request) => {
        this.note(`s${from}`, () => `→ s${to} ${describeRequest(request)}`);
        for (const observer of this.#observers) observer.requestLeaves(from, to, request);
      },
      responseLeaves: (from, to, response) => {
        this.note(`s${from}`, () => `→ s${to} ${describeResponse(response)}`);
        for (const observer of this.#observers) observer.responseLeaves(from, to, response);
      },
    };
  }

  #makeServer(id: ServerId, servers: readonly ServerId[]): SimServer {
    const { clock, network } = this;
    const disk = new SimDisk({
      clock,
      random: this.random.fork(),
      onDurable: (write) => {
        for (const observer of this.#observers) observer.written(id, write);
      },
    });
    const random = this.random.fork();
    return new SimServer({
      id,
      servers,
      clock,
      random,
      network,
      disk,
      onEvent: (event) => {
        this.note(`s${id}`, () => describeEvent(event));
      },
      onTurn: () => {
        this.#touched.add(id);
      },
    });
  }
}

function describeEvent(event: ReplicaEvent): string {
  return event.type === 'raft' ? describeNote(event.note) : JSON.stringify(event);
}
