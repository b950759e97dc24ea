/**
 * How long something took, over and over: a histogram in the text format of Prometheus. That of the
 * library takes longer for one value than all else that is counted of a call; here a value costs
 * two additions in memory that is there already.
 */

/** Seconds; from one fsync of a fast disk to a change of leader. */
const usualBoundsS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Seconds; for what takes less than a millisecond where all is well. */
export const shortBoundsS = [0.0001, 0.0002, ...usualBoundsS];

/** Seconds; for images of the whole state, from a small one to one of gigabytes on a slow line. */
export const longBoundsS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

export class Durations {
  readonly #boundsS: readonly number[];
  /** How many took at most so long, but longer than the bound before; the last has no bound. */
  readonly #counts: Float64Array;
  #sumS = 0;

  constructor(boundsS: readonly number[] = usualBoundsS) {
    this.#boundsS = boundsS;
    this.#counts = new Float64Array(boundsS.length + 1);
  }

  add(seconds: number): void {
    const bounds = this.#boundsS;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumS += seconds;
  }

  /** The lines of the histogram `name`, without those that say what it is; `labels` may be ''. */
  lines(name: string, labels: string): readonly string[] {
    const lines: string[] = [];
    const more = labels === '' ? '' : `,${labels}`;
    const all = labels === '' ? '' : `{${labels}}`;
    let count = 0;
    for (const [bucket, inBucket] of this.#counts.entries()) {
      count += inBucket;
      lines.push(`${name}_bucket{le="${this.#boundsS[bucket] ?? '+Inf'}"${more}} ${count}`);
    }
    return [...lines, `${name}_sum${all} ${this.#sumS}`, `${name}_count${all} ${count}`];
  }
}

export interface HistogramText {
  readonly name: string;
  readonly help: string;
  /** One, or one for each set of labels (`peer="1"`). */
  readonly durations: Durations | Iterable<readonly [labels: string, durations: Durations]>;
}

/** In the text format of Prometheus; each line has its end. */
export function histogramText({ name, help, durations }: HistogramText): string {
  const all = durations instanceof Durations ? [['', durations] as const] : durations;
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const [labels, each] of all) lines.push(...each.lines(name, labels));
  return `${lines.join('\n')}\n`;
}
