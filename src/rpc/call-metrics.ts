/**
 * Counts calls by method and outcome, and measures how long updates and reads take. Every call
 * passes here, so counting is two map look-ups; the library's counters are filled on request.
 */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallEnd, CallObserver } from './call-observer.js';
import type { Method } from './method.js';

/** Seconds; from one fsync of a fast disk to a change of leader. */
const latencyBucketsS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Label of calls whose method does not exist: callers must not be able to make new labels. */
const unknownLabel = 'unknown';

export class CallMetrics implements CallObserver {
  /** Ended calls: method → outcome → count. */
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #updateSeconds: Histogram;
  readonly #readSeconds: Histogram;

  constructor(registry: Registry) {
    const common = { registers: [registry], buckets: latencyBucketsS };
    this.#updateSeconds = new Histogram({
      ...common,
      name: 'surfraft_rpc_update_duration_seconds',
      help: 'Time from the decoded updatefile to its outcome, faults and hang-ups included.',
    });
    this.#readSeconds = new Histogram({
      ...common,
      name: 'surfraft_rpc_read_duration_seconds',
      help: 'Time from a decoded linearizable read to its outcome, faults and hang-ups included.',
    });
    const counts = this.#counts;
    new Counter({
      registers: [registry],
      name: 'surfraft_rpc_calls_total',
      help: 'Ended calls; the outcome is ok, hungup, closed or a fault code.',
      labelNames: ['method', 'outcome'],
      collect() {
        this.reset();
        for (const [method, outcomes] of counts) {
          for (const [outcome, count] of outcomes) this.inc({ method, outcome }, count);
        }
      },
    });
  }

  begin(method: Method): (end: CallEnd) => void {
    const histogram = this.#histogramFor(method);
    if (histogram === undefined) {
      return (end) => {
        this.#count(method.name, outcomeLabel(end));
      };
    }
    const begunMs = performance.now();
    return (end) => {
      this.#count(method.name, outcomeLabel(end));
      histogram.observe((performance.now() - begunMs) / 1000);
    };
  }

  unknownMethod(): void {
    this.#count(unknownLabel, unknownLabel);
  }

  #histogramFor(method: Method): Histogram | undefined {
    if (method.group !== 'client' || method.wait === 'never') return undefined;
    return method.name === 'updatefile' ? this.#updateSeconds : this.#readSeconds;
  }

  #count(method: string, outcome: string): void {
    let outcomes = this.#counts.get(method);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#counts.set(method, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
}

function outcomeLabel(end: CallEnd): string {
  switch (end.kind) {
    case 'value':
    case 'pieces':
      return 'ok';
    case 'fault':
      return String(end.fault.code);
    case 'closed':
      return 'closed';
    case 'hungUp':
      return 'hungup';
  }
}
