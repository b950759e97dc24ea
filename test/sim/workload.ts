/**
 * Clients that race each other on a few files: they guess versions, follow hints to the leader or
 * do not, lose patience, and try again what may be tried again. They judge nothing.
 */
import type { CallRecord, End, History, Question } from './history.js';
import { SimClient, type Sent } from './sim-client.js';
import type { SimRandom } from './sim-random.js';
import type { SimServer } from './sim-server.js';
import type { SimWorld } from './sim-world.js';
import { SiteVisitor } from './site-visitor.js';

export interface WorkloadOptions {
  readonly world: SimWorld;
  readonly history: History;
  readonly random: SimRandom;
  readonly clientCount: number;
  readonly fileCount: number;
  /** Bounds of the pause between two calls of a client. */
  readonly thinkMs: { readonly min: number; readonly max: number };
  /** Bounds of a client's patience with one call. */
  readonly patienceMs: { readonly min: number; readonly max: number };
  /** Probability that a client throws the crash switch while it is being answered. */
  readonly crashInAnswerProbability: number;
}

/** Attempts at one operation before its client gives it up. */
const attemptsMax = 6;

export function drawWorkload(world: SimWorld, history: History, draw: SimRandom): Workload {
  return new Workload({
    world,
    history,
    random: draw.fork(),
    clientCount: draw.integer(1, 8),
    fileCount: draw.integer(1, 5),
    thinkMs: { min: 0, max: draw.pick([2, 20, 100]) },
    patienceMs: { min: 20, max: draw.pick([300, 3_000, 100_000]) },
    crashInAnswerProbability: draw.chance(0.3) ? 0.01 : 0,
  });
}

export class Workload {
  readonly #options: WorkloadOptions;
  readonly #clients: readonly WorkloadClient[];
  readonly #visitor: SiteVisitor | undefined;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.clientCount }, (_, at) => {
      return new WorkloadClient(options, `c${at}`);
    });
    // Drawn behind all else: runs without a site are what they were before there was one.
    const { world, history } = options;
    const random = options.random.fork();
    this.#visitor = random.chance(0.5) ? new SiteVisitor({ world, history, random }) : undefined;
  }

  start(): void {
    for (const client of this.#clients) client.start();
    this.#visitor?.start();
  }

  /** No new calls; those under way are waited for without end. */
  stop(): void {
    for (const client of this.#clients) client.stop();
    this.#visitor?.stop();
    this.#options.world.note('client', 'all', () => 'clients begin nothing new');
  }
}

class WorkloadClient {
  readonly #options: WorkloadOptions;
  readonly #random: SimRandom;
  readonly #client: SimClient;
  readonly #known = new Map<string, number>();
  #isStopped = false;
  #target: SimServer | undefined = undefined;
  #operations = 0;

  constructor(options: WorkloadOptions, name: string) {
    this.#options = options;
    this.#random = options.random.fork();
    this.#client = new SimClient(options.world, options.history, name);
  }

  start(): void {
    this.#pause();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #pause(): void {
    const { world, thinkMs } = this.#options;
    world.clock.after(this.#random.between(thinkMs.min, thinkMs.max), () => {
      if (!this.#isStopped) this.#attempt(this.#nextQuestion(), 1);
    });
  }

  #nextQuestion(): Question {
    const random = this.#random;
    const name = `f${random.integer(1, this.#options.fileCount)}`;
    const kind = random.next();
    if (kind < 0.25) return { type: 'read', name };
    if (kind < 0.3) return { type: 'readAll' };
    if (kind < 0.32) {
      return { type: 'steer', what: random.pick(['setLeader', 'sendHeartbeat'] as const) };
    }
    if (kind < 0.36) return { type: 'forget', name, version: this.#olderVersion(name) };
    this.#operations += 1;
    const hash = `${this.#client.name}-${this.#operations}`;
    const guess = random.chance(0.1) ? random.integer(-1, 2) : 1;
    const version = (this.#known.get(name) ?? 0) + guess;
    const requestId = random.chance(0.5) ? `id-${hash}` : undefined;
    return { type: 'update', name, version, hash, requestId };
  }

  /** One that may be kept, or has never been. */
  #olderVersion(name: string): number {
    return Math.max(1, (this.#known.get(name) ?? 0) - this.#random.integer(-1, 4));
  }

  #attempt(question: Question, attempt: number): void {
    const { world, patienceMs } = this.#options;
    const target = this.#chooseTarget();
    const goOn = (call: CallRecord): void => {
      giveUp();
      this.#learn(call);
      if (!this.#mayRetry(call, attempt)) {
        this.#pause();
        return;
      }
      world.clock.after(this.#random.between(1, 50), () => {
        if (!this.#isStopped) this.#attempt(question, attempt + 1);
      });
    };
    const giveUp = world.clock.after(
      this.#random.between(patienceMs.min, patienceMs.max),
      (): void => {
        if (this.#isStopped) return;
        sent.hangUp();
        this.#target = undefined;
        goOn(sent.call);
      },
    );
    const sent: Sent = this.#client.send(target, question, (call) => {
      goOn(call);
      this.#playWithSwitch(target);
    });
  }

  #chooseTarget(): SimServer {
    const { servers } = this.#options.world;
    if (this.#target !== undefined && !this.#random.chance(0.1)) return this.#target;
    this.#target = this.#random.pick(servers);
    return this.#target;
  }

  /** Only what is known to have had no effect, or has a request id, may be tried again. */
  #mayRetry({ end, question }: CallRecord, attempt: number): boolean {
    if (attempt >= attemptsMax || end === undefined) return false;
    if (end.type !== 'refused' && end.type !== 'unknown' && end.type !== 'hungUp') return false;
    if (question.type !== 'update') return this.#random.chance(0.3);
    return question.requestId !== undefined && this.#random.chance(0.9);
  }

  #learn({ end, question }: CallRecord): void {
    if (end === undefined) return;
    if (end.type === 'refused' || end.type === 'unknown') this.#followHint(end);
    if (end.type === 'seen') {
      for (const [name, { version }] of end.files) this.#known.set(name, version);
    }
    if (question.type !== 'update' || end.type !== 'updated') return;
    const known = this.#known.get(question.name) ?? 0;
    if (end.updated) this.#known.set(question.name, Math.max(known, question.version));
    else if (this.#random.chance(0.5)) this.#known.set(question.name, known + 1);
  }

  /** To whom the leader was, or to anybody: clients find deposed leaders, too. */
  #followHint(end: Extract<End, { why: string }>): void {
    const { world } = this.#options;
    const leaders = world.servers.filter(({ life }) => life?.replica.isLeader() === true);
    const follows = end.type === 'refused' && leaders.length > 0;
    this.#target = follows ? this.#random.pick(leaders) : undefined;
  }

  #playWithSwitch(server: SimServer): void {
    if (this.#isStopped || !this.#random.chance(this.#options.crashInAnswerProbability)) return;
    const { life } = server;
    if (life === undefined || life.process.isPaused) return;
    this.#options.world.note(
      'fault',
      this.#client.name,
      () => `crashes s${server.id} in its answer`,
    );
    life.replica.crash();
    if (this.#random.chance(0.5)) life.replica.restore();
  }
}
