/**
 * For people: a line per check under the heading of its group; on a terminal with colours and the
 * name of the check that runs. The last line is the summary alone.
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

const eraseLine = '\r\u001b[2K';

/** SGR codes of the terminal's own colours. */
const colours = { red: 31, green: 32, yellow: 33, gray: 90 } as const;

export class SpecReporter implements Reporter {
  readonly #sink: Sink;
  #group = '';
  #progress = '';

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  begin(target: Target): void {
    this.#line(`Judging a cluster of ${targetLine(target)}.`);
  }

  progress(text: string): void {
    if (this.#sink.columns === undefined) return;
    this.#eraseProgress();
    if (text === '') return;
    this.#progress = `  ${text}`.slice(0, this.#sink.columns - 1);
    this.#sink.write(this.#style('gray', this.#progress));
  }

  finished({ check, verdict, durationMs }: CheckResult): void {
    this.#eraseProgress();
    if (check.group !== this.#group) this.#line(`\n${check.group}`);
    this.#group = check.group;
    const duration = this.#style('gray', ` (${Math.round(durationMs)} ms)`);
    if (verdict.kind === 'passed') {
      this.#line(`  ${this.#style('green', '✓')} ${check.name}${duration}`);
    } else if (verdict.kind === 'skipped') {
      this.#line(`  ${this.#style('yellow', '-')} ${check.name} (skipped: ${verdict.why})`);
    } else {
      this.#line(`  ${this.#style('red', '✗')} ${check.name}${duration}`);
      for (const line of failureLines(verdict.failure)) this.#line(`      ${line}`);
    }
  }

  end(summary: Summary): void {
    this.#eraseProgress();
    this.#line('');
    this.#line(this.#style(summary.failed === 0 ? 'green' : 'red', summaryLine(summary)));
  }

  #style(colour: keyof typeof colours, text: string): string {
    if (this.#sink.columns === undefined) return text;
    return `\u001b[${colours[colour]}m${text}\u001b[39m`;
  }

  #eraseProgress(): void {
    if (this.#progress !== '') this.#sink.write(eraseLine);
    this.#progress = '';
  }

  #line(text: string): void {
    this.#sink.write(`${text}\n`);
  }
}
