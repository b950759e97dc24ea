/**
 * One server of the simulated cluster: a disk that stays, and processes that come and go on it,
 * each with the production replica and file map.
 */
import { assert, must } from '../../src/base/assert.js';
import type { ServerId } from '../../src/base/ids.js';
import type { FileCommand, UpdateResult } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import { Replica } from '../../src/replica/replica.js';
import type { SimClock } from './sim-clock.js';
import type { SimDisk, SimStorage } from './sim-disk.js';
import type { SimNetwork } from './sim-network.js';
import { SimProcess } from './sim-process.js';
import type { SimRandom } from './sim-random.js';

/** Request ids that the file maps remember here: more than a run issues between two attempts. */
const simRequestIdsKept = 5_000;

export interface SimServerOptions {
  readonly id: ServerId;
  readonly servers: readonly ServerId[];
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly disk: SimDisk;
  readonly onEvent: (event: ReplicaEvent) => void;
  /** Told after everything that happened in one of its processes. */
  readonly onTurn: () => void;
}

/** A process and what runs in it. */
export interface Life {
  readonly process: SimProcess;
  readonly replica: Replica<FileCommand, UpdateResult>;
  readonly files: FileMap;
  readonly storage: SimStorage;
  /** Told when the process ends: connections to it break. */
  readonly onEnd: Set<() => void>;
  isStopping: boolean;
}

export class SimServer {
  readonly #options: SimServerOptions;
  #life: Life | undefined = undefined;

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

  /** The process that runs now, if one does. */
  get life(): Life | undefined {
    return this.#life;
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  /** The life of a server that is known to be up. */
  get up(): Life {
    return must(this.#life, `server ${this.id} is down`);
  }

  start(): void {
    assert(this.#life === undefined, `server ${this.id} runs already`);
    const { clock, random, network, disk, id, servers, onTurn } = this.#options;
    const process = new SimProcess({ clock, clockRate: random.between(0.95, 1.05), onTurn });
    const files = new FileMap({ requestIdsKept: simRequestIdsKept });
    const recovered = disk.recover();
    const storage = disk.open(process);
    const replica = new Replica<FileCommand, UpdateResult>({
      serverId: id,
      servers,
      stateMachine: files,
      storage,
      recovered,
      transport: network.transport(id, process),
      timer: process.timer,
      random: random.fork().next,
      timing: { heartbeatMs: 75, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 },
      observer: (event) => {
        this.#options.onEvent(event);
      },
    });
    this.#life = { process, replica, files, storage, onEnd: new Set(), isStopping: false };
    replica.start();
  }

  /** SIGKILL, or the plug pulled: what the disk had not confirmed may be gone. */
  kill(): void {
    const life = this.up;
    life.process.end();
    life.storage.lose();
    this.#endLife(life);
  }

  /** SIGTERM: the process ends by itself once its disk is quiet. */
  stop(): void {
    const life = this.up;
    if (life.isStopping) return;
    life.isStopping = true;
    life.process.post(() => {
      void life.replica.stop();
      life.storage.closeThen(() => {
        life.process.end();
        if (this.#life === life) this.#endLife(life);
      });
    });
  }

  #endLife(life: Life): void {
    this.#life = undefined;
    for (const tell of [...life.onEnd]) tell();
  }
}
