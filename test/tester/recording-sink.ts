/** A sink that keeps what is written to it. */
import type { Sink } from '../../tester/suite/reporter.js';

export class RecordingSink implements Sink {
  text = '';
  readonly columns: number | undefined;

  /** `columns` makes it a terminal. */
  constructor(columns?: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}
