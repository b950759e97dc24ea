/**
 * What happened in a simulated run, a line per event. Lines are made only when somebody reads
 * them, and never influence the run.
 */
export class Trace {
  readonly #sink: ((line: string) => void) | undefined;

  /** Without a sink nothing is written. */
  constructor(sink?: (line: string) => void) {
    this.#sink = sink;
  }

  write(nowMs: number, who: string, what: () => string): void {
    this.#sink?.(`${nowMs.toFixed(2).padStart(9)} ${who.padEnd(4)} ${what()}`);
  }
}
