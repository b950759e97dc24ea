/**
 * The master: its port, its workers and what lies between them, from the start through changes of
 * the configuration to the end.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { PeerKey, shareKeyVariable } from '../peers/peer-key.js';
import { methodsOf } from '../methods.js';
import { RecentWrites } from '../recent-writes.js';
import type { GatewayConfig, WorkerConfig } from '../config/gateway-config.js';
import { accessLine } from './access-line.js';
import type { Say, Tell } from './attendant.js';
import { BasicAuth } from './basic-auth.js';
import { Front, type TlsPair } from './front.js';
import { Gate, plainAddress } from './gate.js';
import { HeldAnswers, type HeldFiles } from './held-answers.js';
import { LocalWorker } from './local-worker.js';
import { Member } from './member.js';
import { peerFields } from './peer-list.js';
import type { PlainGet } from './plain-get.js';
import { Pool, type WorkerPlan } from './pool.js';
import { RemoteWorker } from './remote-worker.js';
import { StartQueue } from './start-queue.js';
import type { StatusFigures } from './status-report.js';

/** A configuration, with everything that was found out about it. */
export interface MasterSetup {
  /** Paths are absolute. */
  readonly config: GatewayConfig;
  readonly workers: readonly WorkerSetup[];
  readonly tls: TlsPair | undefined;
  /** The files of the folder that is served; undefined when there is none. */
  readonly held: HeldFiles | undefined;
  /** Of workers that share what they have cached, if it is known elsewhere, too. */
  readonly shareKey: string | undefined;
}

export interface WorkerSetup extends WorkerConfig {
  /** How it is started here; undefined for a worker that is not. */
  readonly launch: { readonly command: string; readonly args: readonly string[] } | undefined;
}

export interface MasterOptions {
  readonly say: Say;
  /** Undefined: no request is logged. */
  readonly logRequest: ((line: string) => void) | undefined;
  readonly startsAtOnceMax: number;
  /** For the head of a request; 10 s. */
  readonly headersMsMax?: number;
}

const ownKeyBytes = 32;

/** Running requests have so long to finish (contract, section 13). */
const closeGraceMs = 5_000;
/** Workers of a cluster answer within this time, also while it elects a leader. */
const leaderPatienceMs = 8_000;

export class Master {
  readonly #options: MasterOptions;
  readonly #pool = new Pool();
  readonly #starts: StartQueue;
  readonly #startedMs = Date.now();
  readonly #writes = new RecentWrites();
  /** For the workers that run here, unless the configuration has one for all. */
  readonly #ownKey = randomBytes(ownKeyBytes).toString('base64url');
  #setup: MasterSetup;
  #front: Front;
  #gate: Gate;
  #held: HeldAnswers | undefined;
  #requests = 0;
  #heldHits = 0;
  #carriedOn = 0;
  #isFullSaid = false;
  #isClosing = false;
  /** The fronts of earlier configurations, while their last requests run. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(setup: MasterSetup, options: MasterOptions) {
    this.#options = options;
    this.#setup = setup;
    this.#starts = new StartQueue(options.startsAtOnceMax);
    this.#held = makeHeld(setup);
    this.#gate = this.#makeGate(setup);
    this.#front = this.#makeFront(setup);
  }

  /**
   * Rejects with `ListenError` before a worker is started. Resolves once each worker is healthy, or
   * has failed for the first time.
   */
  async start(): Promise<void> {
    await this.#front.listen();
    await this.#changeWorkers();
  }

  /**
   * Takes another configuration. No request is lost. Rejects with `ListenError` when its port
   * cannot be opened: then everything is as before. Resolves once the workers are those that it
   * names.
   */
  async change(setup: MasterSetup): Promise<void> {
    const before = this.#setup;
    const front = isSamePort(before, setup) ? undefined : this.#makeFront(setup);
    await front?.listen();
    this.#setup = setup;
    this.#held = makeHeld(setup);
    this.#gate = this.#makeGate(setup);
    if (front !== undefined) {
      this.#leaving = Promise.all([this.#leaving, this.#front.close(closeGraceMs)]).then(nothing);
      this.#front = front;
    } else {
      if (setup.tls !== undefined) this.#front.changeTls(setup.tls);
      this.#front.changeConnectionsMax(setup.config.connectionsMax);
    }
    await this.#changeWorkers();
  }

  /** Takes nothing new, finishes what runs, ends the workers. */
  async stop(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#front.close(closeGraceMs), this.#leaving]);
    await this.#pool.stop();
  }

  #changeWorkers(): Promise<void> {
    return this.#pool.change(this.#setup.workers.map((worker) => this.#plan(worker)));
  }

  #plan(worker: WorkerSetup): WorkerPlan {
    const { say } = this.#options;
    const health = () => ({
      intervalMs: this.#setup.config.healthIntervalMs,
      timeoutMs: this.#setup.config.healthTimeoutMs,
    });
    const { launch } = worker;
    const { config, shareKey } = this.#setup;
    const isSharing =
      config.cluster !== undefined && (launch !== undefined || shareKey !== undefined);
    const secret = shareKey ?? this.#ownKey;
    const key = new PeerKey(secret);
    const tell: Tell = (member) => peerFields(member, this.#pool.members, key);
    return {
      address: `${worker.host} ${worker.port}`,
      identity: JSON.stringify([worker, isSharing, isSharing ? key.prove('peers', '') : '']),
      engage: () => {
        const member = new Member(worker, isSharing);
        const common = { member, health, tell, say };
        if (launch === undefined) return new RemoteWorker(common);
        const env = isSharing ? { [shareKeyVariable]: secret } : {};
        return new LocalWorker({ ...common, ...launch, env, starts: this.#starts });
      },
    };
  }

  #makeGate({ config, tls }: MasterSetup): Gate {
    return new Gate({
      pool: this.#pool,
      auth: config.auth === undefined ? undefined : new BasicAuth(config.auth),
      held: this.#held,
      workerTimeoutMs: config.workerTimeoutMs,
      patienceMs: config.cluster === undefined ? undefined : leaderPatienceMs,
      proto: tls === undefined ? 'http' : 'https',
      figures: () => this.#figures(),
      onFailure: (member, failure) => {
        const how = failure === 'silent' ? 'was silent' : 'broke off';
        this.#options.say('debug', `worker ${member.address} ${how} during a request`);
        this.#carriedOn += 1;
        this.#pool.doubt(member);
      },
      logRequest: this.#options.logRequest,
      isClosing: () => this.#isClosing,
      writes: config.uploads ? this.#writes : undefined,
    });
  }

  #makeFront({ config, tls }: MasterSetup): Front {
    const { masterHost: host, masterPort: port, connectionsMax } = config;
    return new Front({
      ...{ host, port, tls, connectionsMax, headersMsMax: this.#options.headersMsMax },
      allow: () => methodsOf(this.#setup.config),
      onRequest: (request, response) => {
        this.#requests += 1;
        void this.#gate.handle(request, response);
      },
      held: () => this.#held,
      onHeldAnswer: (socket, request, sentBytes) => {
        this.#requests += 1;
        this.#heldHits += 1;
        this.#options.logRequest?.(heldLine(socket, request, sentBytes));
      },
      onFull: () => {
        if (this.#isFullSaid) return;
        this.#isFullSaid = true;
        const { connectionsMax: max } = this.#setup.config;
        const text = `${max} connections at once: more are refused (key "connections")`;
        this.#options.say('warn', text);
      },
    });
  }

  #figures(): StatusFigures {
    return {
      members: this.#pool.members,
      startedMs: this.#startedMs,
      nowMs: Date.now(),
      requests: this.#requests,
      heldHits: this.#heldHits,
      carriedOn: this.#carriedOn,
      connections: this.#front.connections,
    };
  }
}

/**
 * With authentication every request has to show who it is, so none is answered from what is held.
 */
function makeHeld({ held, config }: MasterSetup): HeldAnswers | undefined {
  return held === undefined || config.auth !== undefined ? undefined : new HeldAnswers(held);
}

/** Whether the open port serves the other configuration, too. */
function isSamePort(before: MasterSetup, after: MasterSetup): boolean {
  return (
    before.config.masterPort === after.config.masterPort &&
    before.config.masterHost === after.config.masterHost &&
    (before.tls === undefined) === (after.tls === undefined)
  );
}

function heldLine(socket: Socket, request: PlainGet, bytes: number): string {
  return accessLine({
    ...request,
    ...{ user: undefined, status: 200, bytes, timeMs: Date.now() },
    client: plainAddress(socket.remoteAddress),
  });
}

function nothing(): void {
  // Of several promises, only that they are done.
}
