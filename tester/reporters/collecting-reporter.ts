/** Hands on what happens to another reporter and keeps the results for those who want all. */
import type { Target } from '../cluster/target.js';
import type { CheckResult, Reporter, Summary } from '../suite/reporter.js';

export class CollectingReporter implements Reporter {
  readonly #inner: Reporter;
  readonly #results: CheckResult[] = [];

  constructor(inner: Reporter) {
    this.#inner = inner;
  }

  get results(): readonly CheckResult[] {
    return this.#results;
  }

  begin(target: Target): void {
    this.#inner.begin(target);
  }

  progress(text: string): void {
    this.#inner.progress(text);
  }

  finished(result: CheckResult): void {
    this.#results.push(result);
    this.#inner.finished(result);
  }

  end(summary: Summary): void {
    this.#inner.end(summary);
  }
}
