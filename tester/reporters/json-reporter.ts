/**
 * One JSON document at the end: the counts and every check with its verdict.
 */
import { gradeOf } from './grade.js';
import { formatAddress } from '../wire/address.js';
import type { CheckResult, Reporter, Sink, Summary } from '../suite/reporter.js';
import type { Target } from '../cluster/target.js';

function resultJson({ check, verdict, durationMs }: CheckResult): unknown {
  const head = {
    group: check.group,
    name: check.name,
    verdict: verdict.kind,
    durationMs: Math.round(durationMs),
  };
  if (verdict.kind === 'skipped') return { ...head, why: verdict.why };
  if (verdict.kind === 'passed') return head;
  const { expected, seen, where } = verdict.failure;
  return { ...head, expected, seen, where };
}

export class JsonReporter implements Reporter {
  readonly #sink: Sink;
  readonly #isGraded: boolean;
  readonly #results: CheckResult[] = [];
  #servers: readonly unknown[] = [];

  constructor(sink: Sink, isGraded = false) {
    this.#sink = sink;
    this.#isGraded = isGraded;
  }

  begin(target: Target): void {
    this.#servers = target.seats.map((seat) => ({
      id: seat.id,
      address: formatAddress(seat.address),
      reachable: target.reachable.includes(seat),
    }));
  }

  progress(_text: string): void {
    // Only results are written.
  }

  finished(result: CheckResult): void {
    this.#results.push(result);
  }

  end(summary: Summary): void {
    const report = {
      ...summary,
      durationMs: Math.round(summary.durationMs),
      servers: this.#servers,
      ...(this.#isGraded ? { grade: gradeOf(this.#results) } : {}),
      checks: this.#results.map(resultJson),
    };
    this.#sink.write(`${JSON.stringify(report, undefined, 2)}\n`);
  }
}
