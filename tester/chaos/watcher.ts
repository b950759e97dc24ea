/**
 * Asks all servers all the time how they see themselves: for the picture of the run, for the search
 * for what no correct cluster tells, and for the clients, who want to know who leads.
 */
import type { Access } from '../wire/access.js';
import { CallScope, ScopeClosed } from '../wire/call-scope.js';
import type { Answer } from '../wire/answer.js';
import { Server, type Seat } from '../wire/server.js';
import type { Spelling } from '../wire/spelling.js';
import type { Role, Sighting } from './chaos-record.js';
import type { Conditions } from './conditions.js';
import type { StateJudge } from './state-judge.js';
import { readState, type StateReport } from './state-report.js';
import type { Traffic } from './traffic.js';

/** By what servers tell how they see themselves; without any of it, `isleader` is asked. */
export interface Telling {
  /** `getinternalstate`, with the log. */
  readonly state: boolean;
  /** `GET /status`: the same without the log, which is what makes it cheap. */
  readonly status: boolean;
}

export interface WatcherOptions {
  readonly seats: readonly Seat[];
  readonly spelling: Spelling;
  readonly access?: Access | undefined;
  readonly tells: Telling;
  readonly conditions: Conditions;
  readonly traffic: Traffic;
  readonly judge: StateJudge;
  readonly nowMs: () => number;
}

const pollMs = 60;
const callMs = 700;
/** A state may hold a thousand log entries: asking is made to cost little of each second. */
const stateCostDivisor = 4;
const stateMsMin = 100;
/** Who tells the status is asked for the log alone, which holds the entries of some seconds. */
const logMsMin = 2_000;
/** What has not changed is noted again after this time. */
const sameSightingMs = 250;
/** Memory of a run that lasts for hours: from then on only changes are noted. */
const sightingsMax = 100_000;
const changesMax = 200_000;

/** What is known of one server. */
interface Watched {
  readonly server: Server;
  readonly id: number;
  leads: boolean;
  nextStateMs: number;
  latest: Sighting | undefined;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #scope = new CallScope('the run is over');
  readonly #watched: readonly Watched[];
  readonly #sightings: Sighting[] = [];

  constructor(options: WatcherOptions) {
    this.#options = options;
    const { spelling, access } = options;
    const link = { spelling, callMs, scope: this.#scope, access };
    this.#watched = options.seats.map((seat) => ({
      server: new Server(seat, link),
      id: seat.id,
      leads: false,
      nextStateMs: 0,
      latest: undefined,
    }));
  }

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  /** Watches until `stop`. */
  async run(): Promise<void> {
    await Promise.all(this.#watched.map((watched) => this.#follow(watched)));
  }

  stop(): void {
    this.#scope.close();
  }

  /** Something has happened to the server: its state is asked for next. */
  lookAt(server: number): void {
    const watched = this.#watched.find(({ id }) => id === server);
    if (watched !== undefined) watched.nextStateMs = 0;
  }

  async #follow(watched: Watched): Promise<void> {
    const { tells, nowMs } = this.#options;
    try {
      for (;;) {
        await (tells.status ? this.#askStatus(watched) : this.#askIfLeader(watched));
        if (tells.state && nowMs() >= watched.nextStateMs) await this.#askState(watched);
        await this.#scope.pause(pollMs);
      }
    } catch (error) {
      if (!(error instanceof ScopeClosed)) throw error;
    }
  }

  async #askStatus(watched: Watched): Promise<void> {
    const life = this.#options.conditions.life(watched.id);
    const state = await readStatus(watched.server);
    if (state === undefined) this.#note(watched, 'silent', undefined);
    else this.#saw(watched, state, life);
    this.#believe(watched, state?.role === 'leader');
  }

  async #askIfLeader(watched: Watched): Promise<void> {
    const { tells } = this.#options;
    const { answer } = await watched.server.isLeader();
    this.#believe(watched, answer.kind === 'value' && answer.value === true);
    if (!answers(answer)) this.#note(watched, 'silent', undefined);
    else if (!tells.state) this.#note(watched, this.#roleWithoutState(watched), undefined);
  }

  /** Who has begun to lead is believed rather than who has led for long. */
  #believe(watched: Watched, leads: boolean): void {
    const { tells, traffic } = this.#options;
    if (leads && traffic.leader === undefined) traffic.leader = watched.id;
    if (leads === watched.leads) return;
    watched.leads = leads;
    if (!tells.status) watched.nextStateMs = 0;
    const claimant = this.#watched.find((each) => each.leads);
    if (leads) traffic.leader = watched.id;
    else if (traffic.leader === watched.id) traffic.leader = claimant?.id;
  }

  #roleWithoutState({ leads, id }: Watched): Role {
    if (leads) return 'leader';
    return this.#options.conditions.crashSpell(id) === undefined ? 'follower' : 'crashed';
  }

  async #askState(watched: Watched): Promise<void> {
    const { conditions, nowMs, tells } = this.#options;
    const life = conditions.life(watched.id);
    const { answer, elapsedMs } = await watched.server.internalState();
    const costMs = elapsedMs * stateCostDivisor * this.#watched.length;
    watched.nextStateMs = nowMs() + Math.max(tells.status ? logMsMin : stateMsMin, costMs);
    const state = answer.kind === 'value' ? readState(answer.value) : undefined;
    if (state !== undefined) this.#saw(watched, state, life);
  }

  /** `life` is that of the server's process when it was asked. */
  #saw(watched: Watched, state: StateReport, life: number): void {
    const { conditions, judge } = this.#options;
    this.#note(watched, state.role, state.term);
    // An answer that crossed a kill may be of either life.
    if (life === conditions.life(watched.id)) judge.watch({ server: watched.id, state, life });
  }

  #note(watched: Watched, role: Role, term: number | undefined): void {
    const { latest } = watched;
    const atMs = this.#options.nowMs();
    const isSame = latest !== undefined && latest.role === role && latest.term === term;
    const isSoon = isSame && atMs - latest.atMs < sameSightingMs;
    const limit = isSame ? sightingsMax : changesMax;
    if (isSoon || this.#sightings.length >= limit) return;
    watched.latest = { server: watched.id, atMs, role, term };
    this.#sightings.push(watched.latest);
  }
}

/** What `GET /status` tells; undefined when it is not served, or not answered. */
export async function readStatus(server: Server): Promise<StateReport | undefined> {
  const request = { verb: 'GET', path: '/status', body: '', describedAs: 'GET /status' };
  const { outcome } = await server.send(request);
  if (outcome.kind !== 'response' || outcome.status !== 200) return undefined;
  try {
    return readState(JSON.parse(outcome.body));
  } catch (error) {
    // A page that is not JSON belongs to a server that serves something else there.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function answers(answer: Answer): boolean {
  return answer.kind === 'value' || answer.kind === 'fault';
}
