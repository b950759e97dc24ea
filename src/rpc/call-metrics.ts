/**
 * Counts calls by method and outcome, and measures how long updates and reads take. Every call
 * passes here, so counting is two map look-ups; the library's counters are filled on request.
 */
import { Counter, type Registry } from 'prom-client';
import { Durations, histogramText } from '../base/durations.js';
import type { CallEnd, CallObserver } from './call-observer.js';
import { faultCode } from './codec/fault-code.js';
import { addCounter } from './metrics/add-metric.js';
import type { Method } from './method.js';

/** Label of calls whose method does not exist: callers must not be able to make new labels. */
const unknownLabel = 'unknown';

/** Calls that were taken on and came to nothing that their caller could use. */
const failedOutcomes: readonly string[] = [
  'hungup',
  'closed',
  ...[faultCode.crashed, faultCode.outcomeUnknown, faultCode.busy, faultCode.storage].map(String),
];

/** What `began` returns for a call of which nobody wants to know how long it takes. */
const untimed = 0;

export class CallMetrics implements CallObserver {
  /** Ended calls: method → outcome → count. */
  readonly #counts = new Map<string, Map<string, number>>();
  /** Those of which a call has ended. */
  readonly #methods = new Map<string, Method>();
  readonly #updates = new Durations();
  readonly #reads = new Durations();

  constructor(registry: Registry) {
    this.#addFailures(registry);
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

  /** How long calls took, in the text format of Prometheus; the registry has the rest. */
  histograms(): string {
    const updates = histogramText({
      name: 'surfraft_rpc_update_duration_seconds',
      help: 'Time from the decoded updatefile to its outcome, faults and hang-ups included.',
      durations: this.#updates,
    });
    const reads = histogramText({
      name: 'surfraft_rpc_read_duration_seconds',
      help: 'Time from a decoded linearizable read to its outcome, faults and hang-ups included.',
      durations: this.#reads,
    });
    return `${updates}${reads}`;
  }

  began(method: Method): number {
    return this.#durationsOf(method) === undefined ? untimed : performance.now();
  }

  ended(method: Method, end: CallEnd, began: number): void {
    this.#count(method.name, outcomeLabel(end), method);
    if (began !== untimed) this.#durationsOf(method)?.add((performance.now() - began) / 1000);
  }

  unknownMethod(): void {
    this.#count(unknownLabel, unknownLabel);
  }

  #addFailures(registry: Registry): void {
    addCounter(registry, {
      name: 'surfraft_server_proposals_failed_total',
      help: 'Updates that failed: busy, disk, crashed, unknown outcome, or the caller gave up.',
      read: () => this.#failures(this.#updates),
    });
    addCounter(registry, {
      name: 'surfraft_server_read_indexes_failed_total',
      help: 'Linearizable reads that failed, in the same ways.',
      read: () => this.#failures(this.#reads),
    });
  }

  #failures(kind: Durations): number {
    let failures = 0;
    for (const [name, method] of this.#methods) {
      if (this.#durationsOf(method) !== kind) continue;
      const outcomes = this.#counts.get(name);
      for (const outcome of failedOutcomes) failures += outcomes?.get(outcome) ?? 0;
    }
    return failures;
  }

  #durationsOf(method: Method): Durations | undefined {
    if (method.group !== 'client' || method.wait === 'never') return undefined;
    return method.longAnswer === 'ofRead' ? this.#reads : this.#updates;
  }

  #count(name: string, outcome: string, method?: Method): void {
    let outcomes = this.#counts.get(name);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#counts.set(name, outcomes);
      if (method !== undefined) this.#methods.set(name, method);
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
