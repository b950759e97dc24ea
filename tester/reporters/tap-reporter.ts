/**
 * Test Anything Protocol, version 13, for tools that read it.
 */
import {
  failureLines,
  summaryLine,
  targetLine,
  type CheckResult,
  type Reporter,
  type Sink,
  type Summary,
} from '../suite/reporter.js';
import type { Target } from '../cluster/target.js';

export class TapReporter implements Reporter {
  readonly #sink: Sink;
  #count = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  begin(target: Target): void {
    this.#sink.write(`TAP version 13\n# ${targetLine(target)}\n`);
  }

  progress(_text: string): void {
    // Results and their number are all that TAP has.
  }

  finished({ check, verdict, durationMs }: CheckResult): void {
    this.#count += 1;
    const title = `${this.#count} - ${check.group}: ${check.name}`.replaceAll('#', '\\#');
    if (verdict.kind === 'skipped') {
      this.#sink.write(`ok ${title} # SKIP ${verdict.why}\n`);
      return;
    }
    this.#sink.write(`${verdict.kind === 'passed' ? 'ok' : 'not ok'} ${title}\n`);
    if (verdict.kind === 'passed') return;
    const details = failureLines(verdict.failure).map((line) => `    - ${JSON.stringify(line)}\n`);
    this.#sink.write(`  ---\n  duration_ms: ${Math.round(durationMs)}\n  message:\n`);
    this.#sink.write(`${details.join('')}  ...\n`);
  }

  end(summary: Summary): void {
    if (summary.interrupted) this.#sink.write('Bail out! interrupted\n');
    else this.#sink.write(`1..${this.#count}\n`);
    this.#sink.write(`# ${summaryLine(summary)}\n`);
  }
}
