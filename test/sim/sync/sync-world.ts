/**
 * Three folders, their people and their syncs, a cluster with its blocks, and the clock that orders
 * what happens to them. One seed decides everything. The code of syncs and of block stores is the
 * real one; promises go on between two events, so that nothing outside has a say in the order.
 */
import type { SyncReport } from '../../../src/sync/sync-report.js';
import { SimClock } from '../sim-clock.js';
import { SimRandom } from '../sim-random.js';
import { Care } from './care.js';
import { Desk } from './desk.js';
import { Judge } from './judge.js';
import { Person } from './person.js';
import { SimCluster } from './sim-cluster.js';

export class SyncWorld {
  readonly clock = new SimClock();
  readonly judge = new Judge();
  readonly random: SimRandom;
  readonly cluster: SimCluster;
  readonly desks: readonly Desk[];
  readonly person: Person;
  readonly collector: Care;
  /** Repairs and verifies. */
  readonly care: Care;
  readonly owed = new Set<string>();
  readonly lastReports = new Map<Desk, SyncReport>();
  readonly reports = { ended: 0, whole: 0, conflicts: 0 };
  #bug: unknown;

  constructor(seed: number) {
    this.random = new SimRandom(seed);
    const { clock, judge, random } = this;
    const onBug = (error: unknown): void => {
      this.#bug ??= error;
    };
    this.cluster = new SimCluster({ clock, random: random.fork(), judge, onBug });
    const clockStepMs = random.pick([1, 1, 10, 1_000, 2_000]);
    judge.isTextChecked = clockStepMs === 1;
    this.desks = ['ann', 'bob', 'cleo'].map(
      (name) =>
        new Desk({
          ...{ name, clock, clockStepMs, random: random.fork(), cluster: this.cluster },
          onReport: (desk, report) => this.#take(desk, report),
        }),
    );
    this.person = new Person(random.fork(), judge, this.owed);
    this.collector = new Care(clock, this.cluster);
    this.care = new Care(clock, this.cluster);
  }

  async runFor(durationMs: number): Promise<void> {
    const untilMs = this.clock.nowMs + durationMs;
    await this.runUntil(() => false, durationMs);
    this.clock.advanceTo(untilMs);
  }

  /** False when `condition` does not hold within `limitMs` of simulated time. */
  async runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.clock.nowMs + limitMs;
    await this.#goOn();
    while (!condition()) {
      if (!this.clock.step(untilMs)) return false;
      await this.#goOn();
    }
    return true;
  }

  /** All that the last event set off has happened when this resolves. */
  async #goOn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.judge.broken !== undefined) throw this.judge.broken;
    if (this.#bug !== undefined) {
      throw this.#bug instanceof Error ? this.#bug : new Error(JSON.stringify(this.#bug));
    }
  }

  #take(desk: Desk, report: SyncReport): void {
    this.lastReports.set(desk, report);
    this.reports.ended += 1;
    if (report.ok) this.reports.whole += 1;
    this.reports.conflicts += report.conflicts.length;
    const { problem = '' } = report;
    if (problem.startsWith('this is not the cluster')) this.judge.fail(`${desk.name}: ${problem}`);
  }
}
