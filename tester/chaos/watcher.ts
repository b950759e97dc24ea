/**
 * Asks all servers all the time how they see themselves: for the picture of the run, for the search
 * for what no correct cluster tells, and for the clients, who want to know who leads.
 */
import { CallScope, ScopeClosed } from '../wire/call-scope.js';
import type { Answer } from '../wire/answer.js';
import { Server, type Seat } from '../wire/server.js';
import type { Spelling } from '../wire/spelling.js';
import type { Role, Sighting } from './chaos-record.js';
import type { Conditions } from './conditions.js';
import type { StateJudge } from './state-judge.js';
import { readState } from './state-report.js';
import type { Traffic } from './traffic.js';

export interface WatcherOptions {
  readonly seats: readonly Seat[];
  readonly spelling: Spelling;
  /** `getinternalstate` is served; else only `isleader` is asked. */
  readonly tellsState: boolean;
  readonly conditions: Conditions;
  readonly traffic: Traffic;
  readonly judge: StateJudge;
  readonly nowMs: () => number;
}

const pollMs = 60;
const callMs = 700;
/** A state holds up to a thousand log entries: asking is made to cost little of each second. */
const stateCostDivisor = 4;
const stateMsMin = 100;
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
    const link = { spelling: options.spelling, callMs, scope: this.#scope };
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
    const { tellsState, nowMs } = this.#options;
    try {
      for (;;) {
        await this.#askIfLeader(watched);
        if (tellsState && nowMs() >= watched.nextStateMs) await this.#askState(watched);
        await this.#scope.pause(pollMs);
      }
    } catch (error) {
      if (!(error instanceof ScopeClosed)) throw error;
    }
  }

  async #askIfLeader(watched: Watched): Promise<void> {
    const { tellsState, traffic } = this.#options;
    const { answer } = await watched.server.isLeader();
    const leads = answer.kind === 'value' && answer.value === true;
    const isNews = leads !== watched.leads;
    watched.leads = leads;
    if (isNews) {
      watched.nextStateMs = 0;
      const claimant = this.#watched.find((each) => each.leads);
      if (leads) traffic.leader = watched.id;
      else if (traffic.leader === watched.id) traffic.leader = claimant?.id;
    }
    if (!answers(answer)) this.#note(watched, 'silent', undefined);
    else if (!tellsState) this.#note(watched, this.#roleWithoutState(watched), undefined);
  }

  #roleWithoutState({ leads, id }: Watched): Role {
    if (leads) return 'leader';
    return this.#options.conditions.crashSpell(id) === undefined ? 'follower' : 'crashed';
  }

  async #askState(watched: Watched): Promise<void> {
    const { conditions, judge, nowMs } = this.#options;
    const { id, server } = watched;
    const life = conditions.life(id);
    const { answer, elapsedMs } = await server.internalState();
    const count = this.#watched.length;
    watched.nextStateMs = nowMs() + Math.max(stateMsMin, elapsedMs * stateCostDivisor * count);
    const state = answer.kind === 'value' ? readState(answer.value) : undefined;
    if (state === undefined) return;
    this.#note(watched, state.role, state.term);
    // An answer that crossed a kill may be of either life.
    if (life === conditions.life(id)) judge.watch({ server: id, state, life });
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

function answers(answer: Answer): boolean {
  return answer.kind === 'value' || answer.kind === 'fault';
}
