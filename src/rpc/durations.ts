/**
 * How long something took, over and over: a histogram in the text format of Prometheus. That of the
 * library takes longer for one value than all else that is counted of a call.
 */

/** Seconds; from one fsync of a fast disk to a change of leader. */
const boundsS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export class Durations {
  readonly #name: string;
  readonly #help: string;
  /** How many took at most so long, but longer than the bound before; the last has no bound. */
  readonly #counts = new Array<number>(boundsS.length + 1).fill(0);
  #sumS = 0;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(seconds: number): void {
    let bucket = 0;
    while (seconds > (boundsS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumS += seconds;
  }

  /** Lines, each with its end. */
  text(): string {
    const name = this.#name;
    const lines = [`# HELP ${name} ${this.#help}`, `# TYPE ${name} histogram`];
    let count = 0;
    for (const [bucket, inBucket] of this.#counts.entries()) {
      count += inBucket;
      lines.push(`${name}_bucket{le="${boundsS[bucket] ?? '+Inf'}"} ${count}`);
    }
    lines.push(`${name}_sum ${this.#sumS}`, `${name}_count ${count}`, '');
    return lines.join('\n');
  }
}
