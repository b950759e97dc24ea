/** One line on a terminal that tells how far a transfer is; nothing where nobody watches. */
import { describeBytes } from './describe-bytes.js';

const redrawMs = 100;
/** A rate over less than this says nothing. */
const ratedMsMin = 500;

export interface ProgressLineOptions {
  readonly to: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  readonly nowMs: () => number;
  /** Undefined when nobody knows how much there is. */
  readonly totalBytes: number | undefined;
}

export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #beganMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(options: ProgressLineOptions) {
    this.#options = options;
    this.#beganMs = options.nowMs();
  }

  /** So many bytes are done, of all. */
  show(bytes: number): void {
    const { to, nowMs } = this.#options;
    const now = nowMs();
    if (!to.isTTY || now - this.#drawnMs < redrawMs) return;
    this.#drawnMs = now;
    this.#isDrawn = true;
    to.write(`\r\u001b[K${this.#text(bytes, now - this.#beganMs)}`);
  }

  /** Takes the line away, for what is said next. */
  clear(): void {
    if (this.#isDrawn) this.#options.to.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #text(bytes: number, ms: number): string {
    const { totalBytes } = this.#options;
    const amount = describeBytes(bytes);
    const done = totalBytes === undefined ? amount : `${amount} of ${describeBytes(totalBytes)}`;
    if (ms < ratedMsMin || bytes === 0) return done;
    const perSecond = (bytes / ms) * 1000;
    const rate = `${done}, ${describeBytes(Math.round(perSecond))}/s`;
    if (totalBytes === undefined) return rate;
    return `${rate}, ${Math.ceil((totalBytes - bytes) / perSecond)} s left`;
  }
}
