/**
 * Asks one worker again and again whether it is well, each time an interval after the time
 * before, or later when that one took longer; at once when somebody wants to know now.
 */
import type { HealthTimes } from './attendant.js';
import { probe, type ProbeResult, type ProbeTarget } from './probe.js';

export interface WatchOptions {
  readonly target: ProbeTarget;
  /** Asked for each time: a new configuration may change them. */
  readonly times: () => HealthTimes;
  /** Header fields that it is told with each question. */
  readonly fields: () => Readonly<Record<string, string>>;
  readonly onResult: (result: ProbeResult) => void;
}

export class WorkerWatch {
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #isStopped = false;

  /** Asks at once. */
  constructor(options: WatchOptions) {
    this.#options = options;
    this.askNow();
  }

  /** Does nothing when it is being asked already. */
  askNow(): void {
    if (this.#isAsking || this.#isStopped) return;
    clearTimeout(this.#timer);
    void this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { target, times, fields, onResult } = this.#options;
    const { intervalMs, timeoutMs } = times();
    const beganMs = performance.now();
    this.#isAsking = true;
    const result = await probe(target, timeoutMs, fields());
    this.#isAsking = false;
    if (this.#isStopped) return;
    const tookMs = performance.now() - beganMs;
    this.#timer = setTimeout(
      () => {
        this.askNow();
      },
      Math.max(0, intervalMs - tookMs),
    );
    onResult(result);
  }
}
