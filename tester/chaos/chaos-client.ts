/**
 * One client of a run: asks one thing after the other, never two at once, and has each written down
 * with what came of it. A call that nobody answers is given up after a while, as people do.
 */
import { must } from '../../src/base/assert.js';
import { isStruct } from '../cluster/expectations.js';
import type { HistoryRecorder } from '../history/history-recorder.js';
import type { Outcome } from '../history/operation.js';
import type { Access } from '../wire/access.js';
import { CallScope, ScopeClosed } from '../wire/call-scope.js';
import { Server, type Seat } from '../wire/server.js';
import type { Spelling } from '../wire/spelling.js';
import type { Conditions } from './conditions.js';
import { outcomeOfRead, outcomeOfUpdate } from './outcome-of-answer.js';
import type { Traffic } from './traffic.js';
import { nextErrand, type Errand } from './workload.js';

/** What all clients of a run share. */
export interface ClientWorld {
  readonly seats: readonly Seat[];
  readonly spelling: Spelling;
  readonly access?: Access | undefined;
  readonly recorder: HistoryRecorder;
  readonly traffic: Traffic;
  readonly conditions: Conditions;
  readonly nowMs: () => number;
  readonly names: () => readonly string[];
  /** On average between two operations of one client. */
  readonly restMs: number;
  /** A call is given up after at most this time, unless the run is about to end. */
  readonly giveUpMs: number;
  /** `getfileinfo` is served; else every read is one of the map. */
  readonly readsSingle: boolean;
}

/** Beyond every patience of a run: the client gives up, not the call. */
const callMs = 10 * 60_000;
/** A map with more files is not read whole again: only the needed part of it is. */
const mapFilesMax = 1_000;

export class ChaosClient {
  readonly #id: number;
  readonly #world: ClientWorld;
  readonly #random: () => number;
  readonly #rest = new CallScope('the run is over');
  #call: { readonly scope: CallScope; giveUp: NodeJS.Timeout | undefined } | undefined;
  #hashCount = 0;
  #isOver = false;
  #isMapLarge = false;

  constructor(id: number, world: ClientWorld, random: () => number) {
    this.#id = id;
    this.#world = world;
    this.#random = random;
  }

  /** Asks until `finish`; resolves when its last call has ended. */
  async run(): Promise<void> {
    try {
      while (!this.#isOver && !this.#world.recorder.isFull) {
        const errand = this.#nextErrand();
        const outcome = await this.#carryOut(errand, this.#drawGiveUpMs());
        this.#learn(errand, outcome);
        const isRefused = outcome.kind === 'failed';
        const restMs = Math.max(this.#world.restMs, isRefused ? 20 : 0);
        await this.#rest.pause(restMs * 2 * this.#random());
      }
    } catch (error) {
      if (!(error instanceof ScopeClosed)) throw error;
    }
  }

  /** Begins nothing more. A call that is open is waited for until `giveUp`. */
  finish(): void {
    this.#isOver = true;
    this.#rest.close();
    clearTimeout(this.#call?.giveUp);
  }

  /** True when a call was still open, which is given up now. */
  giveUp(): boolean {
    const call = this.#call;
    call?.scope.close();
    return call !== undefined;
  }

  /** Asks one thing and waits for it; the outcome is written down, too. */
  async ask(errand: Errand, giveUpMs: number): Promise<Outcome> {
    const outcome = await this.#carryOut(errand, giveUpMs);
    this.#learn(errand, outcome);
    return outcome;
  }

  #nextErrand(): Errand {
    const { seats, traffic, names, readsSingle } = this.#world;
    const errand = nextErrand(
      {
        servers: seats.map(({ id }) => id),
        leader: traffic.leader,
        attended: traffic.attended(),
        names: names(),
        versionOf: (name) => traffic.versionOf(name),
        newHash: () => this.newHash(),
        isHunter: this.#id % 3 === 0,
      },
      this.#random,
    );
    const asMap = !readsSingle || (errand.asMap && !this.#isMapLarge);
    return { ...errand, asMap };
  }

  newHash(): string {
    this.#hashCount += 1;
    return `c${this.#id}-${this.#hashCount}`;
  }

  #drawGiveUpMs(): number {
    return this.#world.giveUpMs * (1 / 3 + (2 / 3) * this.#random());
  }

  async #carryOut(errand: Errand, giveUpMs: number): Promise<Outcome> {
    const { recorder, nowMs, seats } = this.#world;
    const scope = new CallScope('the client gave up');
    const giveUp = setTimeout(() => scope.close(), giveUpMs);
    const seat = must(
      seats.find(({ id }) => id === errand.server),
      'an errand leads to a server of the cluster',
    );
    const begun = { client: this.#id, server: seat.id, question: errand.question };
    const open = recorder.begin({ ...begun, atMs: nowMs() });
    this.#call = { scope, giveUp };
    let outcome: Outcome;
    try {
      const { spelling, access } = this.#world;
      const server = new Server(seat, { spelling, callMs, scope, access });
      outcome = await this.#outcomeAt(server, errand);
    } catch (error) {
      if (!(error instanceof ScopeClosed)) throw error;
      const waitedMs = Math.round(nowMs() - open.atMs);
      outcome = { kind: 'unknown', why: `given up after ${waitedMs} ms` };
    }
    clearTimeout(giveUp);
    this.#call = undefined;
    recorder.end(open, outcome, nowMs());
    return outcome;
  }

  async #outcomeAt(server: Server, { question, asMap }: Errand): Promise<Outcome> {
    const { name } = question;
    if (question.kind === 'update') {
      const { conditions } = this.#world;
      const spell = conditions.crashSpell(server.seat.id);
      const update = { name, version: question.version, hashes: [question.hash] };
      const { answer } = await server.update(update);
      const wasCrashed = spell !== undefined && spell === conditions.crashSpell(server.seat.id);
      return outcomeOfUpdate(answer, wasCrashed);
    }
    const reply = asMap ? await server.fileInfoMap() : await server.call('getfileinfo', [name]);
    const { answer } = reply;
    if (asMap && answer.kind === 'value' && isStruct(answer.value)) {
      this.#isMapLarge = Object.keys(answer.value).length > mapFilesMax;
    }
    return outcomeOfRead(answer, name, asMap);
  }

  #learn({ server, question }: Errand, outcome: Outcome): void {
    const { traffic } = this.#world;
    const { name } = question;
    if (outcome.kind === 'seen') traffic.sawVersion(name, outcome.version);
    if (outcome.kind === 'updated' && question.kind === 'update') {
      traffic.sawVersion(name, outcome.updated ? question.version : 0);
      if (outcome.updated) traffic.updated(server);
    }
    if (outcome.kind === 'failed' && traffic.leader === server) traffic.leader = undefined;
  }
}
