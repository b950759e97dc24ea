/**
 * Counts calls by method and outcome, and measures how long updates and reads take. Every call
 * passes here, so counting is two map look-ups; the library's counters are filled on request.
 */
import { Counter, type Registry } from 'prom-client';
import type { CallEnd, CallObserver } from './call-observer.js';
import { Durations } from './durations.js';
import type { Method } from './method.js';

/** Label of calls whose method does not exist: callers must not be able to make new labels. */
const unknownLabel = 'unknown';

/** What `began` returns for a call of which nobody wants to know how long it takes. */
const untimed = 0;

export class CallMetrics implements CallObserver {
  /** Ended calls: method → outcome → count. */
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #updates = new Durations(
    'surfraft_rpc_update_duration_seconds',
    'Time from the decoded updatefile to its outcome, faults and hang-ups included.',
  );
  readonly #reads = new Durations(
    'surfraft_rpc_read_duration_seconds',
    'Time from a decoded linearizable read to its outcome, faults and hang-ups included.',
  );

  constructor(registry: Registry) {
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
  durationsText(): string {
    return `${this.#updates.text()}\n${this.#reads.text()}`;
  }

  began(method: Method): number {
    return this.#durationsOf(method) === undefined ? untimed : performance.now();
  }

  ended(method: Method, end: CallEnd, began: number): void {
    this.#count(method.name, outcomeLabel(end));
    if (began !== untimed) this.#durationsOf(method)?.add((performance.now() - began) / 1000);
  }

  unknownMethod(): void {
    this.#count(unknownLabel, unknownLabel);
  }

  #durationsOf(method: Method): Durations | undefined {
    if (method.group !== 'client' || method.wait === 'never') return undefined;
    return method.longAnswer === 'ofRead' ? this.#reads : this.#updates;
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
