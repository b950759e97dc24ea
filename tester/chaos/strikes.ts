/**
 * Does faults to servers and undoes them, and keeps book of it. A server that is killed or paused
 * is left alone by everything else: it could not take it.
 */
import { must, unreachable } from '../../src/base/assert.js';
import { LaunchError } from '../cluster/launch-error.js';
import type { Processes } from '../cluster/processes.js';
import { describeAnswer, type Answer } from '../wire/answer.js';
import type { CallScope } from '../wire/call-scope.js';
import type { Server } from '../wire/server.js';
import type { FaultEvent } from './chaos-record.js';
import type { Conditions } from './conditions.js';
import type { Aim, PlannedFault } from './fault-plan.js';
import type { FrozenMaps } from './frozen-maps.js';
import { partitionOf, type PartitionShape } from './partition-shape.js';
import type { Traffic } from './traffic.js';
import type { Watcher } from './watcher.js';

type TransferFault = Extract<PlannedFault, { kind: 'transfer' }>;

export interface StrikeWorld {
  readonly servers: readonly Server[];
  readonly processes: Processes | undefined;
  readonly conditions: Conditions;
  readonly traffic: Traffic;
  readonly watcher: Watcher;
  readonly frozenMaps: FrozenMaps;
  readonly nowMs: () => number;
  /** Pauses between blows; closed when the run is to end. Calls to servers are not cut off. */
  readonly rest: CallScope;
  /** Aborted with `rest`. */
  readonly interrupt: AbortSignal;
}

/** A fault that is done, for one server or, of a partition, for several. */
interface Struck {
  readonly event: FaultEvent;
  readonly undo: () => Promise<void>;
}

/** How long a blow waits for the answer that it is to follow. */
const answerMsMax = 1_000;
/** A server that stands still takes no fault; the blow is not waited for. */
const strikeMsMax = 1_500;
/** `setleader` answers within 2 s. */
const transferMsMax = 4_000;
const betweenTransfersMs = 50;
/** Calls reach a paused server this long before it goes on, and are the first that it sees. */
const beforeResumeMs = 250;
/** For so long after a change clients look for servers that have not noticed it. */
const attendedMs = 600;
const cutOffAttendedMs = 3_000;
/** Faults that are remembered, and words about what could not be done. */
const eventsMax = 100_000;
const troublesMax = 20;

export class Strikes {
  readonly #world: StrikeWorld;
  readonly #done: FaultEvent[] = [];
  /** Invariant: what is in here is not undone yet. */
  #open: readonly Struck[] = [];
  readonly #refusals: string[] = [];
  readonly #startFailures: string[] = [];
  readonly #deaths: string[] = [];
  #count = 0;

  constructor(world: StrikeWorld) {
    this.#world = world;
  }

  /** Faults that were done. */
  get count(): number {
    return this.#count;
  }

  /** Faults that servers did not take, in words. */
  get refusals(): readonly string[] {
    return this.#refusals;
  }

  /** Killed servers that did not come up again, in words. */
  get startFailures(): readonly string[] {
    return this.#startFailures;
  }

  /** All faults, in the order of their begins; those that still last end now. */
  events(): readonly FaultEvent[] {
    const untilMs = this.#world.nowMs();
    const open = this.#open.map(({ event }) => ({ ...event, untilMs }));
    return [...this.#done, ...open].toSorted((one, other) => one.fromMs - other.fromMs);
  }

  /** Servers that ended though nobody had killed them, in words. */
  get deaths(): readonly string[] {
    return this.#deaths;
  }

  /** To be called now and then. Who has died stays dead until all is healed in the end. */
  lookForDeaths(): void {
    const { servers, processes, conditions } = this.#world;
    if (processes === undefined) return;
    for (const { seat, label } of servers) {
      if (processes.isRunning(seat.id) || conditions.isKilled(seat.id)) continue;
      if (this.#deaths.length < troublesMax) this.#deaths.push(`${label} ended by itself`);
      conditions.killed(seat.id);
    }
  }

  async strike(fault: PlannedFault): Promise<void> {
    const order = await this.#orderOf(fault.aim);
    if (fault.kind === 'partition') {
      await this.#partition(fault.shape, order);
      return;
    }
    if (fault.kind === 'transfer') {
      await this.#transferInRounds(fault, order);
      return;
    }
    const victims = this.#withinReach(order.slice(0, fault.aim.count));
    switch (fault.kind) {
      case 'crash':
        await Promise.all(victims.map((id) => this.#crash(id)));
        return;
      case 'kill':
        await Promise.all(victims.map((id) => this.#kill(id)));
        return;
      case 'pause':
        for (const id of victims) this.#pause(id);
        return;
      default:
        return unreachable(fault);
    }
  }

  /**
   * Undoes everything, one server after the other when there is a gap; processes first, because
   * only one that runs can be restored.
   */
  async undoAll(gapMs: number): Promise<void> {
    const isOfProcess = ({ event }: Struck): boolean =>
      event.kind === 'kill' || event.kind === 'pause';
    const open = this.#open;
    await this.#undo(open.filter(isOfProcess), gapMs);
    await this.#undo(
      open.filter((struck) => !isOfProcess(struck)),
      gapMs,
    );
  }

  async #undo(open: readonly Struck[], gapMs: number): Promise<void> {
    const undoOne = async (struck: Struck): Promise<void> => {
      await struck.undo();
      this.#open = this.#open.filter((each) => each !== struck);
      this.#keep({ ...struck.event, untilMs: this.#world.nowMs() });
    };
    if (gapMs === 0) {
      await Promise.all(open.map(undoOne));
      return;
    }
    for (const struck of open) {
      await undoOne(struck);
      await this.#world.rest.pause(gapMs);
    }
  }

  /** All ids, in the order in which the aim strikes them. */
  async #orderOf({ order, leaderFirst, afterAnswer }: Aim): Promise<readonly number[]> {
    const { servers, traffic, interrupt } = this.#world;
    const ids = order.map((position) => must(servers[position], 'a plan for this many').seat.id);
    const answering = afterAnswer ? await traffic.nextUpdate(answerMsMax, interrupt) : undefined;
    const first = answering ?? (leaderFirst ? traffic.leader : undefined);
    return first === undefined ? ids : [first, ...ids.filter((id) => id !== first)];
  }

  async #crash(id: number): Promise<void> {
    const { conditions, frozenMaps, traffic, watcher } = this.#world;
    const fromMs = this.#world.nowMs();
    const server = this.#server(id);
    const { answer } = await server.call('crash', [], strikeMsMax);
    if (!this.#isTaken('crash', id, answer)) return;
    if (answer.kind === 'value' && !conditions.isOutOfReach(id)) conditions.crashed(id);
    watcher.lookAt(id);
    const frozen = frozenMaps.look(server);
    const description = `server ${id} crashed`;
    this.#struck({ kind: 'crash', servers: [id], fromMs, description }, async () => {
      await frozen;
      await frozenMaps.lookAgain(server);
      conditions.crashEnds(id);
      if (conditions.isOutOfReach(id)) return;
      const reply = await server.restore();
      this.#isTaken('restore', id, reply.answer);
      traffic.attend(id, attendedMs);
      watcher.lookAt(id);
    });
  }

  async #kill(id: number): Promise<void> {
    const { conditions, traffic } = this.#world;
    const processes = must(this.#world.processes, 'only own servers are killed');
    const fromMs = this.#world.nowMs();
    this.lookForDeaths();
    conditions.killed(id);
    await processes.kill(id);
    this.#struck(
      { kind: 'kill', servers: [id], fromMs, description: `server ${id} killed` },
      async () => {
        try {
          await processes.start(id);
          conditions.started(id);
          traffic.attend(id, attendedMs);
        } catch (error) {
          if (!(error instanceof LaunchError)) throw error;
          if (this.#startFailures.length < troublesMax) this.#startFailures.push(error.message);
        }
      },
    );
  }

  #pause(id: number): void {
    const { conditions, traffic, rest } = this.#world;
    const processes = must(this.#world.processes, 'only own servers are paused');
    const fromMs = this.#world.nowMs();
    conditions.paused(id);
    processes.pause(id);
    this.#struck(
      { kind: 'pause', servers: [id], fromMs, description: `server ${id} paused` },
      async () => {
        traffic.attend(id, beforeResumeMs + attendedMs);
        await rest.pause(beforeResumeMs);
        processes.resume(id);
        conditions.resumed(id);
      },
    );
  }

  /** Ends with the first wish that is not granted: the cluster has enough to do. */
  async #transferInRounds({ aim, rounds }: TransferFault, order: readonly number[]): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      const wishers = Array.from({ length: aim.count }, (_, each) =>
        must(order[(round * aim.count + each) % order.length], 'there are servers'),
      );
      const grants = await Promise.all(this.#withinReach(wishers).map((id) => this.#transfer(id)));
      if (grants.includes(false)) return;
      await this.#world.rest.pause(betweenTransfersMs);
    }
  }

  #withinReach(ids: readonly number[]): readonly number[] {
    return ids.filter((id) => !this.#world.conditions.isOutOfReach(id));
  }

  async #transfer(id: number): Promise<boolean> {
    const { traffic, watcher } = this.#world;
    const before = traffic.leader;
    const fromMs = this.#world.nowMs();
    if (before !== undefined) traffic.attend(before, attendedMs);
    const { answer } = await this.#server(id).call('setleader', [], transferMsMax);
    const isDone = answer.kind === 'value' && answer.value === true;
    const description = `server ${id} told to lead, which it ${isDone ? 'did' : 'could not'}`;
    this.#keep({
      kind: 'transfer',
      servers: [id],
      fromMs,
      untilMs: this.#world.nowMs(),
      description,
    });
    watcher.lookAt(id);
    return isDone;
  }

  async #partition(shape: PartitionShape, order: readonly number[]): Promise<void> {
    const { conditions, traffic } = this.#world;
    const method = 'makeserverunreachablefrom';
    const { cuts, struck, description } = partitionOf(shape, order);
    const fromMs = this.#world.nowMs();
    const made = await Promise.all(
      cuts.map(async ({ server, from, direction }) => {
        if (conditions.isOutOfReach(server)) return [];
        const params = direction === 'both' ? [from] : [from, direction];
        const reply = await this.#server(server).call(method, params, strikeMsMax);
        return this.#isTaken(method, server, reply.answer) ? [server] : [];
      }),
    );
    const cutServers = made.flat();
    if (cutServers.length === 0) return;
    for (const id of struck) traffic.attend(id, cutOffAttendedMs);
    this.#struck({ kind: 'partition', servers: struck, fromMs, description }, async () => {
      for (const id of struck) traffic.attend(id, attendedMs);
      await Promise.all(
        cutServers
          .filter((id) => !conditions.isOutOfReach(id))
          .map((id) => this.#server(id).call(method, [[]])),
      );
    });
  }

  #server(id: number): Server {
    return must(
      this.#world.servers.find(({ seat }) => seat.id === id),
      'only servers of the cluster are struck',
    );
  }

  /**
   * False when it is certain that a server did not take a fault. That makes it no liar: the standard
   * suite judges it, not chaos. A call that another fault cut off may have been taken.
   */
  #isTaken(call: string, id: number, answer: Answer): boolean {
    if (answer.kind === 'value') return true;
    const { conditions } = this.#world;
    if (answer.kind !== 'fault' && conditions.isOutOfReach(id)) return true;
    const words = `${call} on server ${id} got ${describeAnswer(answer)}`;
    if (this.#refusals.length < troublesMax) this.#refusals.push(words);
    return answer.kind !== 'fault';
  }

  #struck(event: Omit<FaultEvent, 'untilMs'>, undo: () => Promise<void>): void {
    this.#count += 1;
    this.#open = [...this.#open, { event: { ...event, untilMs: event.fromMs }, undo }];
  }

  #keep(event: FaultEvent): void {
    if (event.kind === 'transfer') this.#count += 1;
    if (this.#done.length < eventsMax) this.#done.push(event);
  }
}
