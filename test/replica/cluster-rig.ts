/**
 * Three lasting replicas with disks, network and clock in memory. Time goes by when a test lets it:
 * each tick is followed by everything that it causes.
 */
import { assert, must } from '../../src/base/assert.js';
import { asServerId, type ServerId } from '../../src/base/ids.js';
import type { FileCommand, UpdateResult } from '../../src/files/file-command.js';
import { LastingReplica } from '../../src/replica/lasting-replica.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import type { Outcome } from '../../src/replica/outcome.js';
import type { PeerListener, PeerMessage, PeerTransport } from '../../src/replica/peer-transport.js';
import type { PeerOutcome } from '../../src/replica/replica-api.js';
import type { SnapshotLimits } from '../../src/replica/snapshot-limits.js';
import type { Timer } from '../../src/replica/timer.js';
import { tickMs } from '../../src/replica/timing.js';
import { FakeDisk, type Files } from './fake-disk.js';
import { foundersOf } from '../fixtures/founders.js';

/** A snapshot after every kilobyte of log, and hardly any log behind it. */
export const tinySnapshots: SnapshotLimits = {
  logBytesMin: 1_000,
  logBytesMax: 4_000,
  tailEntries: 5,
  tailBytes: 100_000,
};

export interface ClusterRigOptions {
  readonly serverCount?: number;
  readonly snapshots?: SnapshotLimits;
  readonly stateCheckMs?: number;
}

interface Repeated {
  readonly everyTicks: number;
  readonly action: () => void;
  age: number;
}

export class ClusterServer {
  readonly disk = new FakeDisk();
  readonly events: ReplicaEvent[] = [];
  #replica: LastingReplica<FileCommand, UpdateResult, Files> | undefined = undefined;

  get replica(): LastingReplica<FileCommand, UpdateResult, Files> {
    return must(this.#replica, 'the server runs');
  }

  set replica(replica: LastingReplica<FileCommand, UpdateResult, Files>) {
    this.#replica = replica;
  }

  /** How often it told an event of this type. */
  told(type: ReplicaEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }
}

export class ClusterRig {
  readonly servers: readonly ClusterServer[];
  /** Sees every message on its way; what it returns false for is lost. */
  passes: (from: ServerId, to: ServerId, request: PeerMessage) => boolean = () => true;
  readonly #options: ClusterRigOptions;
  readonly #listeners = new Map<ServerId, PeerListener>();
  readonly #repeated = new Set<Repeated>();
  #soon: (() => void)[] = [];

  constructor(options: ClusterRigOptions = {}) {
    this.#options = options;
    this.servers = Array.from({ length: options.serverCount ?? 3 }, () => new ClusterServer());
  }

  static async started(options: ClusterRigOptions = {}): Promise<ClusterRig> {
    const rig = new ClusterRig(options);
    for (const id of rig.servers.keys()) await rig.start(id);
    return rig;
  }

  at(id: number): ClusterServer {
    return must(this.servers[id], () => `there is a server ${id}`);
  }

  async start(id: number): Promise<void> {
    const server = this.at(id);
    const serverId = asServerId(id);
    server.replica = new LastingReplica<FileCommand, UpdateResult, Files>({
      replica: {
        serverId,
        founders: foundersOf([...this.servers.keys()].map(asServerId)),
        transport: this.#transport(serverId),
        timer: this.#timer,
        // Server 0 is always the first to stand for election.
        random: () => id / 4,
        timing: { heartbeatMs: 75, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 },
        observer: (event) => {
          server.events.push(event);
        },
        snapshots: this.#options.snapshots ?? tinySnapshots,
        stateCheckMs: this.#options.stateCheckMs ?? 1e9,
      },
      opened: await server.disk.open(),
      open: () => server.disk.open(),
    });
    server.replica.start();
  }

  /** Lets `ms` go by. */
  async pass(ms: number): Promise<void> {
    for (let left = Math.ceil(ms / tickMs); left > 0; left -= 1) {
      for (const repeated of [...this.#repeated]) {
        repeated.age += 1;
        if (repeated.age % repeated.everyTicks === 0) repeated.action();
      }
      await this.settle();
    }
  }

  /** Lets time go by until `condition` holds. */
  async until(what: string, condition: () => boolean, msMax = 20_000): Promise<void> {
    for (let passed = 0; !condition(); passed += tickMs) {
      assert(passed < msMax, () => `not within ${msMax} ms: ${what}`);
      await this.pass(tickMs);
    }
  }

  /** Everything that is under way comes to its end, without time going by. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#soon.length === 0 ? quiet + 1 : 0;
      const soon = this.#soon;
      this.#soon = [];
      for (const action of soon) action();
    }
  }

  async leader(): Promise<ClusterServer> {
    const leaders = (): readonly ClusterServer[] =>
      this.servers.filter(({ replica }) => replica.isLeader());
    await this.until('one leads', () => leaders().length === 1);
    return must(leaders()[0], 'one leads');
  }

  /** Updates a file at the server and waits for the outcome. */
  async update(
    server: ClusterServer,
    name: string,
    version: number,
    hashlist: readonly string[] = ['h'],
  ): Promise<Outcome<UpdateResult>> {
    const outcome = this.submit(server, name, version, hashlist);
    await this.until('the update ends', () => outcome.length === 1);
    return must(outcome[0], 'it has ended');
  }

  submit(
    server: ClusterServer,
    name: string,
    version: number,
    hashlist: readonly string[] = ['h'],
  ): readonly Outcome<UpdateResult>[] {
    const outcomes: Outcome<UpdateResult>[] = [];
    const command = {
      type: 'updatefile',
      name,
      version,
      hashlist,
      requestId: undefined,
      timeMs: 0,
    } as const;
    server.replica.submit(command, (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  /** Updates `a` from version `from` through `through`, a call after another. */
  async updateMany(server: ClusterServer, from: number, through: number): Promise<void> {
    for (let version = from; version <= through; version += 1) {
      const outcome = await this.update(server, 'a', version, ['x'.repeat(50)]);
      assert(outcome.kind === 'done', () => `version ${version} is taken, not ${outcome.kind}`);
    }
  }

  get #timer(): Timer {
    return {
      every: (intervalMs, action) => {
        const repeated = {
          everyTicks: Math.max(1, Math.round(intervalMs / tickMs)),
          action,
          age: 0,
        };
        this.#repeated.add(repeated);
        return () => this.#repeated.delete(repeated);
      },
      afterMoment: (_delayMs, action) => {
        let isWanted = true;
        this.#soon.push(() => {
          if (isWanted) action();
        });
        return () => {
          isWanted = false;
        };
      },
      soon: (action) => this.#soon.push(action),
    };
  }

  #transport(from: ServerId): PeerTransport {
    return {
      setPeers: () => undefined,
      connect: (listener) => this.#listeners.set(from, listener),
      send: (to, request) => {
        const listener = must(this.#listeners.get(from), 'it is connected');
        this.#soon.push(() => {
          this.#deliver(from, to, request, listener);
        });
      },
      close: () => this.#listeners.delete(from),
    };
  }

  #deliver(from: ServerId, to: ServerId, request: PeerMessage, listener: PeerListener): void {
    if (!this.#listeners.has(to) || !this.passes(from, to, request)) {
      listener.onUnreachable(to, 'lost');
      return;
    }
    this.at(to).replica.handlePeer(from, request, (outcome: PeerOutcome) => {
      this.#soon.push(() => {
        if (outcome.kind === 'response') listener.onResponse(to, outcome.response);
        else listener.onUnreachable(to, outcome.kind);
      });
    });
  }
}
