/**
 * What a replica measures of itself, for Prometheus: how long a batch takes from the leader's log
 * to its commit, how long applying and snapshots take. A measurement allocates nothing.
 */
import type { Registry } from 'prom-client';
import { Durations, histogramText, longBoundsS, shortBoundsS } from '../../base/durations.js';
import type { LogIndex } from '../../base/ids.js';
import type { ReplicaMeter } from '../../replica/replica-meter.js';
import { addCounter } from './add-metric.js';

/** What etcd takes for slow. */
const slowApplyMs = 100;

export type SnapshotWay = 'take' | 'send' | 'receive';

export class ReplicaMetrics implements ReplicaMeter {
  readonly #commits = new Durations();
  readonly #applies = new Durations(shortBoundsS);
  readonly #snapshots: Readonly<Record<SnapshotWay, Durations>> = {
    take: new Durations(longBoundsS),
    send: new Durations(longBoundsS),
    receive: new Durations(longBoundsS),
  };
  #slowApplies = 0;
  /** The batch that is timed; 0 when there is none. Those behind it are not: one at a time. */
  #timedIndex = 0;
  #timedSinceMs = 0;

  constructor(registry: Registry) {
    addCounter(registry, {
      name: 'surfraft_server_slow_apply_total',
      help: 'Turns in which applying took longer than 100 ms.',
      read: () => this.#slowApplies,
    });
  }

  now(): number {
    return performance.now();
  }

  proposed(lastIndex: LogIndex): void {
    if (this.#timedIndex !== 0) return;
    this.#timedIndex = lastIndex;
    this.#timedSinceMs = this.now();
  }

  committed(index: LogIndex): void {
    if (this.#timedIndex === 0 || index < this.#timedIndex) return;
    this.#timedIndex = 0;
    this.#commits.add((this.now() - this.#timedSinceMs) / 1_000);
  }

  /** Leadership has ended: the fate of what was timed is not this server's any more. */
  deposed(): void {
    this.#timedIndex = 0;
  }

  applied(ms: number): void {
    if (ms > slowApplyMs) this.#slowApplies += 1;
    this.#applies.add(ms / 1_000);
  }

  snapshotTaken(ms: number): void {
    this.snapshotMoved('take', ms);
  }

  snapshotMoved(way: SnapshotWay, ms: number): void {
    this.#snapshots[way].add(ms / 1_000);
  }

  histograms(): string {
    const snapshots = Object.entries(this.#snapshots);
    return [
      histogramText({
        name: 'surfraft_server_commit_duration_seconds',
        help: 'On the leader: time from logging a batch of updates to its commit.',
        durations: this.#commits,
      }),
      histogramText({
        name: 'surfraft_server_apply_duration_seconds',
        help: 'Time that one turn of applying takes, the answers to callers included.',
        durations: this.#applies,
      }),
      histogramText({
        name: 'surfraft_snapshot_duration_seconds',
        help: 'Time that whole snapshots take: to take one, to send one, to receive one.',
        durations: snapshots.map(([way, each]) => [`way="${way}"`, each] as const),
      }),
    ].join('');
  }
}
