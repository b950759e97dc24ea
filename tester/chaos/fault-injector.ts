/**
 * Carries out a plan of faults, one episode after the other, and lets the clients get through
 * between them. That they do is judged, too.
 */
import { ScopeClosed } from '../wire/call-scope.js';
import type { Episode, PlannedFault } from './fault-plan.js';
import type { StrikeWorld, Strikes } from './strikes.js';

export interface InjectorOptions {
  readonly world: StrikeWorld;
  readonly strikes: Strikes;
  /** No episode begins after this time of the run. */
  readonly untilMs: number;
  /** Clients must get an update through in calm times within this limit. */
  readonly settleMs: number;
}

export class FaultInjector {
  readonly #options: InjectorOptions;
  #stall: string | undefined;
  #calmCount = 0;

  constructor(options: InjectorOptions) {
    this.#options = options;
  }

  /** When, in calm times, no update was answered for as long as patience lasts. */
  get stall(): string | undefined {
    return this.#stall;
  }

  /** Times in which an answer was waited for to the end. */
  get calmCount(): number {
    return this.#calmCount;
  }

  /** Ends by the plan, by time or by the end of `rest`; only then something may be left undone. */
  async run(plan: readonly Episode[]): Promise<void> {
    const { world, untilMs } = this.#options;
    try {
      for (const episode of plan) {
        await this.#calm(episode.calmMs);
        if (world.nowMs() >= untilMs) break;
        await this.#carryOut(episode);
      }
      const leftMs = untilMs - world.nowMs();
      if (leftMs > 0) await world.rest.pause(leftMs);
    } catch (error) {
      if (!(error instanceof ScopeClosed)) throw error;
    }
  }

  async #calm(calmMs: number): Promise<void> {
    const { world, untilMs, settleMs } = this.#options;
    const leftMs = untilMs - world.nowMs();
    if (calmMs === 0 || leftMs <= 0) return;
    const next = world.traffic.nextUpdate(settleMs, world.interrupt);
    await world.rest.pause(Math.min(calmMs, leftMs));
    const isStalled = (await next) === undefined && !world.interrupt.aborted;
    this.#calmCount += 1;
    if (isStalled) this.#stall ??= `none within ${settleMs} ms, ${inSeconds(world.nowMs())}`;
  }

  async #carryOut(episode: Episode): Promise<void> {
    const { world, strikes, untilMs } = this.#options;
    const blows = episode.faults.map((fault) => this.#strikeLater(fault));
    // Not one may still be on its way when the servers are healed.
    const ends = await Promise.allSettled(blows);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const leftMs = Math.max(0, untilMs - world.nowMs());
    await world.rest.pause(Math.min(episode.holdMs, leftMs));
    await strikes.undoAll(episode.undoGapMs);
  }

  async #strikeLater(fault: PlannedFault): Promise<void> {
    const { world, strikes } = this.#options;
    await world.rest.pause(fault.delayMs);
    await strikes.strike(fault);
  }
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s after the run began`;
}
