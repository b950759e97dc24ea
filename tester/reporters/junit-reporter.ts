/**
 * JUnit XML for continuous integration, written whole at the end.
 */
import {
  failureLines,
  type CheckResult,
  type Reporter,
  type Sink,
  type Summary,
} from '../suite/reporter.js';
import type { Target } from '../cluster/target.js';

/** Text for an XML attribute or element; what XML 1.0 cannot carry is shown as a question mark. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function caseXml({ check, verdict, durationMs }: CheckResult): string {
  const attributes =
    `classname="surfraft.${escapeXml(check.group)}" name="${escapeXml(check.name)}" ` +
    `time="${(durationMs / 1000).toFixed(3)}"`;
  if (verdict.kind === 'passed') return `  <testcase ${attributes}/>\n`;
  const inner =
    verdict.kind === 'skipped'
      ? `<skipped message="${escapeXml(verdict.why)}"/>`
      : `<failure message="${escapeXml(verdict.failure.message)}">` +
        `${escapeXml(failureLines(verdict.failure).join('\n'))}</failure>`;
  return `  <testcase ${attributes}>${inner}</testcase>\n`;
}

export class JunitReporter implements Reporter {
  readonly #sink: Sink;
  readonly #results: CheckResult[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  begin(_target: Target): void {
    // The head of the file carries counts that are known only at the end.
  }

  progress(_text: string): void {
    // Only results are written.
  }

  finished(result: CheckResult): void {
    this.#results.push(result);
  }

  end(summary: Summary): void {
    const counts =
      `tests="${this.#results.length}" failures="${summary.failed}" ` +
      `skipped="${summary.skipped}" time="${(summary.durationMs / 1000).toFixed(3)}"`;
    this.#sink.write(
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="surfraft tester" ${counts}>\n` +
        `${this.#results.map(caseXml).join('')}</testsuite>\n`,
    );
  }
}
